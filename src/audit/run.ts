import type { Statement } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import { timeText } from '../event/time.js'
import { type AskOptions, askArchive } from '../questions/asked-archive.js'
import type { Chosen } from '../questions/chosen.js'
import type { Locate } from '../questions/locate.js'
import { querySql } from '../questions/query.js'
import { hiddenIn } from '../questions/run.js'
import { isCut, type Searched } from '../questions/searched.js'
import { couldBeAbout } from '../questions/trino-mentions.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { checkKind, nothingFound } from './absence.js'
import { unequal } from './against.js'
import { type Alternate, addedObjects, checkAdded, withoutIds } from './alternate.js'
import { differing } from './conflict.js'
import { type Copy, copyOf } from './copy.js'
import { type AuditDelivery, deliveriesOf } from './delivery.js'
import { againstOf, shownOf, shownRelated } from './hidden.js'
import { isNumber, mentionedIn } from './mentions.js'
import { type Related, relatedTo } from './related.js'
import type { AuditResult } from './result.js'
import { type Asked, toldOf } from './told.js'

export interface AuditRequest
  extends ReadRequest,
    Alternate,
    Omit<Asked, 'ruleFor' | 'differs' | 'copy' | 'isWhole'> {
  types: readonly string[]
  /** Of the events' documents. */
  filter?: TypedPattern | undefined
  /** Whether what is in the same chains is told too. */
  related: boolean
  /** Only what had happened at this moment; null: all. */
  asOfUs: number | null
  /** Where a consumer's copy is that the state is compared with. */
  against: string | null
  /** Who finds which objects are read; by default all are. */
  locate?: Locate | undefined
  /** The same of what is in the chains of an entity. */
  locateRelated?: ((entity: string) => Locate) | undefined
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
  const { entity, types, filter } = request
  // What happened in a time may have arrived in any partition.
  const everything = { ...request, range: { sinceUs: null, untilUs: null } }
  const opened = await openArchive(everything)
  if (entity !== null) checkKind(entity, opened)
  const { sources, pruned, mapping } = opened
  if (opened.objects.length === 0) throw noObjects(sources, pruned)
  const added = await addedObjects(request, opened, request)
  const addedPaths = new Set(added.map(({ path }) => path))
  const archive = { ...opened, objects: [...opened.objects, ...added] }
  if (request.related) checkFiles(archive)
  // Whatever happens to it meanwhile, it is of no later time than the archive.
  const copy = await copyIn(request, sources)
  const asking = askingOf(request, archive)
  const { found, searched } = await deliveriesIn(request, asking)
  if (found.length > 0) checkAdded(request, found, addedPaths)
  const kept = found.length === 0 ? [] : withoutIds(found, request.without, addedPaths)
  const related =
    request.related && entity !== null && !request.signal.aborted
      ? await relatedTo(entity, kept, {
          ...{ ...asking, chosen: momentsOf(request) },
          locate: request.locateRelated?.(entity),
        })
      : undefined
  request.onRead?.()
  const isWhole = types.length === 0 && filter === undefined
  const ruleFor = (type: string) => mapping.mappingFor(type).state
  const differs = differing(mapping)
  const compared = found.length === 0 ? null : copy
  const hidden = opened.config.privacy?.redact ?? []
  const asked = { ...request, copy: null, isWhole, ruleFor, differs }
  const told = {
    ...toldOf(shownOf(kept, hidden), asked),
    // What is hidden is compared all the same.
    ...(compared && { against: againstOf(compared, kept, { ...asked, hidden }) }),
  }
  const result = resultOf(request, sources, searched, {
    ...told,
    ...(related && { related: shownRelated(related, hiddenIn(opened)) }),
  })
  return { result, failure: endedBadly({ ...searched, ...request }) ?? faultIn(result, found) }
}

function faultIn(result: AuditResult, found: readonly AuditDelivery[]): EvtError | undefined {
  if (found.length === 0) return nothingFound(result)
  return result.against && unequal(result.entity ?? '', result.against)
}

function askingOf(request: AuditRequest, archive: OpenedArchive): Omit<AskOptions, 'chosen'> {
  const { presets, memoryLimitBytes, signal, locate } = request
  const onProgress = progressOf(archive.objects, request)
  return { archive, presets, memoryLimitBytes, signal, onProgress, locate }
}

/** By when things happened; up to and with the moment of --as-of. */
function momentsOf({ range, asOfUs }: AuditRequest): Chosen {
  const end = Math.min(range.untilUs ?? Infinity, asOfUs === null ? Infinity : asOfUs + 1)
  return { ...range, untilUs: end === Infinity ? null : end, clock: 'time' }
}

async function deliveriesIn(
  request: AuditRequest,
  asking: Omit<AskOptions, 'chosen'>,
): Promise<{ found: AuditDelivery[]; searched: Searched }> {
  const { entity, mentions, types, filter } = request
  const entities = entity === null ? [] : [entity]
  const chosen = { ...momentsOf(request), types, filter: filter?.pattern, entities }
  const statement = await statementOf(request)
  const could = mentions !== null && asking.locate ? couldBeAbout([], [mentions]) : undefined
  const asked = { ...asking, chosen, could, documentsAsJson: true }
  return askArchive(statement, asked, async ({ rows, searched }) => {
    const all = []
    const isWanted = mentions === null ? () => true : mentionedIn(mentions, rows.columns)
    for await (const chunk of rows.chunks) all.push(...chunk.filter(isWanted))
    const found = deliveriesOf(rows.columns, all)
    return { found, searched }
  })
}

async function statementOf({ entity, mentions }: AuditRequest): Promise<Statement> {
  if (mentions === null) return { sql: await querySql('audit/timeline'), values: { entity } }
  const values = { value: mentions, number: isNumber(mentions) }
  return { sql: await querySql('audit/mentions'), values }
}

async function copyIn(request: AuditRequest, sources: readonly string[]): Promise<Copy | null> {
  const { against, entity, aws, cwd, signal } = request
  if (against === null || entity === null) return null
  if (against !== '-' || ![...sources, ...request.with].includes('-')) {
    return copyOf(against, entity, { ...aws, cwd, signal })
  }
  throw new EvtError('--against -: standard input holds events', {
    code: 'usage',
    hint: 'write the copy to a file first',
  })
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
  request: AuditRequest,
  sources: readonly string[],
  searched: Searched,
  told: ReturnType<typeof toldOf> & { related?: Related },
): AuditResult {
  const { entity, mentions, asOfUs, range, types, filter, signal, without, with: added } = request
  const { objects, bytes, records, undecodable, events } = searched
  const text = (us: number | null) => (us === null ? null : timeText(us))
  const [since, until] = [text(range.sinceUs), text(range.untilUs)]
  return {
    schema: 'evt.audit/1',
    entity,
    ...(mentions !== null && { mentions }),
    asOf: text(asOfUs),
    selection: { since, until, types, filter: filter?.json ?? null },
    partial: signal.aborted || isCut(searched),
    ...(without.length > 0 && { without }),
    ...(added.length > 0 && { with: added }),
    ...told,
    searched: { sources: [...sources], objects, bytes, records, undecodable, events },
  }
}
