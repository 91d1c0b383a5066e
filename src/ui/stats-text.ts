import pc from 'picocolors'
import type { StatsResult } from '../stats/result.js'
import { condensed, sparkline, stepText, type Timeline } from './charts.js'
import { findingsLines } from './findings-text.js'
import { hopTable } from './hop-table.js'
import { type LatencyShape, latencyShape, logRanges } from './latency-shape.js'
import { nextCommands, type TypedCommand } from './next-commands.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { percentileCurve } from './percentile-curve.js'
import { safeText } from './safe-text.js'
import { typeTable, windowTable } from './stats-table.js'
import type { TextStyle } from './style.js'
import { clockAt, momentText, rangeText, spanMs } from './times.js'
import { shortened, truncated } from './width.js'
import { flowed } from './wrapped.js'

/** What the text of `evt stats` is made of. */
export interface StatsView {
  readonly result: StatsResult
  /** Events by arrival (else by time); null where no event has either. */
  readonly timeline: Timeline | null
  /** For the next commands. */
  readonly typed: TypedCommand
}

/**
 * `evt stats` for people, without a line end: answer, evidence, next step. Every text from an event
 * is made safe here or in the parts.
 */
export async function statsText(view: StatsView, style: TextStyle): Promise<string> {
  const { result } = view
  const { hdr } = result.total.latencyMs
  const shape = hdr === null ? null : await latencyShape(hdr)
  const parts = [
    headline(result, style),
    typeTable(result, style),
    windowTable(result, style),
    hopTable(result, style),
    sparklines(shape, view.timeline, style),
    shape ? percentileCurve(result.total.latencyMs, shape, style) : [],
    findingsLines(result.findings, { ...style, oneDay: isOneDay(result, style.timeZone) }),
    nextLines(nextCommands(result, view.typed), style),
  ]
  return paragraphs(parts, style)
}

function headline(result: StatsResult, style: TextStyle): string[] {
  const { read, selection, total } = result
  const { red } = pc.createColors(style.color)
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const moment = (iso: string) => safeText(momentText(iso, style.timeZone, 8))
  const chosen = [
    ...(selection.since === null ? [] : [`since ${moment(selection.since)}`]),
    ...(selection.until === null ? [] : [`until ${moment(selection.until)}`]),
  ]
  const parts = [
    sourcesText(result.sources, Math.min(60, style.width - 20)),
    ...(result.partial ? [red('partial !')] : []),
    ...(result.sample === undefined
      ? []
      : [`estimated from a sample of ${shareText(result.sample)}`]),
    ...(result.bounded === undefined ? [] : [`bounded: ${safeText(result.bounded)} remembered`]),
    `${many(read.objects, 'object')}, ${bytesText(read.bytes)}`,
    ...(chosen.length > 0 ? [`selected ${chosen.join(' ')}`] : []),
    spanText(result, style.timeZone),
    total.events === 0 ? 'no events' : many(total.events, 'event'),
  ]
  const shown = parts.filter((part) => part !== '')
  return flowed(shown, { width: style.width, gap: '   ', indent: '  ' })
}

const shareText = (share: number) => `${Number((share * 100).toPrecision(3))}%`

/** The SOURCEs as they were typed; of many, the first. */
export function sourcesText(sources: readonly string[], width: number): string {
  const all = safeText(sources.join(' '))
  const [first = ''] = sources
  if (sources.length === 1) return shortened(all, width)
  return all.length <= width
    ? all
    : `${shortened(safeText(first), width - 16)} and ${countText(sources.length - 1)} more`
}

function spanText(result: StatsResult, timeZone: string): string {
  const { firstMs, lastMs } = spanMs(result)
  if (firstMs === null || lastMs === null) return ''
  const range = rangeText(firstMs, lastMs, timeZone)
  return range === '' ? '' : `${range} ${timeZone}`
}

function isOneDay(result: StatsResult, timeZone: string): boolean {
  const { firstMs, lastMs } = spanMs(result)
  const day = (ms: number | null) => clockAt(ms ?? Number.NaN, timeZone)?.date
  return day(firstMs) !== undefined && day(firstMs) === day(lastMs)
}

const CHART_COLUMNS = 60
const LEGEND_COLUMNS = 36

/** The distribution of latencies and the events over time, with what their axes mean. */
function sparklines(
  shape: LatencyShape | null,
  timeline: Timeline | null,
  style: TextStyle,
): string[] {
  const columns = Math.max(10, Math.min(CHART_COLUMNS, style.width - 10 - LEGEND_COLUMNS))
  const rows: [string, string, string][] = []
  if (shape && shape.total > 1) {
    const { fromUs, toUs, counts } = logRanges(shape, columns)
    const ends = `${durationText(fromUs / 1_000)} → ${durationText(toUs / 1_000)}, log axis`
    if (counts.length > 1) rows.push(['latency', sparkline(counts), ends])
  }
  if (timeline) {
    const { startUs, stepUs, counts } = condensed(timeline, columns)
    const endMs = (startUs + counts.length * stepUs) / 1_000
    const range = rangeText(startUs / 1_000, endMs - 1, style.timeZone)
    const ends = `${range}, per ${stepText(stepUs)}`
    if (counts.length > 1) rows.push(['events', sparkline(counts), ends])
  }
  const chart = Math.max(0, ...rows.map(([, line]) => line.length))
  return rows.map(([name, line, ends]) =>
    truncated(`${name.padEnd(10)}${line.padEnd(chart)}  ${ends}`, style.width),
  )
}
