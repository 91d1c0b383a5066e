import pc from 'picocolors'
import { type LatencyShape, risingQuantile } from './latency-shape.js'
import { durationText } from './numbers.js'
import type { TextStyle } from './style.js'
import { padded } from './width.js'

const ROWS = 7
const MARGIN = 10
/** Samples that have to lie above a percentile for it to be claimed. */
const LEAST_ABOVE = 10
const STRETCH = 14
const ticks = [
  { label: 'p50', rarity: 2 },
  { label: 'p90', rarity: 10 },
  { label: 'p99', rarity: 100 },
  { label: 'p99.9', rarity: 1_000 },
  { label: 'p99.99', rarity: 10_000 },
] as const

/** The percentiles of a run, `*`, over those of its baseline, `o`: both axes are logarithmic. No
 * lines where either has too few samples for two percentiles, or there are too few columns. */
export function twoCurves(
  now: LatencyShape,
  baseline: LatencyShape,
  style: Pick<TextStyle, 'width' | 'color'>,
): string[] {
  const least = Math.min(now.total, baseline.total)
  const room = Math.floor((style.width - MARGIN - 7) / STRETCH) + 1
  const shown = ticks.filter(({ rarity }) => least >= rarity * LEAST_ABOVE).slice(0, room)
  const columns = (shown.length - 1) * STRETCH + 1
  if (shown.length < 2) return []
  const [ofNow, ofBaseline] = [now, baseline].map((shape) => valuesOf(shape, shown, columns))
  if (!ofNow || !ofBaseline) return []
  const all = [...ofNow, ...ofBaseline]
  const [lowMs, highMs] = [Math.min(...all), Math.max(...all)]
  const span = Math.log(highMs / lowMs) || 1
  const rowOf = (ms: number) => Math.round((Math.log(ms / lowMs) / span) * (ROWS - 1))
  const grid = Array.from({ length: ROWS }, () => new Array<string>(columns).fill(' '))
  for (const [sign, values] of [
    ['o', ofBaseline],
    ['*', ofNow],
  ] as const) {
    values.forEach((ms, column) => {
      const row = grid[ROWS - 1 - rowOf(ms)]
      if (row) row[column] = sign
    })
  }
  const { dim } = pc.createColors(style.color)
  const lines = grid.map((row, i) => {
    const ms = lowMs * Math.exp((span * (ROWS - 1 - i)) / (ROWS - 1))
    return `${dim(`${padded(durationText(ms), MARGIN - 2, 'right')} ┤`)}${row.join('').trimEnd()}`
  })
  const names = shown
    .map(({ label }) => padded(label, STRETCH, 'left'))
    .join('')
    .trimEnd()
  return [
    ...lines,
    dim(' '.repeat(MARGIN) + names),
    dim(`${' '.repeat(MARGIN)}* this run   o baseline`),
  ]
}

function valuesOf(
  shape: LatencyShape,
  shown: readonly { rarity: number }[],
  columns: number,
): number[] {
  const quantile = risingQuantile(shape)
  const [first, last] = [shown[0]?.rarity ?? 2, shown.at(-1)?.rarity ?? 2]
  return Array.from({ length: columns }, (_, column) => {
    const tick = Math.floor(column / STRETCH)
    const [from, to] = [shown[tick]?.rarity ?? last, shown[tick + 1]?.rarity ?? last]
    const rarity = Math.max(first, from * (to / from) ** ((column % STRETCH) / STRETCH))
    return Math.max(0.001, quantile(1 - 1 / rarity) / 1_000)
  })
}
