import { scaleLog } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import type { LatencyShape } from '../../src/ui/latency-shape.js'
import { risingQuantile } from '../../src/ui/latency-shape.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { type DurationAxis, durationAxis } from './duration-axis.js'
import { type Html, html } from './html.js'
import { percentTicks } from './percent-axis.js'
import { BOX, emptyFigure, percent, plotFigure, type Stretch } from './plot.js'
import { dataTable } from './table.js'
import { LEAST_FOR, type PercentileFigures, percentileNames, whyNoPercentile } from './why.js'

/** A point of the curve; `rarity` is 1/(1−p). */
interface Point {
  readonly rarity: number
  readonly ms: number
}

/** Samples that have to lie above a percentile for it to be claimed. */
const LEAST_ABOVE = 10
const STRETCHES = 72
/** Room after the last sample, on the logarithmic axis. */
const MARGIN = 1.15

const title = 'Latency by percentile'

/**
 * The percentiles as HdrHistogram plots them: the horizontal axis is logarithmic in 1/(1−p). Where
 * fewer than ten samples lie above, the line is dashed: nothing is claimed there.
 */
export function percentilePlot(
  figures: PercentileFigures,
  shape: LatencyShape | null,
  under: LatencyShape | null = null,
): Html {
  const id = 'percentiles'
  const why = whyNoPercentile(figures, 'p50')
  if (why !== null || shape === null || shape.total < LEAST_FOR.p50) {
    return emptyFigure({ id, title, caption: `No percentiles: ${why ?? 'no histogram is there'}.` })
  }
  const points = pointsOf(shape)
  const below = under === null ? [] : pointsOf(under)
  const across = scaleLog()
    .domain([1, Math.max(shape.total, under?.total ?? 0) * MARGIN])
    .range([0, 1])
  const all = [...points, ...below].map(({ ms }) => ms)
  const up = durationAxis(least(all), greatest(all))
  const scales = { across, up, claimed: across(Math.max(1, shape.total / LEAST_ABOVE)) }
  return plotFigure({
    id,
    title,
    caption: captionOf(figures, up) + (under === null ? '' : '; the baseline is the grey line'),
    label: labelOf(figures),
    across: percentTicks(shape.total, across),
    up: up.ticks,
    shapes: html`${under && baselineCurve(below, across, up)}${curve(points, scales)}`,
    marks: named(figures, across, up),
    stretches: stretchesOf(shape, across.invert),
    table: tableOf(figures),
  })
}

function captionOf({ count, overflow }: PercentileFigures, up: DurationAxis): string {
  const over = overflow ? `; ${countText(overflow)} beyond 407 days are not drawn` : ''
  const axis = up.isLog ? 'both axes are logarithmic' : 'the lower axis is logarithmic in 1/(1−p)'
  return `of ${countText(count)}; ${axis}; dashed where fewer than ten lie above${over}`
}

function labelOf(figures: PercentileFigures): string {
  const said = percentileNames.flatMap(({ name, label }) => {
    const ms = figures[name]
    return ms === null ? [] : [`${label} ${durationText(ms, 3)}`]
  })
  return `Percentiles of ${countText(figures.count)} latencies: ${said.join(', ')}.`
}

/** Every bucket as the step that begins at the first percentile it holds. */
function pointsOf({ buckets, total }: LatencyShape): Point[] {
  let below = 0
  return buckets.map(({ valueUs, count }) => {
    const rarity = total / (total - below)
    below += count
    return { rarity, ms: valueUs / 1_000 }
  })
}

interface Scales {
  readonly across: (rarity: number) => number
  readonly up: DurationAxis
  /** Up to where percentiles are claimed, as a share of the axis. */
  readonly claimed: number
}

function curve(points: readonly Point[], { across, up, claimed }: Scales): Html {
  const placed = points.map(({ rarity, ms }) => ({ x: across(rarity), y: up.at(ms) }))
  const end = { x: 1, y: placed.at(-1)?.y ?? 0 }
  const seam = { x: claimed, y: placed.findLast(({ x }) => x <= claimed)?.y ?? 0 }
  const sure = thinned([...placed.filter(({ x }) => x <= claimed), seam])
  const rest = thinned([seam, ...placed.filter(({ x }) => x > claimed), end])
  const x = (point: { x: number }) => Math.round(point.x * BOX * 10) / 10
  const y = (point: { y: number }) => Math.round((1 - point.y) * BOX * 10) / 10
  const stroke = line<{ x: number; y: number }>().x(x).y(y).curve(curveStepAfter)
  const fill = area<{ x: number; y: number }>().x(x).y0(BOX).y1(y).curve(curveStepAfter)
  return html`<path class="fill" d="${fill(sure) ?? ''}"/><path class="line" d="${
    stroke(sure) ?? ''
  }"/><path class="line unsure" d="${stroke(rest) ?? ''}"/>`
}

