import type { MetricPoint } from '../aws/cloudwatch.js'
import type { MetricSpan } from './result.js'

export const MINUTE_MS = 60_000
/** How far back CloudWatch is asked. */
export const ASKED_MS = 15 * MINUTE_MS
/** What rates are of: short enough for what happens now. */
const RATE_MS = 5 * MINUTE_MS

interface Minutes {
  readonly fromMs: number
  readonly toMs: number
}

/** The last minutes that CloudWatch has figures of, five at most; undefined where it has none. Each
 * figure comes late, so that the newest minutes are missing of all of them. */
export function rateMinutes(series: readonly (readonly MetricPoint[])[]): Minutes | undefined {
  const all = allMinutes(series)
  return all && { fromMs: Math.max(all.fromMs, all.toMs - RATE_MS), toMs: all.toMs }
}

/** From the first to the last minute that CloudWatch has a figure of. */
function allMinutes(series: readonly (readonly MetricPoint[])[]): Minutes | undefined {
  const moments = series.flatMap((points) => points.map(({ atMs }) => atMs))
  if (moments.length === 0) return undefined
  return { fromMs: Math.min(...moments), toMs: Math.max(...moments) + MINUTE_MS }
}

/** All that was asked for, to the newest figure; undefined where there is none. Nothing happened in
 * minutes without a figure, where the service counts only what happens. */
export function askedMinutes(
  series: readonly (readonly MetricPoint[])[],
  fromMs: number,
): Minutes | undefined {
  const toMs = allMinutes(series)?.toMs
  return toMs === undefined ? undefined : { fromMs, toMs }
}

/** The sum over these minutes; a minute without a figure has nothing to add. */
export function sumOf(points: readonly MetricPoint[] = [], { fromMs, toMs }: Minutes): number {
  return points
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .reduce((sum, { value }) => sum + value, 0)
}

/** {@link sumOf} by the second. */
export function perSecond(points: readonly MetricPoint[] | undefined, minutes: Minutes): number {
  return sumOf(points, minutes) / ((minutes.toMs - minutes.fromMs) / 1_000)
}

export function spanOf(minutes: Minutes | undefined): MetricSpan | null {
  if (minutes === undefined) return null
  const { fromMs, toMs } = minutes
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
}
