import { scaleLinear } from 'd3-scale'
import { area, curveMonotoneX, line } from 'd3-shape'
import type { WindowRow } from '../../src/stats/result.js'
import { countText, durationText, percentText } from '../../src/ui/numbers.js'
import { durationAxis } from './duration-axis.js'
import { type Html, html } from './html.js'
import { BOX, emptyFigure, plotFigure } from './plot.js'
import { dataTable, figure } from './table.js'
import { LEAST_FOR } from './why.js'
import { runs, type Slot, windowAxis } from './window-axis.js'

/** Half and nearly all of the latencies of each window, as a band. */
export function bandPlot(windows: readonly WindowRow[], timeZone: string): Html {
  const [id, title] = ['band', 'Latency over time']
  const axis = windowAxis(windows, timeZone)
  const slots = (axis?.slots ?? []).flatMap((slot) => {
    const { p50, p90, p99 } = slot.row.latencyMs
    return p50 === null ? [] : [{ ...slot, p50, p90, p99 }]
  })
  // Of small windows, most of which have no p99, p90 says more than nothing.
  const claimed = (name: 'p90' | 'p99') => slots.filter((slot) => slot[name] !== null).length
  const top = 2 * claimed('p99') < claimed('p90') ? 'p90' : 'p99'
  const all = slots.flatMap((slot) => [slot.p50, slot[top] ?? slot.p50])
  if (!axis || slots.length < 2) {
    return emptyFigure({ id, title, caption: 'Too few windows have 20 latencies for a median.' })
  }
  const up = durationAxis(Math.min(...all), Math.max(...all))
  const x = ({ from, to }: Slot) => rounded(((from + to) / 2) * BOX)
  const y = (ms: number) => rounded((1 - up.at(ms)) * BOX)
  const curve = (points: readonly (Slot & { ms: number })[]) =>
    line<Slot & { ms: number }>()
      .x(x)
      .y(({ ms }) => y(ms))
      .curve(curveMonotoneX)(drawable(points)) ?? ''
  const medians = runs(slots.map((slot) => ({ ...slot, ms: slot.p50 })))
  const high = runs(
    slots.flatMap((slot) => {
      const ms = slot[top]
      return ms === null ? [] : [{ ...slot, ms }]
    }),
  )
  const few = slots.some((slot) => slot[top] === null)
    ? `, where ${countText(LEAST_FOR[top])} are in it`
    : ''
  const band = area<Slot & { ms: number; p50: number }>()
    .x(x)
    .y0(({ p50 }) => y(p50))
    .y1(({ ms }) => y(ms))
    .curve(curveMonotoneX)
  return plotFigure({
    ...{ id, title, across: axis.ticks, up: up.ticks, marks: null },
    caption: `p50 (line) to ${top} (dashed${few}) of each window, by arrival; ${axis.range}`,
    label: `p50 from ${durationText(Math.min(...slots.map(({ p50 }) => p50)))} to ${durationText(
      Math.max(...slots.map(({ p50 }) => p50)),
    )} over time.`,
    shapes: html`${high.map(
      (run) =>
        html`<path class="fill" d="${band(drawable(run)) ?? ''}"/>
<path class="line unsure" d="${curve(run)}"/>`,
    )}${medians.map((run) => html`<path class="line" d="${curve(run)}"/>`)}`,
    stretches: axis.slots.map(({ from, to, text, row }) => {
      const { p50, count } = row.latencyMs
      const high = `${top} ${durationText(row.latencyMs[top])}`
      const said = `p50 ${durationText(p50)}, ${high} of ${countText(count)}`
      return { from, to, text: `${text}: ${said}` }
    }),
    table: tableOf(axis.slots),
  })
}

