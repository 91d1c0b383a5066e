import { scaleUtc } from 'd3-scale'
import { clockAt, timeLength } from '../../src/ui/times.js'
import type { Tick } from './plot.js'

/** Fewer where they are long, as those with seconds are. */
const [TICKS, LONG_TICKS] = [6, 3]
const YEAR_MS = 366 * 86_400_000

/** Round moments of the time zone, and what tells them apart. */
export function timeTicks(fromMs: number, toMs: number, timeZone: string): Tick[] {
  const offset = offsetMs(fromMs, timeZone)
  const local = scaleUtc()
    .domain([fromMs + offset, toMs + offset])
    .range([0, 1])
  const range = toMs - fromMs
  const length = timeLength(range)
  return local.ticks(length > 5 ? LONG_TICKS : TICKS).map((moment, i) => {
    const clock = clockAt(moment.getTime() - offset, timeZone)
    const date = range > YEAR_MS ? clock?.date.slice(0, 7) : clock?.date.slice(5)
    const isMidnight = clock?.time === '00:00:00.000'
    const text = (isMidnight && range > 0 ? date : clock?.time.slice(0, length)) ?? ''
    return { at: local(moment), text, spare: i % 2 === 1 }
  })
}

function offsetMs(ms: number, timeZone: string): number {
  const clock = clockAt(ms, timeZone)
  return clock ? Date.parse(`${clock.date}T${clock.time}Z`) - ms : 0
}
