import type { EventRecord } from '../../src/event/event.js'
import type { HopFigures, LatencyFigures } from '../../src/meters/figures.js'

const HIGHEST_US = 2n ** 45n - 1n

/** Latency by sorting every value; `times` are those of all deliveries of the row. */
export function naiveLatency(
  firsts: readonly Pick<EventRecord, 'timeUs' | 'receivedAtUs'>[],
  times: readonly number[],
): LatencyFigures {
  const exact = firsts.flatMap(({ timeUs, receivedAtUs }) =>
    timeUs === null || receivedAtUs === null ? [] : [BigInt(receivedAtUs) - BigInt(timeUs)],
  )
  return { ...distribution(exact), resolutionMs: resolution(times) }
}

/** What lies between one point of the way and the next, of first deliveries. */
export function naiveLegs(points: readonly (readonly (number | null)[])[]): HopFigures {
  return {
    producedToAccepted: leg(points, 0),
    acceptedToFirstReceived: leg(points, 1),
    firstReceivedToRecorded: leg(points, 2),
  }
}

function leg(points: readonly (readonly (number | null)[])[], n: number): LatencyFigures | null {
  const ends = points.flatMap((way) => {
    const [from = null, to = null] = way.slice(n, n + 2)
    return from === null || to === null ? [] : [{ from, to }]
  })
  if (ends.length === 0) return null
  const figures = distribution(ends.map(({ from, to }) => BigInt(to) - BigInt(from)))
  const units = [ends.map(({ from }) => from), ends.map(({ to }) => to)].map(resolution)
  return { ...figures, resolutionMs: Math.max(...units.map(Number)) }
}

/** The figures of latencies in microseconds, without an encoded histogram. */
export function distribution(values: readonly bigint[]): LatencyFigures {
  const counted = values.filter((us) => us >= 0n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const sorted = counted.filter((us) => us <= HIGHEST_US).map(Number)
  const sum = counted.reduce((total, us) => total + us, 0n)
  const at = (percent: number) =>
    sorted.length < samplesFor(percent) ? null : percentile(sorted, percent) / 1000
  const first = counted[0]
  const last = counted.at(-1)
  return {
    count: counted.length,
    min: first === undefined ? null : Number(first) / 1000,
    mean: counted.length === 0 ? null : Number(sum) / counted.length / 1000,
    stddev: sorted.length === 0 ? null : stddev(sorted) / 1000,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    p9999: at(99.99),
    max: last === undefined ? null : Number(last) / 1000,
    skewed: values.length - counted.length,
    overflow: counted.length - sorted.length,
    resolutionMs: null,
    hdr: null,
  }
}

/** DESIGN §8, in its own words: `p50 20, p90 100, …`. */
export function samplesFor(percent: number): number {
  const needed = new Map([
    [50, 20],
    [90, 100],
    [95, 200],
    [99, 1_000],
    [99.9, 10_000],
    [99.99, 100_000],
  ])
  return needed.get(percent) ?? Number.POSITIVE_INFINITY
}

/** HdrHistogram: the value of rank ceil(N · p), as the highest that its bucket holds. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = (BigInt(sorted.length) * BigInt(Math.round(percent * 100)) + 9_999n) / 10_000n
  const { low, width } = bucket(sorted[Math.max(Number(rank), 1) - 1] ?? Number.NaN)
  return low + width - 1
}

/** With 3 digits there are 2,048 values of width 1, then 1,024 of width 2, 1,024 of width 4, … */
export function bucket(us: number): { low: number; width: number } {
  let width = 1
  while (us / width >= 2_048) width *= 2
  return { low: us - (us % width), width }
}

function stddev(sorted: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const us of sorted) {
    const { low, width } = bucket(us)
    const middle = low + Math.floor(width / 2)
    counts.set(middle, (counts.get(middle) ?? 0) + 1)
  }
  const sum = Array.from(counts).reduce((total, [middle, count]) => total + middle * count, 0)
  const mean = sum / sorted.length
  const squares = Array.from(counts).reduce(
    (total, [middle, count]) => total + (middle - mean) * (middle - mean) * count,
    0,
  )
  return Math.sqrt(squares / sorted.length)
}

/** Of a clock: the unit in ms that 99% of its times are whole in. */
function resolution(times: readonly number[]): number | null {
  const share = (unitUs: number) => times.filter((us) => us % unitUs === 0).length / times.length
  if (times.length === 0) return null
  return share(1_000_000) >= 0.99 ? 1_000 : share(1_000) >= 0.99 ? 1 : 0.001
}
