import { scaleLog } from 'd3-scale'
import { curveStepAfter, line } from 'd3-shape'
import type { StatsRow, TypeRow } from '../../src/stats/result.js'
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
const MOST_CURVES = 6
const NAME_COLUMNS = 40
/** Samples that have to lie above a percentile for it to be drawn. */
const LEAST_ABOVE = 10

/** What has a line of its own. */
export interface CurveRow {
  readonly name: string
  readonly latencyMs: Pick<
    StatsRow['latencyMs'],
    'count' | 'p50' | 'p90' | 'p99' | 'p999' | 'max' | 'hdr'
  >
}

interface Curve {
  readonly row: CurveRow
  readonly shape: LatencyShape
}

interface CurvesPlot {
  readonly id: string
  readonly title: string
  /** How what has a line is called, where each is one: `source/type`. */
  readonly kind: string
  readonly caption: string
  /** In place of the plot, where fewer than two have latencies. */
  readonly tooFew: string
}

const ofTypes: CurvesPlot = {
  ...{ id: 'type-curves', title: 'Latency by percentile and type', kind: 'source/type' },
  caption: 'of the types with the most latencies, as far as ten lie above',
  tooFew: 'Fewer than two types have latencies to compare.',
}

/** The percentiles of the types with the most latencies, over each other. */
export function typeCurves(types: readonly Pick<TypeRow, 'source' | 'type' | 'latencyMs'>[]) {
  const rows = types.map((row) => ({ name: nameOf(row), latencyMs: row.latencyMs }))
  return percentileCurves(
    ofTypes,
    rows.sort((a, b) => b.latencyMs.count - a.latencyMs.count),
  )
}

/** The percentiles of the first of the rows that have latencies, over each other. */
export async function percentileCurves(
  { id, title, kind, caption, tooFew }: CurvesPlot,
  rows: readonly CurveRow[],
): Promise<Html> {
  const curves: Curve[] = []
  for (const row of rows) {
    const { hdr, count } = row.latencyMs
    if (hdr === null || count < LEAST_FOR.p50) continue
    curves.push({ row, shape: await latencyShape(hdr) })
    if (curves.length === MOST_CURVES) break
  }
  if (curves.length < 2) return emptyFigure({ id, title, caption: tooFew })
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
    caption,
    label: `Percentiles of ${curves.map(nameIn).join(', ')}.`,
    across: percentTicks(rarest, across),
    shapes: html`${curves.map(
      ({ shape }, n) =>
        html`<path class="line kind-${n + 1}" d="${path(thinned(pointsOf(shape))) ?? ''}"/>`,
    )}`,
    key: keyOf(curves),
    table: tableOf(curves, kind),
  })
}

const nameIn = ({ row }: Curve) => brief(row.name, NAME_COLUMNS)

/** Which line is which: the same colour and the same dashes. */
function keyOf(curves: readonly Curve[]): Html {
  return html`<ul class="key">${curves.map(
    ({ row }, n) =>
      html`<li><svg width="36" height="10" aria-hidden="true"><path class="line kind-${
        n + 1
      }" d="M0 5H36"/></svg> <bdi>${brief(row.name, NAME_COLUMNS)}</bdi></li>`,
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

function tableOf(curves: readonly Curve[], kind: string): Html {
  const names = ['p50', 'p90', 'p99', 'p999', 'max'] as const
  const titles = ['p50', 'p90', 'p99', 'p99.9', 'max']
  return dataTable({
    caption: `Percentiles by ${kind}`,
    columns: [
      { title: kind },
      ...['latencies', ...titles].map((title) => ({ title, isNumber: true })),
    ],
    rows: curves.map(({ row }) => [
      { text: brief(row.name, NAME_COLUMNS) },
      figure(countText(row.latencyMs.count), row.latencyMs.count),
      ...names.map((name) => figure(durationText(row.latencyMs[name], 3), row.latencyMs[name])),
    ]),
  })
}

const rounded = (n: number) => Math.round(n * 10) / 10
