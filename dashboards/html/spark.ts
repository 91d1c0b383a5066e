import type { LatencyShape } from '../../src/ui/latency-shape.js'
import { durationText } from '../../src/ui/numbers.js'
import { type Html, html, markup } from './html.js'

const COLUMNS = 32
const HEIGHT = 16
const GAP = 0.3

/** The ends of a logarithmic axis that several distributions share, in microseconds. */
export interface SharedAxis {
  readonly fromUs: number
  readonly toUs: number
}

/** From the least to the greatest of all of them; null where there is no latency above zero. */
export function sharedAxis(shapes: readonly LatencyShape[]): SharedAxis | null {
  const ends = shapes.flatMap(({ buckets }) => {
    const [first, last] = [buckets[0], buckets.at(-1)]
    return first && last ? [Math.max(1, first.valueUs), Math.max(1, last.valueUs)] : []
  })
  if (ends.length === 0) return null
  const [fromUs, toUs] = [Math.min(...ends), Math.max(...ends)]
  return { fromUs, toUs: Math.max(toUs, fromUs * 2) }
}

/** A distribution of latencies in the size of a word. */
export function spark({ buckets }: LatencyShape, { fromUs, toUs }: SharedAxis): Html {
  const counts = new Array<number>(COLUMNS).fill(0)
  const scale = COLUMNS / Math.log(toUs / fromUs)
  for (const { valueUs, count } of buckets) {
    const column = Math.floor(Math.log(Math.max(fromUs, valueUs) / fromUs) * scale)
    const at = Math.min(COLUMNS - 1, column)
    counts[at] = (counts[at] ?? 0) + count
  }
  const most = Math.max(...counts)
  const paths = counts.map((count, i) => {
    if (count === 0) return ''
    const y = (HEIGHT - Math.max(1, (count / most) * HEIGHT)).toFixed(1)
    return `M${i} ${HEIGHT}V${y}H${i + 1 - GAP}V${HEIGHT}Z`
  })
  const ends = [buckets[0]?.valueUs ?? 0, buckets.at(-1)?.valueUs ?? 0]
  const [least, greatest] = ends.map((us) => durationText(us / 1_000))
  return html`<svg class="spark" role="img" aria-label="from ${least ?? ''} to ${greatest ?? ''}"
 viewBox="0 0 ${COLUMNS} ${HEIGHT}" preserveAspectRatio="none" width="96" height="16"><path
 d="${markup(paths.join(''))}"/></svg>`
}
