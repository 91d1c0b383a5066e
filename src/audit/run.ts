import { isLoss } from '../archives/object.js'
import type { Statement } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import type { EventPattern } from '../event/pattern.js'
import { suggest } from '../event/suggest.js'
import { timeText } from '../event/time.js'
import { askArchive } from '../questions/asked-archive.js'
import type { Chosen } from '../questions/chosen.js'
import { querySql } from '../questions/query.js'
import type { Searched } from '../questions/searched.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { type Alternate, addedObjects, withoutIds } from './alternate.js'
import { deliveriesOf } from './delivery.js'
import { isNumber, mentionedIn } from './mentions.js'
import { type Related, relatedTo } from './related.js'
import type { AuditResult } from './result.js'
import { type Asked, toldOf } from './told.js'

export interface AuditRequest extends ReadRequest, Alternate, Omit<Asked, 'ruleFor'> {
  types: readonly string[]
  /** Of the events' documents. */
  filter?: EventPattern | undefined
  /** Whether what is in the same chains is told too. */
  related: boolean
  /** Only what had happened at this moment; null: all. */
  asOfUs: number | null
  memoryLimitBytes: number
  allowPartial: boolean
}

export interface AuditRun {
  result: AuditResult
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
}

/**
 * `evt audit` from what was typed to a timeline.
 *
 * @throws EvtError `usage` for what was typed wrong, among it a kind that the mapping does not know
 */
export async function runAudit(request: AuditRequest): Promise<AuditRun> {
  const { entity, mentions, range, types, filter, asOfUs } = request
  // What happened in a time may have arrived in any partition.
  const everything = { ...request, range: { sinceUs: null, untilUs: null } }
  const opened = await openArchive(everything)
  if (entity !== null) checkKind(entity, opened)
  const { sources, pruned, mapping } = opened
  if (opened.objects.length === 0) throw noObjects(sources, pruned)
  const added = await addedObjects(request, opened, request.cwd)
  const addedPaths = new Set(added.map(({ path }) => path))
  const archive = { ...opened, objects: [...opened.objects, ...added] }
  // Up to and with the moment.
  const end = Math.min(range.untilUs ?? Infinity, asOfUs === null ? Infinity : asOfUs + 1)
  const untilUs = end === Infinity ? null : end
  const entities = entity === null ? [] : [entity]
  const chosen: Chosen = { ...range, untilUs, types, filter, clock: 'time', entities }
  const { presets, memoryLimitBytes, signal } = request
  if (request.related) checkFiles(archive)
  const onProgress = progressOf(archive.objects, request)
  const asking = { archive, presets, memoryLimitBytes, signal, onProgress }
  const statement = await statementOf(request)
  const { found, searched } = await askArchive(
    statement,
    { ...asking, chosen },
    async ({ rows, searched }) => {
      const all = []
      const isWanted = mentions === null ? () => true : mentionedIn(mentions, rows.columns)
      for await (const chunk of rows.chunks) all.push(...chunk.filter(isWanted))
      return { found: deliveriesOf(rows.columns, all), searched }
    },
  )
  const kept = found.length === 0 ? [] : withoutIds(found, request.without, addedPaths)
  const inChains: Chosen = { ...range, untilUs, clock: 'time' }
  const related =
    request.related && entity !== null && !signal.aborted
      ? await relatedTo(entity, kept, { ...asking, chosen: inChains })
      : undefined
  request.onRead?.()
  const ruleFor = (type: string) => mapping.mappingFor(type).state
  const told = { ...toldOf(kept, { ...request, ruleFor }), ...(related && { related }) }
  const result = resultOf(request, sources, searched, told)
  const nothing = found.length === 0 ? nothingFound(result) : undefined
  return { result, failure: endedBadly({ ...searched, ...request }) ?? nothing }
}

async function statementOf({ entity, mentions }: AuditRequest): Promise<Statement> {
  if (mentions === null) return { sql: await querySql('audit/timeline'), values: { entity } }
  const values = { value: mentions, number: isNumber(mentions) }
  return { sql: await querySql('audit/mentions'), values }
}

/** What is in the same chains is known only when the archive was read once. */
function checkFiles({ objects }: Pick<OpenedArchive, 'objects'>): void {
  const stream = objects.find(({ kind }) => kind === 'stream')
  if (stream === undefined) return
  throw new EvtError(`--related reads the archive twice, and ${stream.path} can be read once`, {
    code: 'usage',
    hint: 'write it to a file first',
  })
}

function resultOf(
  { entity, mentions, asOfUs, range, signal, without, with: added }: AuditRequest,
  sources: readonly string[],
  { objects, bytes, records, undecodable, events, objectFaults }: Searched,
  told: ReturnType<typeof toldOf> & { related?: Related },
): AuditResult {
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    schema: 'evt.audit/1',
    entity,
    ...(mentions !== null && { mentions }),
    asOf: text(asOfUs),
    selection: { since: text(range.sinceUs), until: text(range.untilUs) },
    partial: signal.aborted || objectFaults.some(({ fault }) => isLoss(fault)),
    ...(without.length > 0 && { without }),
    ...(added.length > 0 && { with: added }),
    ...told,
    searched: { sources: [...sources], objects, bytes, records, undecodable, events },
  }
}

/** The kinds that the mapping knows are all that events can be about. */
function checkKind(entity: string, { mapping }: OpenedArchive): void {
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
        `evt init proposes them\nwithout any, --mentions ${entity.slice(kind.length + 1)} ` +
        'looks for the id anywhere',
    })
  }
  const near = suggest(kind, kinds)
  const id = entity.slice(kind.length)
  throw new EvtError(`${kind} is no kind of entity`, {
    code: 'usage',
    hint: near === undefined ? `kinds are ${kinds.join(', ')}` : `did you mean ${near}${id}?`,
  })
}

function nothingFound({ entity, mentions, searched, selection }: AuditResult): EvtError {
  const { sources, objects, records, undecodable } = searched
  const { since, until } = selection
  const within = [since && `since ${since}`, until && `until ${until}`].filter(Boolean).join(' ')
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  const searchedText = `${count(objects, 'object')} and ${count(records, 'record')} searched${bad}`
  const about = [entity && `about ${entity}`, mentions && `that mention ${mentions}`]
  const what = about.filter(Boolean).join(' ')
  const message = `no events ${what} ${within} in ${sources.join(' ')}: ${searchedText}`
  return new EvtError(message.replace('  ', ' '), { code: 'inconclusive' })
}
