import { compareText } from '../event/sequence.js'
import { timeText } from '../event/time.js'
import type { Deliveries, LabelOf } from './deliveries.js'
import type { Judged } from './judge.js'
import { type LatencyInterval, latencyIntervals } from './latency-intervals.js'
import type { Span, StatsRow, TypeRow, WindowRow } from './result.js'
import { RowTally } from './row-tally.js'
import { rowsByLabel, rowsBySource, rowsByType, rowsByWindow } from './rows.js'
import { spreadUs, widthUs } from './spread.js'
import { tally, totalOf } from './tally.js'
import { type WindowTypes, windowTypes } from './type-counts.js'

export interface Measured {
  span: Span
  total: StatsRow
  types: TypeRow[]
  windows: WindowRow[] | undefined
  /** With `intervals`, where there are windows. */
  intervals: LatencyInterval[] | undefined
  /** With `intervals` in windows. */
  windowTypes: WindowTypes | undefined
}

export interface MeasureOptions {
  /** One row a type and source, or one a source. */
  by: 'type' | 'source'
  /** The width of windows; null: none. `spread`: such that there are some hundred of them. */
  windowUs: number | 'spread' | null
  /** Whether the histograms of each row in each window are wanted; `spread`: in some hundred
   * windows over the whole span, whatever the other width. */
  intervals?: boolean | 'spread' | undefined
  /** Given, the rows of windows are by label, and not by type. */
  labelOf?: LabelOf | undefined
}

/** All figures of what was judged (DESIGN §8). */
export function measure(
  deliveries: Deliveries,
  judged: Judged,
  { by, windowUs: asked, intervals = false, labelOf }: MeasureOptions,
): Measured {
  const windowUs = asked === 'spread' ? arrivalsWidthUs(deliveries) : asked
  const rows = by === 'type' ? rowsByType(deliveries) : rowsBySource(deliveries)
  const inWindows = labelOf ? rowsByLabel(deliveries) : rows
  const tallied = tally(deliveries, judged, rows.names.length, rows.rowOf)
  const types = rows.names.map(({ source, type }, row) => ({
    type,
    source,
    ...figuresOf(tallied.rows[row]),
  }))
  const span = spanOf(deliveries)
  const intervalUs = intervals === 'spread' ? spreadUs(span) : windowUs
  return {
    span,
    total: totalOf(tallied).figures(),
    types: types.filter(({ events }) => events > 0).sort(byEvents),
    windows: windowUs === null ? undefined : windowsOf(deliveries, judged, windowUs),
    intervals:
      intervals && intervalUs !== null
        ? latencyIntervals(deliveries, inWindows, intervalUs)
        : undefined,
    windowTypes:
      intervals === true && windowUs !== null
        ? windowTypes(deliveries, judged, { rows: inWindows, windowUs })
        : undefined,
  }
}

/** Of windows by `receivedAt`, else `time`; null where no delivery has either. */
function arrivalsWidthUs({ count, receivedUs, timesUs }: Deliveries): number | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < count; at++) {
    const receivedAtUs = receivedUs[at] as number
    const us = Number.isNaN(receivedAtUs) ? (timesUs[at] as number) : receivedAtUs
    if (us < first) first = us
    if (us > last) last = us
  }
  return first > last ? null : widthUs(last - first)
}

function windowsOf(deliveries: Deliveries, judged: Judged, windowUs: number): WindowRow[] {
  const rows = rowsByWindow(deliveries, windowUs)
  const tallied = tally(deliveries, judged, rows.names.length, rows.rowOf)
  return rows.names
    .map(({ startUs }, row) => ({ startUs, figures: figuresOf(tallied.rows[row]) }))
    .sort((a, b) => a.startUs - b.startUs)
    .map(({ startUs, figures }) => ({
      start: timeText(startUs),
      end: timeText(startUs + windowUs),
      ...figures,
    }))
}

function figuresOf(row: RowTally | undefined): StatsRow {
  return (row ?? new RowTally()).figures()
}

/** By events descending, then type, then source in byte order. */
export function byEvents(a: TypeRow, b: TypeRow): number {
  return b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source)
}

function spanOf({ count, timesUs, receivedUs }: Deliveries): Span {
  const time = extent(timesUs, count)
  const receivedAt = extent(receivedUs, count)
  return {
    firstTime: text(time.first),
    lastTime: text(time.last),
    firstReceivedAt: text(receivedAt.first),
    lastReceivedAt: text(receivedAt.last),
  }
}

function extent(timesUs: Float64Array, count: number) {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const us = timesUs[at] as number
    if (us < first) first = us
    if (us > last) last = us
  }
  return { first, last }
}

function text(us: number): string | null {
  return Number.isFinite(us) ? timeText(us) : null
}
