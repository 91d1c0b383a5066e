import { type Fault, isLoss } from '../archives/object.js'
import type { Config } from '../config/config.js'
import { createDecoder, type RecordValue } from '../envelopes/decode.js'
import { complete, Missing } from '../envelopes/missing.js'
import type { Decoded, EventRecord } from '../event/event.js'
import { jsonText } from '../event/json.js'
import type { JsonPath } from '../event/json-path.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import type { TypedPattern } from '../event/pattern.js'
import { redact } from '../event/redact.js'
import { type Chosen, chosenTest } from '../questions/chosen.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'
import { type OutsidePlaces, outsideOf } from '../reading/outside.js'
import { checkHeeded } from '../taps/heeded.js'
import { tapFor } from '../taps/index.js'
import {
  type Consent,
  type FanOut,
  type Safety,
  type Start,
  safetyOf,
  type Tap,
  type TapOptions,
} from '../taps/tap.js'
import type { Checkpoints } from './checkpoints.js'
import { clockUs } from './from-time.js'
import { type Reading, type TailItem, wanted } from './lane.js'
import { merged } from './merge.js'

export interface TailRequest extends GivenSources, OutsidePlaces {
  /** The values of `--map`. */
  maps: readonly string[]
  presets: readonly string[] | undefined
  chosen: Chosen
  /** Of the document as JSON. */
  grep: RegExp | undefined
  /** Where to begin: `fromUs` with the first event of that time or later, `sequence` with the
   * record of that number in a shard. */
  start: Start | { fromUs: number } | { sequence: string } | undefined
  follow: boolean | undefined
  limit: number | null
  durationMs: number | null
  /** Beside those of evt.yaml. */
  redact: readonly JsonPath[]
  /** Whether events are measured, not shown: they are whole then, since figures of what is hidden
   * would be others. Whoever tells of them hides what `hidden` of the tail names. */
  isMeasured?: boolean | undefined
  consents: ReadonlySet<Consent>
  fanOut?: FanOut | undefined
  liveTail?: boolean | undefined
  /** The queue in which S3 tells of new objects. */
  notifications?: string | undefined
  /** As it was typed; `chosen` has what it means. */
  filter: TypedPattern | undefined
  stdin: AsyncIterable<unknown>
  nowMs(): number
  onNote(text: string): void
  pollMs?: number | undefined
  /** A file that says where to go on, and is told. */
  resume?: string | undefined
  /** Whether events have the points of their way; see HopTimes. */
  hops?: boolean | undefined
  /** Makes another mapping of the one that was typed and configured. */
  mapped?: ((mapping: Mapping) => Mapping) | undefined
  /** Called when what arrives from now on is seen of every SOURCE. */
  onReady?: (() => void) | undefined
}

/** A tail that has been set up and not begun. */
export interface Tail {
  readonly sources: readonly { readonly address: string; readonly safety: Safety }[]
  readonly mapping: Mapping
  /** What nobody is shown of events, be they whole here. */
  readonly hidden: readonly JsonPath[]
  /** As they come, of several sources by time; can be read once. */
  readonly items: AsyncGenerator<TailItem[]>
  /** What kept something from being read whole. */
  readonly faults: readonly { readonly path: string; readonly fault: Fault }[]
}

const PATIENCE_MS = 200

/**
 * Finds what is to be tapped, and how it is read.
 *
 * @throws EvtError `usage` for a mapping, configuration or SOURCE that is wrong
 */
export async function openTail(request: TailRequest): Promise<Tail> {
  const { config, sources } = await namedSources(request)
  const where = { cwd: request.cwd, aliases: config.archives ?? {} }
  const addresses = [...new Set(sources)]
  const tapped = await Promise.all(
    addresses.map(async (address) => ({ address, ...(await tapFor(address, where)) })),
  )
  const { start, fanOut, liveTail, notifications } = request
  const sequence = typeof start === 'object' && 'sequence' in start ? start.sequence : undefined
  checkHeeded(tapped, { sequence, fanOut, liveTail, notifications })
  const faults: { path: string; fault: Fault }[] = []
  const reading = await readingOf(request, config, (path, fault) => {
    if (isLoss(fault)) faults.push({ path, fault })
  })
  const checkpoints = await checkpointsOf(tapped, reading, request)
  return {
    sources: tapped.map(({ address, tap }) => ({ address, safety: safetyOf(tap, request) })),
    ...{ mapping: reading.mapping, hidden: reading.hidden },
    items: itemsOf(tapped, { ...reading, checkpoints }, request),
    faults,
  }
}

async function checkpointsOf(
  tapped: readonly { address: string; tap: Tap }[],
  { fromUs }: Reading,
  { resume, cwd, consents }: TailRequest,
): Promise<Checkpoints | undefined> {
  if (resume === undefined) return undefined
  const { openCheckpoints } = await import('./checkpoints.js')
  return openCheckpoints(tapped, { file: resume, cwd, consents, fromUs })
}

