import { setTimeout } from 'node:timers/promises'
import { resourceAddress } from '../aws/address.js'
import { type FilteredLogEvent, logsAction, type OpenLogs, openLogs } from '../aws/logs.js'
import type { RecordValue } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { GivenCount } from './given-count.js'
import type { LiveTail } from './live-tail.js'
import type { LogPlace } from './log-place.js'
import { patiently } from './patiently.js'
import { SeenEvents } from './seen-events.js'
import type { Tap, TapOptions } from './tap.js'

/** How long after its time an event may come and still be seen. Each look begins so far back. */
const LATE_MS = 120_000
/** Between two looks: longer each time that there is nothing new. */
const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 5_000
/** The same where a live tail says that there is something. */
const MOST_ROUSED_MS = 30_000
const MOST_SEEN = 200_000
const HEAD_BYTES = 200
/** Of a page, which may have 10,000, so many are decoded at once. */
const BATCH = 500

/** Log groups: events that a rule writes there, logs of a bus, other lines of JSON. */
export const tap: Tap = {
  name: 'logs',
  reads: 'logs://GROUP, the ARN of a log group',
  safety: 'shares',
  missed:
    'What CloudWatch Logs has more than two minutes after its timestamp, while other events come.',
  repeated: 'Nothing, unless more than 200,000 events have timestamps of the same two minutes.',
  cost:
    'A call of FilterLogEvents every second, and every five seconds where nothing comes, which ' +
    'reads the last two minutes again. An account has five such calls a second in a region, or ' +
    'a few more, for all who read its logs. With --live-tail evt asks when CloudWatch Logs says ' +
    'that something came, else every 30 seconds: that is about $0.01 a minute, and takes ' +
    'logs:StartLiveTail and logs:DescribeLogGroups.',
  heeds: ['liveTail'],
  iamActions: [logsAction],
  resumed:
    'Nothing twice. What CloudWatch Logs has more than two minutes after its timestamp may be ' +
    'missed, as without an interruption.',
  checkpointVersion: () => 1,
  open: readLogs,
}

async function* readLogs(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const named = resourceAddress(address)
  if (named?.service !== 'logs') throw new EvtError(`${address} is no log group`, { code: 'usage' })
  const logs = await openLogs(named, { ...options.aws, signal: options.signal })
  try {
    const place = `logs://${named.name}`
    const region = await logs.region()
    const before = await placeBefore(options, place, region)
    const { LiveTail } = await import('./live-tail.js')
    const live = options.liveTail === true ? new LiveTail(named, options) : undefined
    try {
      yield* new LogReading(logs, place, { ...options, region, before, live }).read()
    } finally {
      await live?.end()
    }
  } finally {
    logs.close()
  }
}

async function placeBefore({ resume }: TapOptions, place: string, region: string) {
  if (resume === undefined) return undefined
  const { logPlaceOf } = await import('./log-place.js')
  return logPlaceOf(resume, place, region)
}

interface LogOptions extends TapOptions {
  region: string
  /** How far another run was. */
  before: LogPlace | undefined
  /** Says when to look. */
  live: LiveTail | undefined
}

/**
 * Looks again and again. A group can only be asked by the timestamps that producers give, and
 * events come late and in any order: each look goes back behind the newest arrival
 * (`ingestionTime`, by AWS's own clock) and leaves out what it has given.
 */
class LogReading {
  readonly #seen: SeenEvents
  /** The newest arrival that was seen; undefined before there is one. */
  #newestMs: number | undefined
  /** What arrived earlier was there before somebody wanted to see what comes. */
  #sinceMs = 0
  /** Of which event so much was given in a run before. */
  readonly #part: LogPlace['part']

  /** @param place as positions and notes name the group */
  constructor(
    private readonly logs: OpenLogs,
    private readonly place: string,
    private readonly options: LogOptions,
  ) {
    const { before } = options
    this.#seen = new SeenEvents(MOST_SEEN, before?.seen)
    this.#part = before?.part ?? null
  }

