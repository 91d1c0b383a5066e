import { scaleLinear, scaleLog } from 'd3-scale'
import { durationText } from '../../src/ui/numbers.js'
import type { Tick } from './plot.js'

/** An axis of latencies: where a value stands, from 0 to 1, and what is written beside it. */
export interface DurationAxis {
  readonly isLog: boolean
  at(ms: number): number
  readonly ticks: readonly Tick[]
}

/** From this ratio of its ends on, an axis is logarithmic: else most of it says nothing. */
const LOG_FROM = 20
/** Fewer than this are filled up, as long as they do not become too many. */
const FEW_TICKS = 4
const MOST_TICKS = 7
const LEAST_MS = 0.001

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]
/** What people count durations in; those that come first are kept where there are too many. */
const steps: readonly (readonly number[])[] = [
  [...powers(LEAST_MS, 8), MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, DAY, 10 * DAY],
  [...powers(5 * LEAST_MS, 7), 5 * MINUTE, 30 * MINUTE, 6 * HOUR, 100 * DAY],
  [...powers(2 * LEAST_MS, 7), 20 * SECOND, 2 * MINUTE, 2 * HOUR, 2 * DAY],
]

function powers(first: number, many: number): number[] {
  return Array.from({ length: many }, (_, i) => Number((first * 10 ** i).toPrecision(3)))
}

export function durationAxis(lowMs: number, highMs: number): DurationAxis {
  const low = Math.max(LEAST_MS, lowMs)
  const high = Math.max(low, highMs)
  return high / low >= LOG_FROM ? logAxis(low, high) : linearAxis(highMs)
}

function logAxis(lowMs: number, highMs: number): DurationAxis {
  const all = steps.flat().sort((a, b) => a - b)
  const from = all.findLast((ms) => ms <= lowMs) ?? LEAST_MS
  const to = all.find((ms) => ms >= highMs) ?? highMs
  const scale = scaleLog().domain([from, to]).range([0, 1]).clamp(true)
  const at = (ms: number) => scale(Math.max(from, ms))
  const within = (ms: number) => ms >= from && ms <= to
  const [round = [], ...finer] = steps.map((some) => some.filter(within))
  let kept = round
  for (const more of finer) {
    const isFew = kept.length < FEW_TICKS && kept.length + more.length <= MOST_TICKS
    if (isFew) kept = kept.concat(more)
  }
  return { isLog: true, at, ticks: named(kept, at) }
}

function linearAxis(highMs: number): DurationAxis {
  const most = highMs === 0 ? 1 : highMs
  const unit = [DAY, HOUR, MINUTE, SECOND, 1].find((size) => most >= 2 * size) ?? LEAST_MS
  const scale = scaleLinear()
    .domain([0, most / unit])
    .range([0, 1])
    .nice(4)
  const at = (ms: number) => scale(ms / unit)
  const ticks = scale.ticks(4).map((n) => n * unit)
  return { isLog: false, at, ticks: named(ticks, at) }
}

function named(values: readonly number[], at: (ms: number) => number): Tick[] {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.map((ms) => ({ at: at(ms), text: durationText(ms) }))
}
