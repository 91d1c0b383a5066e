import { setTimeout } from 'node:timers/promises'
import { resourceAddress } from '../aws/address.js'
import { type FilteredLogEvent, logsAction, type OpenLogs, openLogs } from '../aws/logs.js'
import type { RecordValue } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { patiently } from './patiently.js'
import { type SavedEvent, SeenEvents } from './seen-events.js'
import type { Batch, Tap, TapOptions } from './tap.js'

/** How long after its time an event may come and still be seen. Each look begins so far back. */
const LATE_MS = 120_000
/** Between two looks: longer each time that there is nothing new. */
const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 5_000
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
    'a few more, for all who read its logs.',
  iamActions: [logsAction],
  open: readLogs,
}

async function* readLogs(address: string, options: TapOptions): AsyncGenerator<Batch> {
  const named = resourceAddress(address)
  if (named?.service !== 'logs') throw new EvtError(`${address} is no log group`, { code: 'usage' })
  const logs = await openLogs(named, { ...options.aws, signal: options.signal })
  try {
    yield* new LogReading(logs, `logs://${named.name}`, options).read()
  } finally {
    logs.close()
  }
}

/** From which timestamp on to look again, and what was given of it. */
interface LogsCheckpoint {
  fromMs: number
  sinceMs: number
  seen: SavedEvent[]
}

function savedLogs(resume: unknown): LogsCheckpoint | undefined {
  if (typeof resume !== 'object' || resume === null) return undefined
  const { fromMs, sinceMs, seen } = { ...resume } as Record<string, unknown>
  if (typeof fromMs !== 'number' || typeof sinceMs !== 'number') return undefined
  return Array.isArray(seen) ? { fromMs, sinceMs, seen: seen.filter(isSavedEvent) } : undefined
}

function isSavedEvent(one: unknown): one is SavedEvent {
  return Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number'
}

/**
 * Looks again and again. A group can only be asked by the timestamps that producers give, and
 * events come late and in any order: each look goes back behind the newest arrival
 * (`ingestionTime`, by AWS's own clock) and leaves out what it has given.
 */
class LogReading {
  readonly #seen = new SeenEvents(MOST_SEEN)
  /** The newest arrival that was seen; undefined before there is one. */
  #newestMs: number | undefined
  /** What arrived earlier was there before somebody wanted to see what comes. */
  #sinceMs = 0

  /** @param place as positions and notes name the group */
  constructor(
    private readonly logs: OpenLogs,
    private readonly place: string,
    private readonly options: TapOptions,
  ) {}

  async *read(): AsyncGenerator<Batch> {
    const { signal, follow = true, pollMs = MOST_PAUSE_MS, onReady } = this.options
    let fromMs = await this.#begin()
    if (fromMs === undefined) return
    onReady?.()
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      const isNew = yield* this.#look(fromMs)
      if (!follow) return
      if (this.#newestMs !== undefined) {
        fromMs = Math.max(fromMs, this.#newestMs - LATE_MS)
        this.#seen.forgetBefore(fromMs)
      }
      pauseMs = isNew ? FIRST_PAUSE_MS : Math.min(MOST_PAUSE_MS, pauseMs * 2)
      await setTimeout(Math.min(pauseMs, pollMs), undefined, { signal }).catch(() => {})
    }
  }

  /** From which timestamp on to look first; undefined where it was interrupted. */
  async #begin(): Promise<number | undefined> {
    const { start, fromUs, follow, resume } = this.options
    // What may be wrong with the group or the permission is known before anybody is told to write.
    const first = await this.#page({ fromMs: Date.now(), limit: 1 })
    if (first === undefined) return undefined
    const before = savedLogs(resume)
    if (before) {
      this.#sinceMs = before.sinceMs
      for (const [id, timeMs] of before.seen) this.#seen.isNew(id, timeMs)
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

  async *#look(fromMs: number): AsyncGenerator<Batch, boolean> {
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
      for (let at = 0; at < fresh.length && !this.options.signal.aborted; at += BATCH) {
        const batch: Batch = await this.#decoded(fresh.slice(at, at + BATCH))
        batch.checkpoint = this.#checkpoint(fromMs, fresh.slice(at + BATCH))
        yield batch
      }
      nextToken = page.nextToken
    } while (nextToken !== undefined && !this.options.signal.aborted)
    // Only what was read to its end says how far one has come.
    this.#newestMs = newestMs
    return isNew
  }

  /** @param rest what of the page was not given so far */
  #checkpoint(fromMs: number, rest: readonly FilteredLogEvent[]): LogsCheckpoint {
    const others = new Set(rest.map(({ eventId }) => eventId))
    const seen = this.#seen.all.filter(([id]) => !others.has(id))
    return { fromMs, sinceMs: this.#sinceMs, seen }
  }

  #page(asked: Parameters<OpenLogs['page']>[0]) {
    return patiently(() => this.logs.page(asked), this.place, this.options)
  }

  #isNew({ eventId = '', timestamp = 0, ingestionTime = 0 }: FilteredLogEvent): boolean {
    return this.#seen.isNew(eventId, timestamp) && ingestionTime >= this.#sinceMs
  }

  async #decoded(events: readonly FilteredLogEvent[]): Promise<Decoded[]> {
    const all: Decoded[] = []
    for (const event of events) {
      for (const one of await this.options.decode(recordOf(event, this.place))) all.push(one)
    }
    return all
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
