import type { LatencyFigures } from '../meters/figures.js'
import { bucketsOf } from '../stats/hlog/write-log.js'
import type { Dimensions, Latencies } from './datum.js'
import type { TypeFigures } from './window.js'

/** The latencies of a row; undefined without any that evt can tell. */
export function latenciesOf(
  { hdr, min, max, mean, overflow, count }: LatencyFigures,
  dimensions: Dimensions,
): Latencies | undefined {
  if (min === null || max === null || count === 0) return undefined
  const buckets = hdr === null ? [] : bucketsOf(hdr).buckets()
  const sum = mean === null ? undefined : mean * count
  return { dimensions, buckets, count, overflow, min, max, sum }
}

/** The same of a type. Where its ends are not known, they are those of its buckets, but not beyond
 * those of all. Of those that lie above all buckets alone nothing is told. */
export function latenciesOfType(
  { latencies, overflow }: Pick<TypeFigures, 'latencies' | 'overflow'>,
  { dimensions, all }: { dimensions: Dimensions; all: Latencies | undefined },
): Latencies | undefined {
  if (latencies === undefined) return undefined
  const { hdr, minMs, maxMs } = latencies
  const histogram = bucketsOf(hdr)
  const buckets = histogram.buckets()
  const [first, last] = [buckets[0], buckets.at(-1)]
  if (!first || !last) return undefined
  const highestMs = overflow > 0 ? Number.POSITIVE_INFINITY : last.highest / 1_000
  return {
    ...{ dimensions, buckets, overflow, sum: undefined },
    count: histogram.total + overflow,
    min: minMs ?? Math.max(first.lowest / 1_000, all?.min ?? 0),
    max: maxMs ?? Math.min(highestMs, all?.max ?? Number.POSITIVE_INFINITY),
  }
}

/** How many took longer than this, to the width of a bucket, 0.1%. */
export function countAbove({ buckets, overflow }: Latencies, limitUs: number): number {
  return buckets.reduce((sum, { lowest, count }) => sum + (lowest > limitUs ? count : 0), overflow)
}