/** What the other is compared with, without its end: both have dots there otherwise. */
function baselineCurve(points: readonly Point[], across: Scales['across'], up: DurationAxis): Html {
  const placed = thinned(points.map(({ rarity, ms }) => ({ x: across(rarity), y: up.at(ms) })))
  const stroke = line<{ x: number; y: number }>()
    .x((point) => Math.round(point.x * BOX * 10) / 10)
    .y((point) => Math.round((1 - point.y) * BOX * 10) / 10)
    .curve(curveStepAfter)
  return html`<path class="line under" d="${stroke(placed) ?? ''}"/>`
}

function least(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
}

function greatest(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), 0)
}

/** Steps that no screen could tell apart are one. */
function thinned(points: readonly { x: number; y: number }[]): { x: number; y: number }[] {
  const kept: { x: number; y: number }[] = []
  for (const [i, point] of points.entries()) {
    const before = kept.at(-1)
    const isSeen = !before || Math.abs(point.x - before.x) + Math.abs(point.y - before.y) > 0.002
    if (isSeen || i === points.length - 1) kept.push(point)
  }
  return kept
}

/** A dot at each figure; the axis below says which percentile it is. */
function named(
  figures: PercentileFigures,
  across: (rarity: number) => number,
  up: DurationAxis,
): Html {
  const dots = percentileNames.flatMap(({ name, rarity, plotted }) => {
    const ms = figures[name]
    return ms === null || !plotted ? [] : [{ text: durationText(ms), ms, x: across(rarity) }]
  })
  const { max } = figures
  const last = max === null ? [] : [{ text: `max ${durationText(max)}`, ms: max, x: 1 }]
  return html`<g class="dots">${[...dots, ...last].map(({ text, ms, x }, i) => {
    const [cx, cy] = [percent(x), percent(1 - up.at(ms))]
    // The first is too near to the axis for a text on its left.
    const [side, dx, dy] = i === 0 ? ['right', 6, 14] : ['left', -5, -8]
    return html`<circle cx="${cx}" cy="${cy}" r="3"/>
<text class="${side}" x="${cx}" y="${cy}" dx="${dx}" dy="${dy}">${text}</text>
`
  })}</g>`
}

function stretchesOf(shape: LatencyShape, rarityAt: (share: number) => number): Stretch[] {
  const quantile = risingQuantile(shape)
  return Array.from({ length: STRETCHES }, (_, i) => {
    const rarity = Math.min(shape.total, rarityAt((i + 0.5) / STRETCHES))
    const ms = quantile(1 - 1 / rarity) / 1_000
    const above = Math.round(shape.total / rarity)
    const p = Number((100 - 100 / rarity).toPrecision(Math.max(3, Math.log10(rarity) + 2)))
    const text = `${p}%: ${durationText(ms, 3)} or less; ${countText(above)} above`
    return { from: i / STRETCHES, to: (i + 1) / STRETCHES, text }
  })
}

function tableOf(figures: PercentileFigures): Html {
  const rows = percentileNames.map(({ name, label }) => ({
    name: label,
    ms: figures[name],
    why: whyNoPercentile(figures, name),
  }))
  const plain = (name: string, ms: number | null) => ({ name, ms, why: null })
  const all = [
    plain('min', figures.min),
    plain('mean', figures.mean),
    plain('stddev', figures.stddev),
    ...rows,
    plain('max', figures.max),
  ]
  return dataTable({
    caption: `Latencies, ${countText(figures.count)}`,
    columns: [{ title: 'percentile' }, { title: 'latency', isNumber: true }],
    rows: all.map(({ name, ms, why }) => [
      { text: name },
      { text: durationText(ms, 3), value: ms, ...(why === null ? {} : { why }) },
    ]),
  })
}