function tableOf(slots: readonly Slot[]): Html {
  const names = ['p50', 'p90', 'p99', 'max'] as const
  return dataTable({
    caption: 'Latency by window',
    columns: [
      { title: 'from' },
      ...['latencies', ...names].map((title) => ({ title, isNumber: true })),
    ],
    rows: slots.map(({ text, row: { latencyMs } }) => [
      { text },
      figure(countText(latencyMs.count), latencyMs.count),
      ...names.map((name) => figure(durationText(latencyMs[name]), latencyMs[name])),
    ]),
  })
}

/** A window between two gaps is drawn from its start to its end: one point would not be seen. */
function drawable<T extends Slot>(run: readonly T[]): T[] {
  const [only, another] = run
  if (!only || another) return [...run]
  return [
    { ...only, to: only.from },
    { ...only, from: only.to },
  ]
}

/** Less than this share of what the fullest window has. */
const FEW = 0.02

/** How much came again or out of order in each window. */
export function faultsPlot(windows: readonly WindowRow[], timeZone: string): Html {
  const [id, title] = ['faults', 'Duplicates and disorder over time']
  const axis = windowAxis(windows, timeZone)
  const shares = (axis?.slots ?? []).map((slot) => {
    return { ...slot, again: slot.row.duplicates.rate, late: slot.row.ordering.ratio }
  })
  // Of a window with few events, a share says little: it does not set the scale.
  const least = FEW * Math.max(0, ...shares.map(({ row }) => row.events))
  const sure = shares.filter(({ row }) => row.events >= least)
  const greatest = (of: typeof shares) =>
    Math.max(0, ...of.flatMap(({ again, late }) => [again ?? 0, late ?? 0]))
  const most = greatest(sure) || greatest(shares)
  const isBeyond = greatest(shares) > most
  if (!axis || shares.every(({ again, late }) => again === null && late === null)) {
    return emptyFigure({ id, title, caption: 'No window has events with an id or a key.' })
  }
  if (most === 0) {
    return emptyFigure({ id, title, caption: 'Nothing came again or out of order in any window.' })
  }
  const up = scaleLinear().domain([0, most]).range([0, 1]).nice(3).clamp(true)
  const y = (share: number) => rounded((1 - up(share)) * BOX)
  const bars = shares.map(({ from, to, again }) => {
    if (again === null || again === 0) return ''
    return `M${rounded(from * BOX)} ${BOX}V${y(again)}H${rounded(to * BOX)}V${BOX}Z`
  })
  const steps = runs(shares).map((run) => {
    const [first] = run
    const ways = run.map(({ to, late }) => `V${y(late ?? 0)}H${rounded(to * BOX)}`)
    return `M${rounded((first?.from ?? 0) * BOX)} ${y(first?.late ?? 0)}${ways.join('')}`
  })
  return plotFigure({
    ...{ id, title, across: axis.ticks, marks: null },
    caption:
      `share of each window: duplicates (bars), reordered (line); ${axis.range}` +
      (isBeyond ? '; windows with few events may reach beyond' : ''),
    label: `At most ${percentText(most)} of a window were duplicates or reordered.`,
    up: up.ticks(3).map((share) => ({ at: up(share), text: percentText(share) })),
    shapes: html`<path class="bars" d="${bars.join('')}"/>
<path class="outlined" d="${steps.join('')}"/>`,
    stretches: shares.map(({ from, to, text, again, late }) => {
      const said = `duplicates ${percentText(again)}, reordered ${percentText(late)}`
      return { from, to, text: `${text}: ${said}` }
    }),
    table: dataTable({
      caption: 'Duplicates and disorder by window',
      columns: [
        { title: 'from' },
        ...['events', 'duplicates', 'reordered'].map((name) => ({ title: name, isNumber: true })),
      ],
      rows: shares.map(({ text, row, again, late }) => [
        { text },
        figure(countText(row.events), row.events),
        figure(percentText(again), again),
        figure(percentText(late), late),
      ]),
    }),
  })
}

const rounded = (n: number) => Math.round(n * 10) / 10
