import { EvtError } from '../errors.js'
import { jsonText } from '../event/json.js'
import { suggest } from '../event/suggest.js'
import { count } from '../reading/absence.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import type { AuditResult } from './result.js'

/**
 * The kinds that the mapping knows are all that events can be about.
 *
 * @throws EvtError `usage` for another, with those that there are
 */
export function checkKind(entity: string, { mapping }: Pick<OpenedArchive, 'mapping'>): void {
  const [kind = ''] = entity.split(':')
  const kinds = [
    ...new Set(mapping.rules.flatMap((rule) => (rule.mapping.entities ?? []).map((e) => e.kind))),
  ].sort()
  if (kinds.includes(kind)) return
  if (kinds.length === 0) {
    throw new EvtError('the mapping names no entities', {
      code: 'usage',
      hint:
        `--map entities.${kind}=$.path.of.its.id, or entities: in evt.yaml; ` +
        `evt init proposes them\nwithout any, --mentions ${idOf(entity)} ` +
        'looks for the id anywhere',
    })
  }
  const near = suggest(kind, kinds)
  const meant = near === undefined ? [] : [`did you mean ${near}:${idOf(entity)}?`]
  throw new EvtError(`${kind} is no kind of entity`, {
    code: 'usage',
    hint: [...meant, `kinds are ${kinds.join(', ')}`].join('\n'),
  })
}

/** What was looked for, where, and how much of it was read. */
export function nothingFound(result: AuditResult): EvtError {
  const { entity, mentions, asOf, searched, selection } = result
  const { sources, objects, records, undecodable } = searched
  const { since, until, types, filter } = selection
  const asked = [
    ...(entity === null ? [] : [`about ${entity}`]),
    ...(mentions === undefined ? [] : [`that mention ${mentions}`]),
    ...(types.length === 0 ? [] : [`of type ${types.join(', ')}`]),
    ...(filter === null ? [] : [`that match ${jsonText(filter)}`]),
    ...(since === null ? [] : [`since ${since}`]),
    ...(until === null ? [] : [`until ${until}`]),
    ...(asOf === null ? [] : [`as of ${asOf}`]),
  ]
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  const read = `${count(objects, 'object')} and ${count(records, 'record')} searched${bad}`
  return new EvtError(`no events ${asked.join(' ')} in ${sources.join(' ')}: ${read}`, {
    code: 'inconclusive',
    hint: entity !== null && records > undecodable ? anywhere(entity, asked.length) : undefined,
  })
}

/** The id may stand where no mapping looks for it, or other events may have been asked for. */
function anywhere(entity: string, asked: number): string | undefined {
  if (asked > 1) return 'with --entity alone every event about it is found'
  const id = idOf(entity)
  return /^[\w.-]{1,80}$/.test(id) ? `--mentions ${id} looks for the id anywhere` : undefined
}

function idOf(entity: string): string {
  return entity.slice(entity.indexOf(':') + 1)
}
