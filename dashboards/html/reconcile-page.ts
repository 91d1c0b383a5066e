import type { HeatStrip } from '../../src/reconcile/figures.js'
import type { ReconcileRun } from '../../src/reconcile/finished.js'
import type {
  Hop,
  ReconcileResult,
  ReconcileRow,
  StageFigures,
} from '../../src/reconcile/result.js'
import { stepText } from '../../src/ui/charts.js'
import { bytesText, countText, durationText, NONE } from '../../src/ui/numbers.js'
import { momentText } from '../../src/ui/times.js'
import { countsSection } from './counts-section.js'
import { findingList } from './findings.js'
import { heatCell, heatTable } from './heat.js'
import { brief, type Html, html } from './html.js'
import { termList } from './measured.js'
import { type Made, pageText, section } from './page.js'
import { type Cell, dataTable } from './table.js'
import { counted, marksOf, titleOf } from './whole.js'

const MOST_TYPES = 500
const MOST_WINDOWS = 2_000
const NAME_COLUMNS = 120

/** `evt reconcile -o html`: what became of events, when, and which they are. */
export async function reconcilePage(run: ReconcileRun, made: Made): Promise<string> {
  const { result, strip } = run
  const { stages, hops = [], windows, counts } = result
  const { timeZone } = made
  const ends = `${stages[0]?.name} to ${stages.at(-1)?.name}`
  return pageText({
    kind: 'evt reconcile',
    title: stages.map(({ sources }) => titleOf(sources)).join(' → '),
    marks: marksOf({ partial: result.partial }),
    facts: [],
    sections: [
      section('stages', 'Stages', termList(factsOf(result, timeZone))),
      section('whole', `From ${ends}`, typesTable(`From ${ends}`, result, { strip, timeZone })),
      ...hops.map((hop, n) =>
        section(
          `hop-${n + 1}`,
          `From ${hop.from} to ${hop.to}`,
          html`<p class="legend">${hereText(hop)}</p>`,
          typesTable(`From ${hop.from} to ${hop.to}`, hop, { strip: null, timeZone }),
        ),
      ),
      ...(windows ? [section('windows', 'Windows', windowTable(windows, timeZone))] : []),
      ...(strip ? [section('time', 'Over time', heatTable(strip, timeZone))] : []),
      ...(counts
        ? [section('counts', 'As CloudWatch counts it', countsSection(counts, timeZone))]
        : []),
      section('findings', 'Findings', findingList(result.findings, timeZone)),
    ],
    next: [],
    made,
  })
}

function hereText({ lostHere }: Hop): string {
  return `${counted(lostHere, 'event')} of what is lost on the whole way`
}

function factsOf(result: ReconcileResult, timeZone: string): [string, string][] {
  const { stages, graceMs, end } = result
  const how = { receivedAt: 'the last receivedAt', time: 'the last time', now: 'now' }
  const until =
    end.by === null || end.time === null
      ? 'not known'
      : `${momentText(end.time, timeZone)} ${timeZone}, ${how[end.by]}`
  return [...stages.map(factOf), ['grace', durationText(graceMs)], ['end', until]]
}

function factOf({ name, sources, read, events, identities }: StageFigures): [string, string] {
  const parts = [
    titleOf(sources),
    `${counted(read.objects, 'object')}, ${bytesText(read.bytes)}`,
    counted(events, 'event'),
    `${countText(identities)} different`,
    `${countText(read.undecodable)} undecodable`,
  ]
  return [name, parts.join('; ')]
}

const figures = [
  ...([{ name: 'sent' }, { name: 'received' }] as const),
  ...([
    { name: 'lost', isWrong: true },
    { name: 'late', isWrong: true },
  ] as const),
  ...([
    { name: 'unexpected', isWrong: true },
    { name: 'duplicated', isWrong: true },
  ] as const),
  ...([{ name: 'recovered' }, { name: 'inFlight', title: 'in flight' }] as const),
]
const columns = figures.map((figure) => ({
  title: 'title' in figure ? figure.title : figure.name,
  isNumber: true,
}))

function cellsOf(row: ReconcileRow): Cell[] {
  return figures.map((figure) => {
    const value = row[figure.name]
    const wrong = 'isWrong' in figure && (value ?? 0) > 0
    return { text: value === null ? NONE : countText(value), value, wrong }
  })
}

function typesTable(
  caption: string,
  { total, types }: Pick<ReconcileResult, 'total' | 'types'>,
  { strip, timeZone }: { strip: HeatStrip | null; timeZone: string },
): Html {
  const heat = (row: ReconcileResult['types'][number] | null): Cell[] => {
    if (!strip) return []
    const slots = strip.rows.find((each) => each.type === row?.type && each.source === row?.source)
    return [slots ? heatCell(strip, slots.slots, timeZone) : { text: '' }]
  }
  const hidden = types.length - MOST_TYPES
  const table = dataTable({
    caption,
    columns: [
      ...['type', 'source'].map((title) => ({ title })),
      ...columns,
      ...(strip ? [{ title: `per ${stepText(strip.stepUs)}` }] : []),
    ],
    rows: types
      .slice(0, MOST_TYPES)
      .map((row) => [
        { text: brief(row.type, NAME_COLUMNS) },
        { text: brief(row.source, NAME_COLUMNS) },
        ...cellsOf(row),
        ...heat(row),
      ]),
    foot: [{ text: 'total' }, { text: '' }, ...cellsOf(total), ...heat(null)],
    isSortable: true,
  })
  const more = html`<p class="more">… ${countText(hidden)} more: --output csv shows all</p>`
  return html`${table}${hidden > 0 ? more : null}`
}

function windowTable(windows: NonNullable<ReconcileResult['windows']>, timeZone: string): Html {
  const hidden = windows.length - MOST_WINDOWS
  const table = dataTable({
    caption: 'Windows, by when events were sent',
    columns: [{ title: 'from' }, ...columns],
    rows: windows
      .slice(-MOST_WINDOWS)
      .map((row) => [
        { text: row.start === null ? 'no time' : momentText(row.start, timeZone, 8) },
        ...cellsOf(row),
      ]),
  })
  const more = html`<p class="more">${countText(hidden)} before these: --output csv shows all</p>`
  return html`${hidden > 0 ? more : null}${table}`
}
