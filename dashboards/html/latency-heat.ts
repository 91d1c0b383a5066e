import { bucketsOf } from '../../src/stats/hlog/write-log.js'
import type { LatencyInterval } from '../../src/stats/latency-intervals.js'
import type { WindowRow } from '../../src/stats/result.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { parsedMs } from '../../src/ui/times.js'
import { type Html, html } from './html.js'
import { BOX, emptyFigure, plotFigure, type Tick } from './plot.js'
import { type Cell, dataTable } from './table.js'
import { windowAxis } from './window-axis.js'

const [ROWS, LEVELS] = [24, 5]
/** In a table fewer ranges can be read. */
const RANGES_A_COLUMN = 4

interface HeatOptions {
  readonly windows: readonly WindowRow[]
  readonly timeZone: string
}

interface Column {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly counts: readonly number[]
}

/** Which latencies occurred when: the stronger, the more events. */
export function latencyHeat(
  intervals: readonly LatencyInterval[],
  { windows, timeZone }: HeatOptions,
): Html {
  const [id, title] = ['heat', 'Latencies over time']
  const axis = windowAxis(windows, timeZone)
  const histograms = intervals.map(({ startUs, total }) => ({
    startUs,
    of: bucketsOf(total).buckets(),
  }))
  const [lowUs, highUs] = histograms.reduce(
    ([low, high], { of }) => [
      Math.min(low, Math.max(1, of[0]?.highest ?? low)),
      Math.max(high, of.at(-1)?.highest ?? high),
    ],
    [Number.POSITIVE_INFINITY, 1],
  )
  if (!axis || histograms.length < 2) {
    return emptyFigure({ id, title, caption: 'No latencies in two windows or more.' })
  }
  const scale = ROWS / (Math.log(highUs / lowUs) || 1)
  const rowOf = (us: number) =>
    Math.min(ROWS - 1, Math.max(0, Math.floor(Math.log(Math.max(1, us) / lowUs) * scale)))
  const edgeUs = (row: number) => lowUs * Math.exp(row / scale)
  const byStart = new Map(histograms.map(({ startUs, of }) => [startUs / 1_000, of]))
  const columns = axis.slots.flatMap(({ row, ...place }): Column[] => {
    const of = byStart.get(parsedMs(row.start) ?? Number.NaN)
    if (!of) return []
    const counts = new Array<number>(ROWS).fill(0)
    for (const { highest, count } of of)
      counts[rowOf(highest)] = (counts[rowOf(highest)] ?? 0) + count
    return [{ ...place, counts }]
  })
  const most = Math.max(1, ...columns.flatMap(({ counts }) => counts))
  return plotFigure({
    ...{ id, title, across: axis.ticks, up: edgeTicks(edgeUs), marks: null },
    caption: `up: latency, logarithmic; stronger: more events, logarithmic, to ${countText(most)}`,
    label: `Latencies of ${columns.length} windows from ${msText(lowUs)} to ${msText(highUs)}.`,
    shapes: html`${Array.from(
      { length: LEVELS },
      (_, n) => html`<path class="heat-${n + 1}" d="${cells(columns, n + 1, most)}"/>`,
    )}`,
    stretches: columns.map(({ from, to, text, counts }) => {
      const all = counts.reduce((sum, count) => sum + count, 0)
      const row = counts.indexOf(Math.max(...counts))
      const [low, high] = [msText(edgeUs(row)), msText(edgeUs(row + 1))]
      const where = `most of ${countText(all)} in ${low} to ${high}`
      return { from, to, text: `${text}: ${where}` }
    }),
    table: tableOf(columns, edgeUs),
  })
}

/** The cells of one level as one path. */
function cells(columns: readonly Column[], level: number, most: number): string {
  const height = BOX / ROWS
  return columns
    .flatMap(({ from, to, counts }) =>
      counts.flatMap((count, row) => {
        if (levelOf(count, most) !== level) return []
        const y = rounded(BOX - (row + 1) * height)
        const [x, width] = [rounded(from * BOX), rounded((to - from) * BOX)]
        return [`M${x} ${y}h${width}v${rounded(height)}h-${width}Z`]
      }),
    )
    .join('')
}

function levelOf(count: number, most: number): number {
  if (count === 0) return 0
  const share = most === 1 ? 1 : Math.log(count) / Math.log(most)
  return Math.min(LEVELS, 1 + Math.floor(share * LEVELS))
}

function edgeTicks(edgeUs: (row: number) => number): Tick[] {
  return [0, 6, 12, 18, 24].map((row, n) => {
    return { at: row / ROWS, text: msText(edgeUs(row)), spare: n % 2 === 1 }
  })
}

function tableOf(columns: readonly Column[], edgeUs: (row: number) => number): Html {
  const starts = Array.from({ length: ROWS / RANGES_A_COLUMN }, (_, n) => n * RANGES_A_COLUMN)
  return dataTable({
    caption: 'Latencies by window and range',
    columns: [
      { title: 'from' },
      ...starts.map((row) => {
        const [low, high] = [msText(edgeUs(row)), msText(edgeUs(row + RANGES_A_COLUMN))]
        return { title: `${low} to ${high}`, isNumber: true }
      }),
    ],
    rows: columns.map(({ text, counts }): Cell[] => [
      { text },
      ...starts.map((row) => {
        const part = counts.slice(row, row + RANGES_A_COLUMN)
        const count = part.reduce((sum, each) => sum + each, 0)
        return { text: countText(count), value: count }
      }),
    ]),
  })
}

const msText = (us: number) => durationText(us / 1_000)
const rounded = (n: number) => Math.round(n * 10) / 10
