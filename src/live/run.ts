import { resourceAddress } from '../aws/address.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { timeText } from '../event/time.js'
import { count } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { shownFindings } from '../stats/hidden.js'
import type { StatsRun } from '../stats/run.js'
import { openTail, type Tail, type TailRequest } from '../tail/run.js'
import type { LatencyWindow } from './latency-slots.js'
import { type LiveFigures, LiveMeter, type LiveOptions } from './meter.js'

export interface LiveRequest extends TailRequest {
  measure: Omit<LiveOptions, 'mapping'>
  /** How the bound of memory was written. */
  memory: string
  allowPartial: boolean
  /** Told what is tapped, before the first event. */
  onOpen(sources: Tail['sources']): void
  /** Ends it as its end of time does. */
  stop?: AbortSignal | undefined
  /** Given a way to ask for what was measured so far, before the first event. */
  onBegin?(measured: () => LiveRun): void
  /** Called when something came, after it was measured. */
  onItems?(items: readonly { readonly decoded: Decoded }[]): void
}

export interface LiveRun extends StatsRun {
  /** Where they were asked for. */
  latencies: LatencyWindow[] | undefined
}

/**
 * `evt stats` on what comes: measures until the time is over, the source ends or somebody
 * interrupts, in memory that does not grow with what has come.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function runLive(request: LiveRequest): Promise<LiveRun> {
  const { measure, nowMs, signal, stop } = request
  const ends = stop ? AbortSignal.any([signal, stop]) : signal
  const how = { signal: ends, hops: measure.hops, isMeasured: true }
  const tail = await openTail({ ...request, ...how })
  request.onOpen(tail.sources)
  const meter = new LiveMeter({ ...measure, mapping: tail.mapping })
  const beganMs = nowMs()
  const measured = () => runOf(request, { tail, meter, lastedMs: nowMs() - beganMs })
  request.onBegin?.(measured)
  for await (const items of tail.items) {
    meter.observe(items, nowMs())
    request.onItems?.(items)
  }
  return measured()
}

interface Measuring {
  tail: Tail
  meter: LiveMeter
  lastedMs: number
}

function runOf(request: LiveRequest, { tail, meter, lastedMs }: Measuring): LiveRun {
  const { signal, allowPartial } = request
  const objectFaults = [...tail.faults]
  const figures = meter.read(objectFaults)
  const { records } = figures.read
  const isEmpty = figures.total.events === 0
  const sources = tail.sources.map(({ address }) => address)
  return {
    result: {
      ...resultOf(request, figures, sources),
      findings: shownFindings(figures.findings, { paths: tail.hidden, mapping: tail.mapping }),
      partial: isPartial(tail, signal),
    },
    timeline: figures.timeline,
    ...{ intervals: undefined, latencies: figures.latencies },
    objectFaults,
    typed: { sources, flags: [], isGone: true },
    isEmpty,
    failure:
      endedBadly({ records, objectFaults, signal, allowPartial }) ??
      (isEmpty ? nothingCame(sources, figures, { ...request, lastedMs }) : undefined),
  }
}

function isPartial({ faults }: Tail, signal: AbortSignal): boolean {
  return signal.aborted || faults.length > 0
}

function resultOf(
  { chosen, filter, memory }: LiveRequest,
  figures: LiveFigures,
  sources: string[],
): Omit<LiveRun['result'], 'partial'> {
  const { sinceUs, untilUs, types = [] } = chosen
  const { span, total, types: rows, windows, findings, read, isBounded } = figures
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    schema: 'evt.stats/1',
    sources,
    selection: {
      ...{ since: text(sinceUs), until: text(untilUs) },
      ...(types.length > 0 && { types: [...types] }),
      ...(filter && { filter: filter.json }),
    },
    span,
    read: { objects: sources.length, ...read },
    total,
    types: rows,
    ...(windows && { windows }),
    findings,
    ...(isBounded && { bounded: memory }),
  }
}

/** Whether what came before somebody measured can be read all the same. */
function keepsWhatCame(source: string): boolean {
  const service = resourceAddress(source)?.service
  return source !== '-' && service !== 'sns' && service !== 'eventbridge'
}

function nothingCame(
  sources: readonly string[],
  { read }: LiveFigures,
  request: LiveRequest & { lastedMs: number },
): EvtError {
  const { durationMs, lastedMs, chosen, filter, start } = request
  const isOver = durationMs !== null && lastedMs >= durationMs
  const within = isOver ? ` within ${durationMs / 1_000} s` : ''
  const isChosen = filter !== undefined || (chosen.types ?? []).length > 0
  const bad =
    read.undecodable === 0 ? '' : `; ${count(read.undecodable, 'record')} could not be decoded`
  const what = isChosen ? 'no such events' : 'no events'
  const isThere = start === 'latest' && sources.every(keepsWhatCame)
  return new EvtError(`${what} from ${sources.join(' ')}${within}${bad}`, {
    code: 'inconclusive',
    hint: isThere ? 'what is there already is measured with --from beginning' : undefined,
  })
}
