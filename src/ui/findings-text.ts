import pc from 'picocolors'
import type { Finding, Witness } from '../stats/result.js'
import { countText, durationText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'
import { momentText } from './times.js'
import { truncated } from './width.js'
import { wrapped } from './wrapped.js'

const MOST_FINDINGS = 12
const MOST_WITNESSES = 3
const HEAD_COLUMNS = 40

const order = { fault: 0, warning: 1, note: 2 } as const

export interface FindingsStyle extends TextStyle {
  /** Everything happened on one day, which is said elsewhere: times go without their date. */
  readonly oneDay: boolean
}

/** What is shown of a finding. */
type Told = Pick<Finding, 'severity' | 'explain' | 'witnesses'>

/** Every finding as a sentence with its witnesses: faults first, then warnings, then notes. */
export function findingsLines(findings: readonly Told[], style: FindingsStyle): string[] {
  const sorted = [...findings].sort((a, b) => order[a.severity] - order[b.severity])
  const hidden = sorted.length - MOST_FINDINGS
  const lines = sorted.slice(0, MOST_FINDINGS).flatMap((finding) => findingLines(finding, style))
  if (hidden <= 0) return lines
  return [...lines, `… ${countText(hidden)} more findings: --output json shows all`]
}

function findingLines(finding: Told, style: FindingsStyle): string[] {
  const { red } = pc.createColors(style.color)
  const sign = { fault: red('!'), warning: '!', note: '·' }[finding.severity]
  const [first = '', ...rest] = wrapped(safeText(finding.explain), style.width - 2)
  return [`${sign} ${first}`, ...rest.map((line) => `  ${line}`), ...witnessLines(finding, style)]
}

interface Field extends Omit<Column, 'title'> {
  readonly text: (witness: Witness, style: FindingsStyle) => string
}

const orEmpty = <T>(value: T | null | undefined, text: (value: T) => string) =>
  value === null || value === undefined ? '' : text(value)

/** What a witness can show, in the order of reading. Narrow terminals lose the time first. */
const fields: readonly Field[] = [
  { align: 'left', text: ({ role }) => orEmpty(role, safeText), shrinkTo: 12 },
  { align: 'left', text: ({ key }) => orEmpty(key, safeText), shrinkTo: 10 },
  {
    align: 'left',
    text: ({ sequence }) => orEmpty(sequence, (s) => `seq ${safeText(s)}`),
    shrinkTo: 12,
  },
  { align: 'left', text: ({ id }) => orEmpty(id, safeText), shrinkTo: 13 },
  { align: 'left', text: arrivalText, luxury: 1 },
  { align: 'right', text: ({ latencyMs }) => orEmpty(latencyMs, (ms) => durationText(ms, 3)) },
  {
    align: 'right',
    text: ({ extent }) => orEmpty(extent, (n) => `${countText(n)} behind`),
    drop: 2,
  },
  {
    align: 'right',
    text: ({ lateMs }) => orEmpty(lateMs, (ms) => `${durationText(ms, 3)} late`),
    drop: 1,
  },
  { align: 'left', text: ({ reason }) => reason ?? '' },
  { align: 'left', text: ({ head }) => orEmpty(head, headText), shrinkTo: 10 },
  { align: 'left', text: ({ position: at }) => orEmpty(at, positionText), shrinkTo: 24 },
]

function witnessLines(finding: Told, style: FindingsStyle): string[] {
  const witnesses = finding.witnesses.slice(0, MOST_WITNESSES)
  const texts = fields.map(({ text }) => witnesses.map((witness) => text(witness, style)))
  const shown = fields.flatMap((field, i) => {
    const cells = texts[i] ?? []
    return cells.some((text) => text !== '') ? [{ field, cells }] : []
  })
  const columns = shown.map(({ field }) => ({ ...field, title: '' }))
  const rows = witnesses.map((_, row) => shown.map(({ cells }) => ({ text: cells[row] ?? '' })))
  const lines = tableLines(columns, rows, { width: style.width - 4, color: style.color })
  return lines.map((line) => `    ${line}`)
}

function arrivalText({ receivedAt, time }: Witness, { timeZone, oneDay }: FindingsStyle): string {
  const text = orEmpty(receivedAt ?? time, (iso) => momentText(iso, timeZone))
  return safeText(oneDay ? text.replace(/^\d{4}-\d\d-\d\d /, '') : text)
}

function headText(head: string): string {
  return truncated(safeText(head), HEAD_COLUMNS)
}

/** Where a record was read: `archive/a.ndjson:7`. */
export function positionText(position: { readonly path: string; readonly record: number }): string {
  return safeText(`${position.path}:${position.record}`)
}
