import { scaleLinear } from 'd3-scale'
import type { AuditEvent } from '../../src/audit/result.js'
import { countText, durationText, NONE } from '../../src/ui/numbers.js'
import { momentText, parsedMs, rangeText } from '../../src/ui/times.js'
import { durationAxis } from './duration-axis.js'
import { brief, type Html, html } from './html.js'
import { emptyFigure, percent, plotFigure, type Stretch, type Tick } from './plot.js'
import { dataTable } from './table.js'
import { timeTicks } from './time-axis.js'

const id = 'timeline'
const STRETCHES = 72
/** Room at both ends of the axis, as a share of it. */
const MARGIN = 0.01
const MOST_ROWS = 1_000
const NAME_COLUMNS = 80
/** Marks closer than this share of the plot are one. */
const SEEN = 500

/** A delivery of an event: the first, or one more. */
interface Delivery {
  readonly kind: 'first' | 'late' | 'copy' | 'replay'
  readonly event: AuditEvent
  readonly happenedMs: number
  readonly delayMs: number | null
  readonly arrived: string | null
}

interface Placed extends Delivery {
  readonly x: number
  readonly y: number
}

/** Every delivery by when its event happened and how much later it arrived; where nobody recorded
 * arrivals, by how many events there were until then. */
export function auditPlot(events: readonly AuditEvent[], timeZone: string): Html {
  const deliveries = events.flatMap(deliveriesOf)
  const times = deliveries.map(({ happenedMs }) => happenedMs)
  const [from, to] = [least(times), greatest(times)]
  const delays = deliveries.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]))
  const isKnown = delays.length > 0
  const title = isKnown ? 'When it happened, and how long it took to arrive' : 'When it happened'
  if (from === to || times.length === 0) {
    const caption = times.length === 0 ? 'No event has a time.' : 'All happened at one moment.'
    return emptyFigure({ id, title, caption })
  }
  const across = scaleLinear()
    .domain([from, to])
    .range([MARGIN, 1 - MARGIN])
  const up = isKnown ? delayAxis(delays) : countAxis(deliveries)
  const placed = deliveries.map(
    (one): Placed => ({ ...one, x: across(one.happenedMs), y: up.at(one) }),
  )
  const range = `${rangeText(from, to, timeZone)} ${timeZone}`
  return plotFigure({
    ...{ id, title, label: labelOf(deliveries, range), up: up.ticks, shapes: html`` },
    caption: captionOf(deliveries, range, isKnown),
    across: timeTicks(from, to, timeZone).map(inside),
    marks: html`${gapLines(events, across)}<g class="deliveries">${seen(placed).map(mark)}</g>`,
    stretches: stretchesOf(placed, (share) => across.invert(share), timeZone),
    table: tableOf(deliveries, timeZone),
  })
}

interface UpAxis {
  at(delivery: Delivery): number
  readonly ticks: readonly Tick[]
}

/** What arrived at an unknown time, or before it happened, lies at the bottom. */
function delayAxis(delays: readonly number[]): UpAxis {
  const axis = durationAxis(least(delays.filter((ms) => ms > 0)), Math.max(0, greatest(delays)))
  return { at: ({ delayMs }) => axis.at(Math.max(0, delayMs ?? 0)), ticks: axis.ticks }
}

function countAxis(deliveries: readonly Delivery[]): UpAxis {
  const places = new Map<AuditEvent, number>()
  for (const { event } of deliveries) if (!places.has(event)) places.set(event, places.size + 1)
  const scale = scaleLinear().domain([0, places.size]).range([0, 1]).nice(4)
  const ticks = scale.ticks(4).filter(Number.isInteger)
  return {
    at: ({ event }) => scale(places.get(event) ?? 0),
    ticks: ticks.map((count) => ({ at: scale(count), text: countText(count) })),
  }
}

function deliveriesOf(event: AuditEvent): Delivery[] {
  const happenedMs = parsedMs(event.time ?? event.receivedAt)
  if (happenedMs === null) return []
  const { flags, copies } = event
  const isLate = flags.includes('late') || flags.includes('reordered')
  // One of its deliveries is.
  const isReplay = flags.includes('replay') && copies.every(({ replay }) => replay === null)
  const of = (arrived: string | null, kind: Delivery['kind']): Delivery => {
    const ms = event.time === null ? null : parsedMs(arrived)
    return { kind, event, happenedMs, arrived, delayMs: ms === null ? null : ms - happenedMs }
  }
  return [
    of(event.receivedAt, isReplay ? 'replay' : isLate ? 'late' : 'first'),
    ...copies.map(({ receivedAt, replay }) => of(receivedAt, replay === null ? 'copy' : 'replay')),
  ]
}

/** The axis has a little room at both ends. */
const inside = (tick: Tick): Tick => ({ ...tick, at: MARGIN + tick.at * (1 - 2 * MARGIN) })

