import type { RunFile } from '../../src/gate/merge-runs.js'
import type { SavedRow, SavedRun } from '../../src/gate/saved-run.js'
import { latencyShape } from '../../src/ui/latency-shape.js'
import { countText, durationText, NONE, percentText } from '../../src/ui/numbers.js'
import { nameOf } from '../../src/ui/stats-table.js'
import { momentText } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { termList } from './measured.js'
import { type Made, pageText, section } from './page.js'
import { percentilePlot } from './percentile-plot.js'
import { type Cell, type Column, dataTable, figure } from './table.js'
import { percentileCurves, typeCurves } from './type-curves.js'
import { counted, titleOf } from './whole.js'

const MOST_ROWS = 5_000
const NAME_COLUMNS = 120

/** `evt baseline show -o html`: the percentiles of a saved run, over all and by type. */
export async function baselinePage({ file, run }: RunFile, made: Made): Promise<string> {
  const { latencyMs } = run.total
  const hdr = hdrOf(run, latencyMs.hdr)
  const shape = hdr === null ? null : await latencyShape(hdr)
  const types = run.types.map((row) => ({
    ...row,
    latencyMs: { ...row.latencyMs, hdr: hdrOf(run, row.latencyMs.hdr) },
  }))
  return pageText({
    ...{ kind: 'evt baseline show', title: titleOf([file]), marks: [], next: [], made },
    facts: [...savedFacts(run, made.timeZone), counted(run.total.events, 'event')],
    sections: [
      html`<div class="plots">${percentilePlot(latencyMs, shape)}
${await typeCurves(types)}</div>`,
      section('types', 'By type', typeTable(run)),
      section('saved', 'What was measured', termList(termsOf(run, made.timeZone))),
    ],
  })
}

/** `evt baseline list -o html`: the saved runs, and percentiles of the newest over each other. */
export async function baselinesPage(
  files: readonly RunFile[],
  { title, made }: { readonly title: string; readonly made: Made },
): Promise<string> {
  const { timeZone } = made
  const curves = files.toReversed().map(({ run }) => ({
    name: momentText(run.savedAt, timeZone, 8),
    latencyMs: { ...run.total.latencyMs, hdr: hdrOf(run, run.total.latencyMs.hdr) },
  }))
  return pageText({
    ...{ kind: 'evt baseline list', title: titleOf([title]), marks: [], next: [], made },
    facts: [counted(files.length, 'run')],
    sections: [
      html`<div class="plots">${await percentileCurves(ofRuns, curves)}</div>`,
      section('runs', 'Runs', runTable(files, timeZone)),
    ],
  })
}

const ofRuns = {
  ...{ id: 'runs-curves', title: 'Latency by percentile and run', kind: 'saved' },
  caption: 'of the newest runs, the newest first, as far as ten lie above',
  tooFew: 'Fewer than two runs have latencies to compare.',
}

/** A histogram of other units than ours is not drawn. */
function hdrOf({ unit }: SavedRun, hdr: string | null): string | null {
  return unit === 'us' ? hdr : null
}

function savedFacts({ savedAt, branch, commit }: SavedRun, timeZone: string): string[] {
  const from = [branch, commit?.slice(0, 7)].filter((part) => part != null).join(' ')
  return [
    `saved ${momentText(savedAt, timeZone, 8)} ${timeZone}`,
    ...(from === '' ? [] : [brief(from, NAME_COLUMNS)]),
  ]
}

const figures: readonly Column[] = [
  ...['events', 'duplicates', 'reordered', 'p50', 'p90', 'p99', 'p99.9', 'max'],
].map((title) => ({ title, isNumber: true }))

function figureCells({ events, duplicates, ordering, latencyMs }: Omit<SavedRow, 'dependence'>) {
  const { p50, p90, p99, p999, max } = latencyMs
  return [
    figure(countText(events), events),
    ...[duplicates.rate, ordering.ratio].map((share) => figure(percentText(share), share)),
    ...[p50, p90, p99, p999, max].map((ms) => figure(durationText(ms, 3), ms)),
  ]
}

function typeTable({ types, total }: SavedRun): Html {
  const hidden = types.length - MOST_ROWS
  const more = html`<p class="more">… ${countText(hidden)} more: --output json has all</p>`
  return html`${dataTable({
    ...{ caption: 'By type', isSortable: types.length > 1 },
    columns: [{ title: 'source/type' }, ...figures],
    rows: types
      .slice(0, MOST_ROWS)
      .map((row): Cell[] => [{ text: brief(nameOf(row), NAME_COLUMNS) }, ...figureCells(row)]),
    foot: [{ text: 'total' }, ...figureCells(total)],
  })}${hidden > 0 ? more : null}`
}

function runTable(files: readonly RunFile[], timeZone: string): Html {
  const names = [`saved, ${timeZone}`, 'branch', 'commit']
  return dataTable({
    ...{ caption: 'Runs', isSortable: files.length > 1 },
    columns: [...names.map((title) => ({ title })), ...figures, { title: 'file' }],
    rows: files.map(({ file, run }): Cell[] => [
      { text: momentText(run.savedAt, timeZone, 8) },
      { text: brief(run.branch ?? NONE, NAME_COLUMNS) },
      { text: run.commit?.slice(0, 7) ?? NONE },
      ...figureCells(run.total),
      { text: brief(file, NAME_COLUMNS) },
    ]),
  })
}

function termsOf(run: SavedRun, timeZone: string): (readonly [string, string])[] {
  const { sources, read, span, mapping, evt } = run
  const ends = (first: string | null, last: string | null) =>
    first === null || last === null
      ? 'unknown'
      : `${momentText(first, timeZone)} → ${momentText(last, timeZone)} ${timeZone}`
  return [
    ['sources', titleOf(sources)],
    ['read', `${counted(read.records, 'record')}, ${countText(read.undecodable)} undecodable`],
    ['arrivals', ends(span.firstReceivedAt, span.lastReceivedAt)],
    ['producers’ times', ends(span.firstTime, span.lastTime)],
    ['mapping', brief(mapping.join(', ') || 'none', 2_000)],
    ['saved by', `evt ${brief(evt, NAME_COLUMNS)}`],
  ]
}