async function readingOf(
  request: TailRequest,
  config: Config,
  onFault: TapOptions['onFault'],
): Promise<Reading> {
  const { maps, presets, grep, cwd, stdin, nowMs, follow, onNote, pollMs, hops } = request
  const { mapped = (mapping) => mapping } = request
  const mapping = mapped(createMapping({ events: config.events, maps }))
  const outside = await outsideOf(request, config)
  const decode = createDecoder({ mapping, presets, outside, hops })
  const isChosen = chosenTest(request.chosen) ?? (() => true)
  const isWanted = (event: EventRecord) =>
    isChosen(event) && (grep === undefined || grep.test(jsonText(event.document)))
  const seen = (found: Decoded[]) => {
    const observedAtUs = nowMs() * 1_000
    for (const one of found) if (one.kind === 'event') one.event.observedAtUs = observedAtUs
    return found
  }
  const now = (record: RecordValue) => {
    try {
      return seen(decode(record))
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      return complete(() => decode(record)).then(seen)
    }
  }
  const start = request.start
  const taken = new WeakSet<Decoded>()
  const isTime = typeof start === 'object' && 'fromUs' in start
  const sequence = typeof start === 'object' && 'sequence' in start ? start.sequence : undefined
  return {
    mapping,
    options: {
      fromUs: isTime ? start.fromUs : (request.chosen.sinceUs ?? undefined),
      ...{ start: startFor(start), sequence, follow, cwd, stdin, onFault, onNote, pollMs },
      ...{ aliases: config.archives ?? {}, decode: now, isWanted },
      ...{ aws: request.aws ?? {}, consents: request.consents, filter: request.filter, taken },
      ...{ fanOut: request.fanOut, liveTail: request.liveTail },
      notifications: request.notifications,
    },
    isWanted,
    taken,
    fromUs: isTime ? start.fromUs : undefined,
    hidden: [...(config.privacy?.redact ?? []), ...request.redact],
  }
}

function startFor(start: TailRequest['start']): Start | undefined {
  return typeof start === 'object' && !('lastEvents' in start) ? 'beginning' : start
}

async function* itemsOf(
  tapped: readonly { address: string; opens: string; tap: Tap }[],
  reading: Reading & { checkpoints: Checkpoints | undefined },
  { signal: interruption, durationMs, limit, onReady, isMeasured }: TailRequest,
): AsyncGenerator<TailItem[]> {
  const own = new AbortController()
  const stop = () => own.abort()
  interruption.addEventListener('abort', stop)
  if (interruption.aborted) stop()
  const timer = durationMs === null ? undefined : setTimeout(stop, durationMs)
  const { signal } = own
  let left = limit ?? Number.POSITIVE_INFINITY
  const { checkpoints } = reading
  let unready = tapped.length
  const onLaneReady = () => {
    unready -= 1
    if (unready === 0) onReady?.()
  }
  const lanes = tapped.map(({ address, opens, tap }) => {
    const progress = checkpoints?.of(address)
    const { before: resume, checkpoint } = progress ?? {}
    const open = (onReady: () => void) =>
      tap.open(opens, { ...reading.options, signal, resume, checkpoint, onReady })
    const isAlone = tapped.length === 1
    return wanted(address, open, { ...reading, signal, progress, isAlone, onReady: onLaneReady })
  })
  checkpoints?.begin(stop)
  try {
    for await (const batch of together(lanes)) {
      const taken = limit === null ? batch : withinLimit(batch, left)
      if (limit !== null) left -= eventsIn(taken)
      if (!isMeasured && reading.hidden.length > 0) hide(taken, reading.hidden)
      if (taken.length > 0) yield taken
      for (const { decoded, source, taken: number } of taken) {
        reading.taken.add(decoded)
        checkpoints?.of(source)?.took(number)
      }
      if (left === 0) return
    }
  } finally {
    stop()
    clearTimeout(timer)
    interruption.removeEventListener('abort', stop)
    await Promise.all(lanes.map((lane) => lane.return(undefined)))
    await checkpoints?.end()
  }
}

function eventsIn(items: readonly TailItem[]): number {
  return items.reduce((sum, { decoded }) => sum + (decoded.kind === 'event' ? 1 : 0), 0)
}

function hide(items: readonly TailItem[], paths: readonly JsonPath[]): void {
  for (const { decoded } of items) if (decoded.kind === 'event') redact(decoded.event, paths)
}

function together(lanes: readonly AsyncGenerator<TailItem[]>[]): AsyncIterable<TailItem[]> {
  const [only] = lanes
  if (only && lanes.length === 1) return only
  return merged(lanes, { clockUs: ({ decoded }) => clockUs(decoded), patienceMs: PATIENCE_MS })
}

/** Up to the last event that may come; what cannot be decoded counts for none. */
function withinLimit(batch: TailItem[], limit: number): TailItem[] {
  let events = 0
  const end = batch.findIndex(({ decoded }) => decoded.kind === 'event' && ++events > limit)
  return end < 0 ? batch : batch.slice(0, end)
}
