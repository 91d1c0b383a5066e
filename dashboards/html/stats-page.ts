import type { StatsResult } from '../../src/stats/result.js'
import type { HlogView } from '../../src/ui/hlog-text.js'
import { type LatencyShape, latencyShape } from '../../src/ui/latency-shape.js'
import { nextCommands } from '../../src/ui/next-commands.js'
import { bytesText } from '../../src/ui/numbers.js'
import type { StatsView } from '../../src/ui/stats-text.js'
import { momentText, rangeText, spanMs } from '../../src/ui/times.js'
import { findingList } from './findings.js'
import { hopSection } from './hop-table.js'
import { type Html, html } from './html.js'
import { measuredList } from './measured.js'
import { type Made, type Mark, pageText, section } from './page.js'
import { percentilePlot } from './percentile-plot.js'
import { statsTiles } from './stats-tiles.js'
import { tileList } from './tiles.js'
import { timelinePlot } from './timeline-plot.js'
import { typeSection, windowSection } from './type-table.js'
import { counted, marksOf, titleOf } from './whole.js'

const DRAWN_TYPES = 200

/** `evt stats -o html`, of events or of histogram logs: a page that is whole by itself. */
export async function statsPage(view: StatsView | HlogView, made: Made): Promise<string> {
  if ('timeline' in view) return eventsPage(view, made)
  const { hlogPage } = await import('./hlog-page.js')
  return hlogPage(view, made)
}

/** What a page shows of events beside what every one does. */
export interface More {
  /** `evt stats`. */
  readonly kind: string
  readonly plots: readonly Html[]
  /** After the rows by type. */
  readonly sections: readonly Html[]
  /** Beside those that the result asks for. */
  readonly marks?: readonly Mark[]
}

export async function eventsPage(
  view: StatsView,
  made: Made,
  more: More = { kind: 'evt stats', plots: [], sections: [] },
): Promise<string> {
  const { result, typed } = view
  const { timeZone } = made
  const shown =
    result.total.events === 0
      ? [...noEvents(result, made), ...more.sections]
      : await evidence(view, timeZone, more)
  return pageText({
    kind: more.kind,
    title: titleOf(result.sources),
    marks: [...(more.marks ?? []), ...marksOf(result)],
    facts: factsOf(result, timeZone),
    sections: [
      tileList(statsTiles(result)),
      ...shown,
      section('measured', 'How it was measured', measuredList(result, timeZone)),
    ],
    next: nextCommands(result, typed),
    made,
  })
}

/** The plots, what was found, and the rows. */
async function evidence(
  { result, timeline }: StatsView,
  timeZone: string,
  more: More,
): Promise<Html[]> {
  const { latencyMs } = result.total
  const shape = latencyMs.hdr === null ? null : await latencyShape(latencyMs.hdr)
  const by = result.span.firstReceivedAt === null ? 'the producers’ clocks' : 'arrival'
  const plots = [
    percentilePlot(latencyMs, shape),
    timelinePlot(timeline, { timeZone, by }),
    ...more.plots,
  ]
  return [
    html`<div class="plots">${plots}</div>`,
    section('findings', 'Findings', findingList(result.findings, timeZone)),
    ...typeSection(result, await typeShapes(result)),
    ...more.sections,
    ...windowSection(result, timeZone),
    ...hopSection(result),
  ]
}

function noEvents({ findings }: StatsResult, { timeZone, isLive = false }: Made): Html[] {
  const what = isLive
    ? 'No event has come so far. This page shows the first one as soon as it is there.'
    : 'No event was read or selected, so that nothing can be said of them.'
  const none = html`<p>${what}</p>`
  const found = findings.length === 0 ? none : findingList(findings, timeZone)
  return [section('findings', 'Findings', found)]
}

function factsOf(result: StatsResult, timeZone: string): string[] {
  const { read, selection, total } = result
  const moment = (iso: string) => momentText(iso, timeZone, 8)
  const chosen = [
    ...(selection.since === null ? [] : [`since ${moment(selection.since)}`]),
    ...(selection.until === null ? [] : [`until ${moment(selection.until)}`]),
  ]
  const { firstMs, lastMs } = spanMs(result)
  const span = firstMs === null || lastMs === null ? '' : rangeText(firstMs, lastMs, timeZone)
  return [
    `${counted(read.objects, 'object')}, ${bytesText(read.bytes)}`,
    ...(chosen.length > 0 ? [`selected ${chosen.join(' ')}`] : []),
    ...(span === '' ? [] : [`${span} ${timeZone}`]),
    total.events === 0 ? 'no events' : counted(total.events, 'event'),
  ]
}

/** By place in `types`; only as many as the table draws. */
async function typeShapes({ types }: StatsResult): Promise<(LatencyShape | null)[]> {
  const drawn = types.slice(0, DRAWN_TYPES)
  return Promise.all(
    drawn.map(async ({ latencyMs: { hdr } }) => (hdr === null ? null : latencyShape(hdr))),
  )
}