  async *read(): AsyncGenerator<Decoded[]> {
    const { signal, follow = true, pollMs = MOST_PAUSE_MS, onReady, live } = this.options
    let fromMs = await this.#begin()
    if (fromMs === undefined) return
    const firstMs = fromMs
    this.options.checkpoint?.([], () => this.#placeAt(firstMs, []))
    onReady?.()
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      const isNew = yield* this.#look(fromMs)
      if (!follow) return
      if (this.#newestMs !== undefined) {
        fromMs = Math.max(fromMs, this.#newestMs - LATE_MS)
        this.#seen.forgetBefore(fromMs)
      }
      const mostMs = live?.isOpen ? MOST_ROUSED_MS : Math.min(MOST_PAUSE_MS, pollMs)
      pauseMs = Math.min(mostMs, isNew ? FIRST_PAUSE_MS : pauseMs * 2)
      if (live) await live.wait(pauseMs)
      else await setTimeout(pauseMs, undefined, { signal }).catch(() => {})
    }
  }

  /** From which timestamp on to look first; undefined where it was interrupted. */
  async #begin(): Promise<number | undefined> {
    const { start, fromUs, follow, before } = this.options
    // What may be wrong with the group or the permission is known before anybody is told to write.
    const first = await this.#page({ fromMs: Date.now(), limit: 1 })
    if (first === undefined) return undefined
    if (before) {
      this.#sinceMs = before.sinceMs
      this.#newestMs = before.newestMs ?? undefined
      return before.fromMs
    }
    if (start === 'beginning' || (start === undefined && follow === false)) {
      return fromUs === undefined ? 0 : Math.floor(fromUs / 1_000) - LATE_MS
    }
    // The clock of this machine may be wrong, and no event is to be lost by that.
    this.#sinceMs = this.logs.nowMs() ?? Date.now()
    this.#newestMs = this.#sinceMs
    return this.#sinceMs - LATE_MS
  }

  async *#look(fromMs: number): AsyncGenerator<Decoded[], boolean> {
    let isNew = false
    let newestMs = this.#newestMs
    let nextToken: string | undefined
    do {
      const page = await this.#page({ fromMs, nextToken })
      if (page === undefined) return isNew
      const fresh = page.events.filter((event) => this.#isNew(event))
      for (const { ingestionTime } of page.events) {
        newestMs = Math.max(newestMs ?? 0, ingestionTime ?? 0)
      }
      isNew ||= fresh.length > 0
      yield* this.#giving(fresh, fromMs)
      nextToken = page.nextToken
    } while (nextToken !== undefined && !this.options.signal.aborted)
    // Only what was read to its end says how far one has come.
    this.#newestMs = newestMs
    return isNew
  }

  #page(asked: Parameters<OpenLogs['page']>[0]) {
    return patiently(() => this.logs.page(asked), this.place, this.options)
  }

  #isNew({ eventId = '', timestamp = 0, ingestionTime = 0 }: FilteredLogEvent): boolean {
    return this.#seen.isNew(eventId, timestamp) && ingestionTime >= this.#sinceMs
  }

  async *#giving(fresh: readonly FilteredLogEvent[], fromMs: number): AsyncGenerator<Decoded[]> {
    const { signal, checkpoint } = this.options
    for (let at = 0; at < fresh.length && !signal.aborted; at += BATCH) {
      const given = new GivenCount()
      const { found, sizes } = await this.#decoded(fresh.slice(at, at + BATCH))
      const batch = given.take(found, sizes)
      const left = (taken: number) => {
        const { records, events } = batch.at(taken)
        return this.#placeAt(fromMs, fresh.slice(at + records), fresh[at + records - 1], events)
      }
      checkpoint?.(found, left)
      yield found
    }
  }

  /** @param left of the page, not given so far; of the first of them, `events` were
   * @param last the last that was given */
  #placeAt(
    fromMs: number,
    left: readonly FilteredLogEvent[],
    last?: FilteredLogEvent,
    events = 0,
  ): LogPlace {
    const { timestamp = 0, ingestionTime = 0 } = last ?? {}
    const beginMs = Math.max(fromMs, Math.min(timestamp, ingestionTime) - LATE_MS)
    const later = new Set(left.map(({ eventId }) => eventId))
    const id = left[0]?.eventId ?? ''
    const before = this.#part
    return {
      region: this.options.region,
      ...{ fromMs: beginMs, newestMs: this.#newestMs ?? null, sinceMs: this.#sinceMs },
      seen: this.#seen.since(beginMs).filter(([one]) => !later.has(one)),
      part:
        events === 0 ? before : { id, events: events + (before?.id === id ? before.events : 0) },
    }
  }

  async #decoded(events: readonly FilteredLogEvent[]) {
    const found: Decoded[] = []
    const sizes: number[] = []
    for (const event of events) {
      const all = await this.options.decode(recordOf(event, this.place))
      const given = this.#part?.id === event.eventId ? this.#part?.events : 0
      const fresh = given ? all.slice(given) : all
      sizes.push(fresh.length)
      for (const one of fresh) found.push(one)
    }
    return { found, sizes }
  }
}

/** An event as FilterLogEvents gives it: what it wraps, the decoder finds. */
function recordOf(event: FilteredLogEvent, place: string): RecordValue {
  const { eventId = '', logStreamName = '', message = '', timestamp, ingestionTime } = event
  return {
    value: {
      ...{ logStreamName, message, eventId },
      ...(timestamp !== undefined && { timestamp }),
      ...(ingestionTime !== undefined && { ingestionTime }),
    },
    position: { path: `${place}/${logStreamName}/${eventId}`, record: 1 },
    sizeBytes: Buffer.byteLength(message),
    // A character has four bytes at most, and one at least.
    head: Buffer.from(message.slice(0, HEAD_BYTES)).subarray(0, HEAD_BYTES),
  }
}