/** Of many marks of a kind at one place the first. */
function seen(placed: readonly Placed[]): Placed[] {
  const places = new Map<string, Placed>()
  for (const one of placed) {
    const place = [one.kind, Math.round(one.x * SEEN), Math.round(one.y * SEEN)].join()
    if (!places.has(place)) places.set(place, one)
  }
  return [...places.values()]
}

const paths: Readonly<Record<Delivery['kind'], string>> = {
  first: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z',
  late: 'M0-6L6 5H-6Z',
  copy: 'M-4-4H4V4H-4Z',
  replay: 'M0-6L6 0L0 6L-6 0Z',
}

function mark({ kind, x, y }: Placed): Html {
  const at = html`x="${percent(x)}" y="${percent(1 - y)}"`
  return html`<svg ${at} overflow="visible"><path class="${kind}" d="${paths[kind]}"/></svg>\n`
}

function gapLines(events: readonly AuditEvent[], across: (ms: number) => number): Html {
  const places = events.flatMap(({ flags, time, receivedAt }) => {
    const ms = parsedMs(time ?? receivedAt)
    return ms !== null && flags.includes('gapBefore') ? [percent(across(ms))] : []
  })
  const lines = places.map((x) => html`<line x1="${x}" x2="${x}" y1="0" y2="100%"/>`)
  return html`<g class="gaps">${lines}</g>`
}

const words: Readonly<Record<Delivery['kind'], string>> = {
  first: 'first delivery',
  late: 'late or out of order',
  copy: 'delivered again',
  replay: 'replayed',
}
const shapes: Readonly<Record<Delivery['kind'], string>> = {
  first: 'dots: first deliveries',
  late: 'triangles: late or out of order',
  copy: 'squares: delivered again',
  replay: 'diamonds: replayed',
}

function captionOf(deliveries: readonly Delivery[], range: string, isKnown: boolean): string {
  const kinds = new Set(deliveries.map(({ kind }) => kind))
  const missing = deliveries.some(({ event }) => event.flags.includes('gapBefore'))
  const shown = [
    ...(Object.keys(shapes) as Delivery['kind'][])
      .filter((kind) => kinds.has(kind))
      .map((kind) => shapes[kind]),
    ...(missing ? ['dashed lines: before these something is missing'] : []),
  ]
  const up = isKnown ? '' : 'events so far, as nobody recorded when they arrived; '
  return `${range}; ${up}${shown.join(', ')}`
}

function labelOf(deliveries: readonly Delivery[], range: string): string {
  const late = deliveries.filter(({ kind }) => kind === 'late').length
  const again = deliveries.filter(({ kind }) => kind === 'copy' || kind === 'replay').length
  const of = `${countText(deliveries.length)} deliveries, ${range}`
  return `${of}: ${countText(late)} late or out of order, ${countText(again)} delivered again.`
}

function stretchesOf(
  placed: readonly Placed[],
  msAt: (share: number) => number,
  timeZone: string,
): Stretch[] {
  const within = Array.from({ length: STRETCHES }, (): Placed[] => [])
  for (const one of placed)
    within[Math.min(STRETCHES - 1, Math.floor(one.x * STRETCHES))]?.push(one)
  return within.map((some, i) => {
    const [from, to] = [i / STRETCHES, (i + 1) / STRETCHES]
    const [first] = some
    const name = (one: Placed) => {
      const after = one.delayMs === null ? '' : `, after ${durationText(one.delayMs)}`
      return `${brief(one.event.type, NAME_COLUMNS)}, ${words[one.kind]}${after}`
    }
    const range = rangeText(msAt(from), msAt(to), timeZone)
    if (!first) return { from, to, text: `${range}: nothing` }
    const slowest = some.reduce((a, b) => ((b.delayMs ?? 0) > (a.delayMs ?? 0) ? b : a))
    const many = some.length === 1 ? '' : `${countText(some.length)} deliveries, the slowest `
    return { from, to, text: `${range}: ${many}${name(slowest)}` }
  })
}

function tableOf(deliveries: readonly Delivery[], timeZone: string): Html {
  const moment = (iso: string | null) => (iso === null ? NONE : momentText(iso, timeZone))
  return dataTable({
    caption: 'Deliveries',
    columns: [
      ...[{ title: 'happened' }, { title: 'arrived' }, { title: 'after', isNumber: true }],
      ...[{ title: 'type' }, { title: '' }],
    ],
    rows: deliveries
      .slice(0, MOST_ROWS)
      .map(({ event, arrived, delayMs, kind }) => [
        { text: moment(event.time) },
        { text: moment(arrived) },
        { text: durationText(delayMs), value: delayMs },
        { text: brief(event.type, NAME_COLUMNS) },
        { text: words[kind] },
      ]),
    isNamed: false,
  })
}

/** Not Math.min: there may be more of them than a call has arguments. */
const least = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b), Infinity)
const greatest = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.max(a, b), -Infinity)
