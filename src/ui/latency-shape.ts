import { EvtError } from '../errors.js'

/** Recorded latencies, ascending; `valueUs` is the highest value of its histogram bucket. */
export interface LatencyShape {
  readonly buckets: readonly { readonly valueUs: number; readonly count: number }[]
  readonly total: number
}

/** Reads `latencyMs.hdr` of a result; the histogram library loads only now. */
export async function latencyShape(hdr: string): Promise<LatencyShape> {
  const { JsHistogram, decodeFromCompressedBase64 } = await import('hdr-histogram-js')
  const histogram = decodeFromCompressedBase64(hdr)
  if (!(histogram instanceof JsHistogram)) {
    throw new EvtError('a latency histogram is of an unknown kind', { code: 'outside' })
  }
  const buckets: { valueUs: number; count: number }[] = []
  // The library's iterator computes a power at every index, the empty ones too.
  for (let index = 0; index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index)
    if (count === 0) continue
    const valueUs = histogram.highestEquivalentValue(histogram.valueFromIndex(index))
    buckets.push({ valueUs, count })
  }
  return { buckets, total: histogram.totalCount }
}

/** Counts in `columns` ranges of equal width on a logarithmic axis, and where the axis ends. */
export function logRanges(shape: LatencyShape, columns: number) {
  const fromUs = Math.max(1, shape.buckets[0]?.valueUs ?? 1)
  const toUs = Math.max(fromUs, shape.buckets.at(-1)?.valueUs ?? 1)
  const counts = new Array<number>(toUs > fromUs ? columns : 1).fill(0)
  const scale = counts.length / (Math.log(toUs / fromUs) || 1)
  for (const { valueUs, count } of shape.buckets) {
    const range = Math.floor(Math.log(Math.max(fromUs, valueUs) / fromUs) * scale)
    const at = Math.min(range, counts.length - 1)
    counts[at] = (counts[at] ?? 0) + count
  }
  return { fromUs, toUs, counts }
}

/** Walks up the distribution: asked for rising fractions, gives HdrHistogram's percentiles. */
export function risingQuantile(shape: LatencyShape): (fraction: number) => number {
  let bucket = 0
  let below = 0
  return (fraction) => {
    const rank = Math.min(shape.total, Math.max(1, Math.ceil(fraction * shape.total - 1e-9)))
    let { valueUs, count } = shape.buckets[bucket] ?? { valueUs: 0, count: 0 }
    while (below + count < rank && bucket + 1 < shape.buckets.length) {
      below += count
      bucket += 1
      ;({ valueUs, count } = shape.buckets[bucket] ?? { valueUs, count: 0 })
    }
    return valueUs
  }
}
