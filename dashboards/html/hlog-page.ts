import type {
  HlogLatency,
  HlogResult,
  HlogRowFigures,
  HlogUnit,
} from '../../src/stats/hlog/result.js'
import { fileNoun, type HlogView } from '../../src/ui/hlog-text.js'
import { type LatencyShape, latencyShape } from '../../src/ui/latency-shape.js'
import { bytesText, countText, durationText } from '../../src/ui/numbers.js'
import { parsedMs, rangeText } from '../../src/ui/times.js'
import { findingList } from './findings.js'
import { brief, type Html, html } from './html.js'
import { termList } from './measured.js'
import { type Made, pageText, section } from './page.js'
import { percentilePlot } from './percentile-plot.js'
import { type SharedAxis, sharedAxis, spark } from './spark.js'
import { type Cell, dataTable, figure } from './table.js'
import { type Tile, tileList } from './tiles.js'
import { counted, marksOf, titleOf } from './whole.js'
import { LEAST_FOR, percentileNames, whyNoPercentile } from './why.js'

const MOST_TAGS = 1_000
const DRAWN_TAGS = 200
const NAME_COLUMNS = 120

/** Histogram logs as a page. Logs of different precision have no total, and no plot is drawn. */
export async function hlogPage({ result, typed }: HlogView, made: Made): Promise<string> {
  const { total, findings } = result
  const { timeZone } = made
  const shape = total === null ? null : await shapeOf(total)
  const shapes = await Promise.all(result.tags.slice(0, DRAWN_TAGS).map(shapeOf))
  const next = ['evt', 'stats', '--output', 'json', ...typed.flags, ...typed.sources]
  return pageText({
    kind: 'evt stats',
    title: titleOf(result.sources),
    marks: marksOf(result),
    facts: factsOf(result, timeZone),
    sections: [
      ...(total === null ? [] : [tileList(tilesOf(total.latencyMs))]),
      ...(total === null
        ? []
        : [html`<div class="plots">${percentilePlot(total.latencyMs, shape)}</div>`]),
      section('findings', 'Findings', findingList(findings, timeZone)),
      ...tagSection(result, shapes, timeZone),
      section('measured', 'How it was measured', termList(termsOf(result))),
    ],
    next: typed.sources.includes('-') ? [] : [next],
    made,
  })
}

const usIn: Readonly<Record<HlogUnit, number>> = { ns: 0.001, us: 1, ms: 1_000, s: 1_000_000 }

async function shapeOf({ latencyMs, unit }: HlogRowFigures): Promise<LatencyShape | null> {
  if (latencyMs.hdr === null) return null
  const { buckets, total } = await latencyShape(latencyMs.hdr)
  const toUs = usIn[unit]
  return { total, buckets: buckets.map((one) => ({ ...one, valueUs: one.valueUs * toUs })) }
}

function factsOf(result: HlogResult, timeZone: string): string[] {
  const { read, total, tags } = result
  const rows = total ? [total] : tags
  const values = rows.reduce((all, { latencyMs }) => all + latencyMs.count, 0)
  const span = spanText(result, timeZone)
  return [
    `${counted(read.objects, fileNoun(read))}, ${bytesText(read.bytes)}`,
    counted(read.intervals, 'row'),
    ...(span === '' ? [] : [`${span} ${timeZone}`]),
    counted(values, 'value'),
  ]
}

function spanText({ span }: Pick<HlogRowFigures, 'span'>, timeZone: string): string {
  const [firstMs, lastMs] = [parsedMs(span.start), parsedMs(span.end)]
  return firstMs === null || lastMs === null ? '' : rangeText(firstMs, lastMs, timeZone)
}

function tilesOf(latency: HlogLatency): Tile[] {
  const percentile = (name: 'p50' | 'p90' | 'p99' | 'p999', label: string): Tile => {
    const ms = latency[name]
    const value = ms === null ? null : durationText(ms, 3)
    return { label, value, note: ms === null ? `needs ${countText(LEAST_FOR[name])} values` : '' }
  }
  const max = latency.max === null ? null : durationText(latency.max, 3)
  return [
    { label: 'values', value: countText(latency.count), note: '' },
    percentile('p50', 'p50'),
    percentile('p90', 'p90'),
    percentile('p99', 'p99'),
    percentile('p999', 'p99.9'),
    { label: 'max', value: max, note: max === null ? 'there are no values' : '' },
  ]
}

function tagSection(
  { tags, total }: HlogResult,
  shapes: readonly (LatencyShape | null)[],
  timeZone: string,
): Html[] {
  if (tags.length === 0) return []
  const axis = sharedAxis(shapes.filter((shape) => shape !== null))
  const columns = [
    { title: 'tag' },
    { title: 'rows', isNumber: true },
    { title: 'count', isNumber: true },
    ...percentileNames.map(({ label }) => ({ title: label, isNumber: true })),
    { title: 'max', isNumber: true },
    { title: 'precision' },
    { title: `time, ${timeZone}` },
    { title: 'latencies' },
  ]
  const cells = (name: string, row: HlogRowFigures, shape: LatencyShape | null) => [
    { text: name },
    ...figures(row, timeZone),
    sparkCell(shape, axis),
  ]
  const table = dataTable({
    caption: 'By tag',
    columns,
    rows: tags.slice(0, MOST_TAGS).map((row, i) => cells(nameOf(row.tag), row, shapes[i] ?? null)),
    ...(total ? { foot: cells('total', total, null) } : {}),
    isSortable: tags.length > 1,
  })
  const hidden = tags.length - MOST_TAGS
  const more = `… ${countText(hidden)} more tags: --output csv shows all`
  return [section('tags', 'By tag', table, hidden > 0 ? html`<p class="legend">${more}</p>` : null)]
}

const nameOf = (tag: string | null) => (tag === null ? '(no tag)' : brief(tag, NAME_COLUMNS))

function sparkCell(shape: LatencyShape | null, axis: SharedAxis | null): Cell {
  if (!shape || !axis) return { text: '', value: null }
  const last = shape.buckets.at(-1)
  return { text: '', drawn: spark(shape, axis), value: last?.valueUs ?? null }
}

function figures(row: HlogRowFigures, timeZone: string): Cell[] {
  const { intervals, latencyMs, precision, unit } = row
  return [
    figure(countText(intervals), intervals),
    figure(countText(latencyMs.count), latencyMs.count),
    ...percentileNames.map(({ name }) =>
      figure(durationText(latencyMs[name]), latencyMs[name], {
        why: whyNoPercentile(latencyMs, name),
      }),
    ),
    figure(durationText(latencyMs.max), latencyMs.max),
    { text: `${precision} digits, ${unit === 'us' ? 'µs' : unit}` },
    { text: spanText(row, timeZone) },
  ]
}

function termsOf({ read }: HlogResult): [string, string][] {
  const { objects, bytes, intervals, broken } = read
  return [
    [
      'read',
      `${counted(objects, fileNoun(read))}, ${bytesText(bytes)} as stored; ` +
        `${counted(intervals, 'row')}, and ${counted(broken, 'line')} that could not be read`,
    ],
    ['merged', 'Rows of one tag, precision and unit are added, as HdrHistogram does.'],
    ['figures', 'As precise as the histograms: minimum and maximum are those of their buckets.'],
  ]
}
