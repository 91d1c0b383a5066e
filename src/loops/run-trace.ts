import { EvtError } from '../errors.js'
import { hiddenIn } from '../questions/run.js'
import { isCut } from '../questions/searched.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive } from '../reading/open-archive.js'
import { hasLineage } from './lineage.js'
import { type ChainRequest, linkedEventsIn } from './linked-events.js'
import { linksOf } from './links.js'
import { chainsOf } from './trace.js'
import type { Beside, TracedEvent, TraceResult } from './trace-result.js'

export interface TraceRequest extends ChainRequest {
  /** Of the event that is asked for. */
  id: string
  /** Groups of CloudWatch Logs in which lines are looked for. */
  logs?: readonly string[]
  /** Whether X-Ray is asked about the traces. */
  xray?: boolean
}

export interface TraceRun {
  result: TraceResult
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
}

/**
 * `evt trace` on archives: the causes and effects of an event.
 *
 * @throws EvtError `usage` for what was typed wrong, `inconclusive` where there is nothing to read
 */
export async function runTrace(request: TraceRequest): Promise<TraceRun> {
  const { id, signal } = request
  const archive = await openArchive(request)
  const { sources, pruned } = archive
  if (archive.objects.length === 0) throw noObjects(sources, pruned)
  const { events, searched } = await linkedEventsIn(request, archive, id, hiddenIn(archive))
  request.onRead?.()
  const { causes, counts } = linksOf(events)
  const chains = chainsOf(id, events, causes)
  const beside = await besideOf(chains.events, request)
  const { objects, bytes, records, undecodable, chosen } = searched
  const result: TraceResult = {
    ...{ schema: 'evt.trace/1', id },
    partial: signal.aborted || isCut(searched) || (beside.found.gaps ?? []).length > 0,
    ...chains,
    withoutLineage: chains.events.filter(({ traceId }) => isBlind(traceId)).length,
    ...beside.found,
    causation: counts,
    searched: { sources: [...sources], objects, bytes, records, undecodable, events: chosen },
  }
  const failure = endedBadly({ ...searched, ...request }) ?? absence(result) ?? beside.failure
  return { result, failure }
}

/** A header of X-Ray that has no lineage. */
function isBlind(traceId: string | null): boolean {
  return traceId?.includes('Root=') === true && !hasLineage(traceId)
}

/** What AWS knows beside; where it cannot be asked, the trace stands all the same. */
async function besideOf(events: readonly TracedEvent[], request: TraceRequest) {
  const { logs: groups = [], xray = false, aws, signal } = request
  const found: Pick<TraceResult, 'logs' | 'xray' | 'gaps'> = {}
  const asked: Beside<unknown>[] = []
  if (groups.length > 0) {
    const { logsOf } = await import('./trace-logs.js')
    const logs = await logsOf(events, groups, { aws, signal })
    asked.push(logs)
    found.logs = logs.found
  }
  if (xray) {
    const { segmentsOf } = await import('./trace-segments.js')
    const segments = await segmentsOf(events, { aws, signal })
    asked.push(segments)
    found.xray = segments.found
  }
  if (asked.length > 0) found.gaps = asked.flatMap(({ gaps }) => gaps)
  return { found, failure: asked.find(({ failure }) => failure)?.failure }
}

function absence({ id, events, causation, searched }: TraceResult): EvtError | undefined {
  const { sources, records, undecodable, events: all } = searched
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  if (events.length === 0) {
    const read = `${count(records, 'record')} searched${bad}`
    return new EvtError(`no event ${id} in ${sources.join(' ')}: ${read}`, { code: 'inconclusive' })
  }
  const isKnown = Object.values(causation).some((number) => number > 0)
  if (isKnown) return undefined
  return new EvtError(`none of ${count(all, 'event')} names its cause: there are no chains`, {
    code: 'inconclusive',
    hint: '--map causationId=$.path, or causationId: in evt.yaml, says where that is',
  })
}
