import { Keys } from './keys.js'
import type { Row } from './names.js'
import { Random } from './random.js'
import type { FaultRates, WorkloadSettings } from './settings.js'

/** What was planted with an event. */
export const Fault = {
  none: 0,
  duplicate: 1,
  redelivery: 2,
  replay: 3,
  conflict: 4,
  publishedTwice: 5,
  reordered: 6,
  lost: 7,
  skewed: 8,
} as const

/** Events in the order they were produced, a column for each field. */
export interface Events {
  readonly count: number
  /** Index of type and source. */
  readonly row: Uint16Array
  readonly key: Uint32Array
  /** Contiguous within the key, from 1. */
  readonly sequence: Uint32Array
  /** Index of the event that caused this one, -1 for none. */
  readonly cause: Int32Array
  /** The producer's clock. */
  readonly timeUs: Float64Array
  /** When the first delivery arrives; nothing of a lost event does. */
  readonly arrivalUs: Float64Array
  readonly fault: Uint8Array
  /** The hour, from its start on, in which nothing happened and nothing arrived. */
  readonly silentHourUs: number | null
  /** Index of the row that falls silent halfway. */
  readonly silentRow: number | null
}

export const EVENTS_PER_CORRELATION = 3
const HOUR_US = 3.6e9
/** No fault makes a delivery later than this, queues behind a late one apart. */
const LATEST_US = 9e8

/** Who, what and when; arrivals are still to come. */
export function produceEvents(settings: WorkloadSettings, rows: readonly Row[]): Events {
  const { seed, events: count } = settings
  const events: Events = {
    count,
    row: new Uint16Array(count),
    key: new Uint32Array(count),
    sequence: new Uint32Array(count),
    cause: new Int32Array(count),
    arrivalUs: new Float64Array(count),
    fault: new Uint8Array(count),
    ...produceTimes(settings, count),
    silentRow: settings.silence.includes('type') ? 1 : null,
  }
  const faultOf = faultDice(settings, rows)
  const keys = new Keys(settings)
  const rowOf = rowDice(seed, rows.length)
  const latest = new Int32Array(settings.keys).fill(-1)
  for (let i = 0; i < count; i++) {
    const key = keys.at(i)
    const before = latest[key] ?? -1
    const sequence = before < 0 ? 1 : (events.sequence[before] ?? 0) + 1
    const row = rowOf(i * 2 >= count ? events.silentRow : null)
    events.key[i] = key
    events.sequence[i] = sequence
    events.cause[i] = sequence % EVENTS_PER_CORRELATION === 1 ? -1 : before
    events.row[i] = row
    events.fault[i] = faultOf(row)
    if (events.fault[i] === Fault.reordered) keys.repeat(key, i)
    latest[key] = i
  }
  return events
}

function produceTimes(settings: WorkloadSettings, count: number) {
  const random = new Random(settings.seed, 1)
  const timeUs = new Float64Array(count)
  const gapUs = 1e6 / settings.ratePerSecond
  let now = settings.startUs
  let silentHourUs: number | null = null
  for (let i = 0; i < count; i++) {
    if (settings.silence.includes('hour') && silentHourUs === null && i * 2 >= count) {
      const hourUs = Math.ceil((now + LATEST_US) / HOUR_US) * HOUR_US
      const leftUs = hourUs - now - LATEST_US
      // The hour before keeps its events, where there are enough of them to wait for its end.
      if (leftUs <= LATEST_US / 3 || leftUs * 2 > (count - i) * gapUs) {
        silentHourUs = hourUs
        now = hourUs + HOUR_US
      }
    }
    timeUs[i] = now
    now += Math.round(-Math.log(1 - random.unit()) * gapUs)
  }
  return { timeUs, silentHourUs }
}

/** Rows are the rarer the further back they stand. */
function rowDice(seed: number, rows: number): (silent: number | null) => number {
  const random = new Random(seed, 3)
  return (silent) => {
    const row = Math.floor(random.unit() ** 2 * rows)
    return row === silent ? (row + 1) % rows : row
  }
}

const codes: readonly [keyof FaultRates, number][] = [
  ['duplicates', Fault.duplicate],
  ['redeliveries', Fault.redelivery],
  ['replays', Fault.replay],
  ['conflicts', Fault.conflict],
  ['publishedTwice', Fault.publishedTwice],
  ['reorder', Fault.reordered],
  ['loss', Fault.lost],
  ['skew', Fault.skewed],
]

/** At most one fault an event; none that its envelope cannot show. */
function faultDice({ seed, rates, chains }: WorkloadSettings, rows: readonly Row[]) {
  const random = new Random(seed, 4)
  const steps: { below: number; code: number }[] = []
  let below = 0
  for (const [name, code] of codes) {
    below += rates[name]
    if (rates[name] > 0) steps.push({ below, code })
  }
  const shows = rows.map(({ chain }) => chains[chain])
  return (row: number): number => {
    const draw = random.unit()
    const code = steps.find((step) => draw < step.below)?.code ?? Fault.none
    if (code === Fault.replay && !shows[row]?.namesReplays) return Fault.none
    if (code === Fault.redelivery && !shows[row]?.countsAttempts) return Fault.none
    return code
  }
}
