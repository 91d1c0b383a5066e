import pc from 'picocolors'
import type { LagFinding, LagResult, LagRow, QueueRow, RuleRow } from '../lag/result.js'
import { asciiText } from './ascii.js'
import {
  type LagColumn,
  queueColumns,
  ruleColumns,
  shardColumns,
  streamColumns,
  tableColumns,
  topicColumns,
} from './lag-columns.js'
import { nextLines } from './next-lines.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, tableLines } from './table.js'
import { momentText } from './times.js'
import { wrapped } from './wrapped.js'

/** Of a bus with more rules than this, those are shown that something is known of. */
const MOST_QUIET_RULES = 20

/** Tables with what is most wrong first, what that means in words, and what to ask next. */
export function lagText(result: LagResult, style: TextStyle): string {
  const { sources, findings, gaps } = result
  const rank = ({ source }: LagRow) => findings.findIndex((finding) => finding.source === source)
  const rows = [...sources].sort((a, b) => order(rank(a)) - order(rank(b)))
  const rules = rows.flatMap((row) => (row.kind === 'bus' ? shownRules(row.rules) : row))
  const tables = [
    table(queueColumns, ofKind(rows, 'queue'), findings, style),
    table(topicColumns, ofKind(rows, 'topic'), findings, style),
    table(streamColumns, ofKind(rows, 'stream'), findings, style),
    table(tableColumns, ofKind(rows, 'table'), findings, style),
    ...rows.map((row) => shardTable(row, style)),
    table(ruleColumns, ofKind(rules, 'rule'), findings, style),
  ]
  const { red } = pc.createColors(style.color)
  const told = [
    ...findings.flatMap(({ kind, severity, source, explain }) => {
      const sign = severity === 'fault' ? red('!') : kind === 'unknown' ? '·' : '!'
      return said(sign, `${source}: ${explain}`, style)
    }),
    ...gaps.flatMap(({ source, explain }) => said('·', `${source}: ${explain}`, style)),
    ...rows.flatMap((row) => notes(row, result)).flatMap((note) => said('·', note, style)),
  ]
  const next = nextLines(nextQuestions(sources), style)
  const parts = [[headline(result, style)], ...tables, told, next]
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

const order = (rank: number) => (rank < 0 ? Number.POSITIVE_INFINITY : rank)

function ofKind<K extends LagRow['kind']>(rows: readonly LagRow[], kind: K) {
  return rows.filter((row): row is Extract<LagRow, { kind: K }> => row.kind === kind)
}

function headline({ asOf, sources }: LagResult, { timeZone }: TextStyle): string {
  const newest = sources.flatMap(({ metrics }) => metrics?.to ?? []).sort()
  const last = newest.at(-1)
  const figures =
    last === undefined
      ? `without ${sources.some(hasAge) ? 'rates' : 'figures'} of CloudWatch`
      : `rates and ages as CloudWatch has them, to ${momentText(last, timeZone).slice(11, 16)}`
  return `as of ${momentText(asOf, timeZone, 8)}   ${figures}`
}

function table<R extends LagRow>(
  columns: readonly LagColumn<R>[],
  rows: readonly R[],
  findings: readonly LagFinding[],
  style: TextStyle,
): string[] {
  if (rows.length === 0) return []
  const cells = rows.map((row) => {
    const wrong = new Set(findings.filter((one) => one.source === row.source).map((f) => f.kind))
    return columns.map(({ text, wrongBy = [] }): Cell => {
      const shown = text(row)
      return { text: shown, wrong: /[^0–]/.test(shown) && wrongBy.some((kind) => wrong.has(kind)) }
    })
  })
  return tableLines(columns, cells, style)
}

function shardTable(row: LagRow, style: TextStyle): string[] {
  const rows = row.kind === 'stream' || row.kind === 'table' ? (row.byShard ?? []) : []
  if (rows.length === 0) return []
  const columns = shardColumns(rows)
  const cells = rows.map((one) => columns.map(({ text }): Cell => ({ text: text(one) })))
  const [{ owner, oldestAgeMs } = {}] = rows
  const isOwn = oldestAgeMs !== undefined
  const as = owner !== undefined ? ', as it is read' : isOwn ? ', by shard' : ', as it is recorded'
  return [`${safeText(row.source)}${as}`, ...tableLines(columns, cells, style)]
}

function shownRules(rules: readonly RuleRow[]): RuleRow[] {
  const isKnown = ({ metrics, isEnabled }: RuleRow) => metrics !== null || !isEnabled
  return rules.filter((rule) => rules.length <= MOST_QUIET_RULES || isKnown(rule))
}

function said(sign: string, text: string, { width }: TextStyle): string[] {
  const [first = '', ...rest] = wrapped(safeText(text), width - 2)
  return [`${sign} ${first}`, ...rest.map((line) => `  ${line}`)]
}

/** What the tables cannot say. */
function notes(row: LagRow, { gaps }: LagResult): string[] {
  const { source, metrics } = row
  if (row.kind === 'bus') {
    if (row.rules.length === 0) return [`${source}: the bus has no rules`]
    const hidden = row.rules.length - shownRules(row.rules).length
    if (hidden > 0) return [`${source}: ${countText(hidden)} more rules, which matched nothing`]
  }
  if (metrics !== null || gaps.some((gap) => gap.source === source)) return []
  const idle = row.kind === 'queue' ? ', as of queues that are new or idle for hours' : ''
  const figures = hasAge(row) ? 'rates' : 'figures'
  return [`${source}: CloudWatch has no ${figures} of the last 15 minutes${idle}`]
}

/** Whether CloudWatch says how far somebody is behind: it may where it has no counts. */
function hasAge(row: LagRow): boolean {
  if (row.kind !== 'stream' && row.kind !== 'table') return false
  const consumers = row.kind === 'stream' ? [row, ...(row.consumers ?? [])] : []
  return [...consumers, ...(row.functions ?? [])].some(({ behindMs }) => behindMs !== null)
}

function nextQuestions(sources: readonly LagRow[]): string[][] {
  const queues = sources.filter((row): row is QueueRow => row.kind === 'queue')
  const dead = queues.flatMap(({ deadLetters }) => (deadLetters?.depth ? deadLetters.queue : []))
  if (dead.length === 0) return []
  return [['evt', 'lag', ...new Set(dead.map((queue) => `sqs://${queue}`))]]
}
