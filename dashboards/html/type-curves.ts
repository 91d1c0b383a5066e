import { scaleLog } from 'd3-scale'
import { curveStepAfter, line } from 'd3-shape'
import type { TypeRow } from '../../src/stats/result.js'
import { type LatencyShape, latencyShape } from '../../src/ui/latency-shape.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { nameOf } from '../../src/ui/stats-table.js'
import { durationAxis } from './duration-axis.js'
import { brief, type Html, html } from './html.js'
import { percentTicks } from './percent-axis.js'
import { BOX, emptyFigure, plotFigure } from './plot.js'
import { dataTable, figure } from './table.js'
import { LEAST_FOR } from './why.js'

/** More lines cannot be told apart. */
const MOST_TYPES = 6
const NAME_COLUMNS = 40
/** Samples that have to lie above a percentile for it to be drawn. */
const LEAST_ABOVE = 10

interface Curve {
  readonly row: TypeRow
  readonly shape: LatencyShape
}

/** The percentiles of the types with the most latencies, over each other. */
export async function typeCurves(types: readonly TypeRow[]): Promise<Html> {
  const [id, title] = ['type-curves', 'Latency by percentile and type']
  const most = types
    .filter(({ latencyMs }) => latencyMs.hdr !== null && latencyMs.count >= LEAST_FOR.p50)
    .sort((a, b) => b.latencyMs.count - a.latencyMs.count)
    .slice(0, MOST_TYPES)
  if (most.length < 2) {
    return emptyFigure({ id, title, caption: 'Fewer than two types have latencies to compare.' })
  }
  const curves: Curve[] = []
  for (const row of most) {
    if (row.latencyMs.hdr !== null)
      curves.push({ row, shape: await latencyShape(row.latencyMs.hdr) })
  }
  const rarest = Math.max(...curves.map(({ shape }) => shape.total / LEAST_ABOVE))
  const across = scaleLog().domain([1, rarest]).range([0, 1]).clamp(true)
  const all = curves.flatMap(({ shape }) => pointsOf(shape).map(({ ms }) => ms))
  const up = durationAxis(
    all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    all.reduce((a, b) => Math.max(a, b), 0),
  )
  const path = line<{ rarity: number; ms: number }>()
    .x(({ rarity }) => rounded(across(rarity) * BOX))
    .y(({ ms }) => rounded((1 - up.at(ms)) * BOX))
    .curve(curveStepAfter)
  return plotFigure({
    ...{ id, title, up: up.ticks, marks: null, stretches: [] },
    caption: 'of the types with the most latencies, as far as ten lie above',
    label: `Percentiles of ${curves.map(nameIn).join(', ')}.`,
    across: percentTicks(rarest, across),
    shapes: html`${curves.map(
      ({ shape }, n) =>
        html`<path class="line kind-${n + 1}" d="${path(thinned(pointsOf(shape))) ?? ''}"/>`,
    )}`,
    key: keyOf(curves),
    table: tableOf(curves),
  })
}

const nameIn = ({ row }: Curve) => brief(nameOf(row), NAME_COLUMNS)

/** Which line is which: the same colour and the same dashes. */
function keyOf(curves: readonly Curve[]): Html {
  return html`<ul class="key">${curves.map(
    ({ row }, n) =>
      html`<li><svg width="36" height="10" aria-hidden="true"><path class="line kind-${
        n + 1
      }" d="M0 5H36"/></svg> <bdi>${brief(nameOf(row), NAME_COLUMNS)}</bdi></li>`,
  )}</ul>`
}

/** Up to where ten lie above. */
function pointsOf({ buckets, total }: LatencyShape): { rarity: number; ms: number }[] {
  let below = 0
  return buckets.flatMap(({ valueUs, count }) => {
    const rarity = total / (total - below)
    below += count
    return rarity > total / LEAST_ABOVE ? [] : [{ rarity, ms: valueUs / 1_000 }]
  })
}

const MOST_POINTS = 400

/** Steps that no screen could tell apart are one. */
function thinned<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / MOST_POINTS)
  return points.filter((_, n) => n % step === 0 || n === points.length - 1)
}

function tableOf(curves: readonly Curve[]): Html {
  const names = ['p50', 'p90', 'p99', 'p999', 'max'] as const
  const titles = ['p50', 'p90', 'p99', 'p99.9', 'max']
  return dataTable({
    caption: 'Percentiles by type',
    columns: [
      { title: 'source/type' },
      ...['latencies', ...titles].map((title) => ({ title, isNumber: true })),
    ],
    rows: curves.map(({ row }) => [
      { text: brief(nameOf(row), NAME_COLUMNS) },
      figure(countText(row.latencyMs.count), row.latencyMs.count),
      ...names.map((name) => figure(durationText(row.latencyMs[name], 3), row.latencyMs[name])),
    ]),
  })
}

const rounded = (n: number) => Math.round(n * 10) / 10
