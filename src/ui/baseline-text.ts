import type { RunFile } from '../gate/merge-runs.js'
import { percentileNames } from '../gate/result.js'
import type { SavedRow, SavedRun } from '../gate/saved-run.js'
import { nameOf } from '../stats/findings/phrases.js'
import { sparkline } from './charts.js'
import { csvText } from './csv.js'
import { markdownText } from './markdown.js'
import { countText, durationText, NONE } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'
import type { Tabular } from './tabular.js'
import { momentText } from './times.js'

type Format = 'text' | 'json' | 'csv' | 'markdown'

/** What was saved where. */
export function savedLine(file: string, run: SavedRun, format: 'text' | 'json'): string {
  if (format === 'json') return jsonText({ schema: 'evt.saved/1', file, ...aboutOf(run) })
  const events = `${countText(run.total.events)} events`
  return `saved  ${safeText(file)}   ${events}   ${whereOf(run)}`.trimEnd()
}

/** The runs of a folder, and the trend of their p99. */
export function listOutput(files: readonly RunFile[], format: Format, style: TextStyle): string {
  switch (format) {
    case 'json':
      return jsonText({ schema: 'evt.baselines/1', runs: files.map(listed) })
    case 'csv':
      return csvText(tabular(files)).trimEnd()
    case 'markdown':
      return markdownText(tabular(files))
    case 'text':
      return paragraphs([listLines(files, style), trendLines(files)], style)
  }
}

/** One run: where it is from, and its rows. */
export function showOutput(
  { file, run }: RunFile,
  format: 'text' | 'json',
  style: TextStyle,
): string {
  if (format === 'json') return jsonText(run)
  const at = momentText(run.savedAt, style.timeZone, 8)
  const parts = [
    [`${safeText(file)}   ${at}   ${whereOf(run)}`.trimEnd()],
    rowLines(run, style),
    run.mapping.length === 0
      ? []
      : ['mapping', ...run.mapping.map((line) => `  ${safeText(line)}`)],
  ]
  return paragraphs(parts, style)
}

function aboutOf({ savedAt, commit, branch, total }: SavedRun) {
  const percentiles = percentileNames.map((name) => [name, total.latencyMs[name]])
  const latencyMs = { count: total.latencyMs.count, ...Object.fromEntries(percentiles) }
  return { savedAt, commit, branch, events: total.events, latencyMs }
}

function listed({ file, run }: RunFile) {
  return { file, ...aboutOf(run) }
}

function whereOf({ branch, commit }: SavedRun): string {
  return [branch, commit?.slice(0, 7)]
    .filter((part) => part != null)
    .map(safeText)
    .join(' ')
}

const percentileColumns: readonly Column[] = ['p50', 'p90', 'p99', 'p99.9'].map((title) => ({
  ...{ title, align: 'point' },
}))

function listLines(files: readonly RunFile[], style: TextStyle): string[] {
  const left = (title: string): Column => ({ title, align: 'left', shrinkTo: 20 })
  const columns: Column[] = [
    ...['saved', 'branch', 'commit'].map(left),
    { title: 'events', align: 'right' },
    ...percentileColumns,
  ]
  const rows = files.map(({ run }) => [
    { text: momentText(run.savedAt, style.timeZone, 8) },
    { text: safeText(run.branch ?? NONE) },
    { text: safeText(run.commit?.slice(0, 7) ?? NONE) },
    ...figureCells(run.total),
  ])
  return tableLines(columns, rows, style)
}

function figureCells({ events, latencyMs }: Omit<SavedRow, 'dependence'>) {
  const { p50, p90, p99, p999 } = latencyMs
  return [countText(events), ...[p50, p90, p99, p999].map((ms) => durationText(ms))].map(
    (text) => ({
      text,
    }),
  )
}

function rowLines({ total, types }: SavedRun, style: TextStyle): string[] {
  const columns: Column[] = [
    { title: '', align: 'left', shrinkTo: 30 },
    { title: 'events', align: 'right' },
    ...percentileColumns,
  ]
  const rows = [
    ...types.map((row) => [{ text: safeText(nameOf(row)) }, ...figureCells(row)]),
    [{ text: 'total' }, ...figureCells(total)],
  ]
  return tableLines(columns, rows, style)
}

function trendLines(files: readonly RunFile[]): string[] {
  const p99s = files.flatMap(({ run }) => run.total.latencyMs.p99 ?? [])
  if (p99s.length < 2) return []
  const [low, high] = [Math.min(...p99s), Math.max(...p99s)].map((ms) => durationText(ms))
  return [`p99  ${sparkline(p99s)}  ${low} … ${high}, the oldest first`]
}

function tabular(files: readonly RunFile[]): Tabular {
  return {
    columns: [
      { name: 'file', type: 'text' },
      { name: 'savedAt', type: 'time' },
      { name: 'branch', type: 'text' },
      { name: 'commit', type: 'text' },
      { name: 'events', type: 'integer' },
      ...percentileNames.map((name) => ({ name: `${name}Ms`, type: 'decimal' as const })),
    ],
    rows: files.map(({ file, run }) => [
      ...[file, run.savedAt, run.branch, run.commit, run.total.events],
      ...percentileNames.map((name) => run.total.latencyMs[name]),
    ]),
    metadata: { schema: 'evt.baselines/1' },
  }
}
