import { type HdrBuckets, summaryOf } from './hdr-buckets.js'
import { ownHgrmLine } from './hgrm-text.js'

const TICKS_PER_HALF_DISTANCE = 5
/** Percentiles that are asked for and for which the steps have no row. */
const BETWEEN = [99, 99.9, 99.99]

interface Level {
  value: number
  percent: number
  count: number
}

/**
 * The percentile table of a histogram as HdrHistogram's outputPercentileDistribution writes it,
 * with 5 steps for each halving of what is left to 100%, last line end included. What these steps
 * miss stands in a line of evt's own, which other readers take for a comment.
 *
 * @param perMs how many of the histogram's units a millisecond has
 * @param notes lines of their own that begin with `Partial: ` or `Sample: `
 */
export function hgrmText(
  histogram: HdrBuckets,
  perMs: number,
  notes: readonly string[] = [],
): string {
  const decimals = histogram.digits
  const fixed = (value: number) => (value / perMs).toFixed(decimals).padStart(12)
  const whole = (count: number) => String(count).padStart(12)
  const rows = levelsOf(histogram).map(({ value, percent, count }) => {
    const share = (percent / 100).toFixed(12)
    const rarity = percent < 100 ? ` ${(1 / (1 - percent / 100)).toFixed(2).padStart(14)}` : ''
    return `${fixed(value)} ${share} ${String(count).padStart(10)}${rarity}`
  })
  const summary = summaryOf(histogram)
  const { mean, stddev, max } = summary ?? { mean: 0, stddev: 0, max: 0 }
  const unsaid: [string, number][] = summary
    ? [
        ['min', summary.min],
        ...BETWEEN.map((percent): [string, number] => [`p${percent}`, summary.at(percent)]),
      ]
    : []
  const own = unsaid.map(([name, value]) => [name, fixed(value).trim()] as const)
  const { buckets, subBuckets } = histogram.layout
  return [
    '       Value     Percentile TotalCount 1/(1-Percentile)',
    '',
    ...rows,
    `#[Mean    = ${fixed(mean)}, StdDeviation   = ${fixed(stddev)}]`,
    `#[Max     = ${fixed(max)}, Total count    = ${whole(histogram.total)}]`,
    `#[Buckets = ${whole(buckets)}, SubBuckets     = ${whole(subBuckets)}]`,
    ownHgrmLine(own),
    ...notes.map((note) => `#[${note}]`),
    '',
  ].join('\n')
}

/** Of the last bucket one step is shown, then all of the samples as 100%. */
function levelsOf(histogram: HdrBuckets): Level[] {
  const levels: Level[] = []
  let percent = 0
  let count = 0
  for (const bucket of histogram.buckets()) {
    const value = bucket.highest
    count += bucket.count
    const isLast = count === histogram.total
    while (percent < 100 && (100 * count) / histogram.total >= percent) {
      levels.push({ value, percent, count })
      percent += stepAt(percent)
      if (isLast) break
    }
    if (isLast) levels.push({ value, percent: 100, count })
  }
  return levels
}

function stepAt(percent: number): number {
  const halvings = Math.floor(Math.log2(100 / (100 - percent))) + 1
  return 100 / (TICKS_PER_HALF_DISTANCE * 2 ** halvings)
}
