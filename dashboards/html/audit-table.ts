import type { AuditResult } from '../../src/audit/result.js'
import { jsonText } from '../../src/event/json.js'
import { type AuditRow, auditRows } from '../../src/ui/audit-rows.js'
import { indentedJson } from '../../src/ui/audit-sections.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { safeText } from '../../src/ui/safe-text.js'
import { nameOf } from '../../src/ui/stats-table.js'
import { momentText } from '../../src/ui/times.js'
import { truncated } from '../../src/ui/width.js'
import { codeBlock } from './code-block.js'
import { brief, type Html, html } from './html.js'
import { type Cell, type Column, dataTable } from './table.js'

const MOST_EVENTS = 1_000
const NAME_COLUMNS = 120
/** Columns of a payload that are shown before it opens, and what is looked at for them. */
const BEGINNING = 60
const MOST_READ = 1_000

const columns: readonly Column[] = [
  { title: '', isNumber: true },
  { title: 'happened' },
  { title: 'arrived' },
  { title: 'after', isNumber: true },
  { title: 'source/type' },
  { title: 'sequence', isNumber: true },
  { title: 'version' },
  { title: 'marks' },
  { title: 'payload' },
  { title: 'cause' },
  { title: 'id' },
  { title: 'where' },
]
const [NAME, PAYLOAD] = [4, 8]

/** The events with their payloads, which open at a press; columns that say nothing are left out. */
export function eventTable(result: AuditResult, timeZone: string): Html {
  const all = auditRows(result)
  const rows = all.slice(0, MOST_EVENTS).flatMap((row, n) => {
    const cells = eventCells(row, n, timeZone)
    if (row.missing === null) return [cells]
    const { missing } = row
    const gap = cells.map((_, i): Cell => (i === NAME ? wrongCell(missing) : { text: '' }))
    return [gap, cells]
  })
  const isUsed = columns.map((_, i) => i === PAYLOAD || rows.some((row) => row[i]?.text !== ''))
  const used = <T>(row: readonly T[]) => row.filter((_, i) => isUsed[i])
  const hidden = all.length - MOST_EVENTS
  const more = html`<p class="more">… ${countText(hidden)} more: --output json shows all</p>`
  const table = dataTable({ caption: 'Events', columns: used(columns), rows: rows.map(used) })
  return hidden > 0 ? html`${table}${more}` : table
}

function eventCells(
  { event, latencyMs, marks, cause }: AuditRow,
  n: number,
  timeZone: string,
): Cell[] {
  const moment = (iso: string | null) => ({ text: iso === null ? '' : momentText(iso, timeZone) })
  const code = (text: string | null) => ({ text: brief(text ?? '', NAME_COLUMNS), isCode: true })
  const { time, receivedAt, sequence, version, id, position, payload } = event
  return [
    { text: countText(n + 1) },
    moment(time),
    moment(receivedAt),
    latencyMs === null ? { text: '' } : { text: durationText(latencyMs), value: latencyMs },
    { text: brief(nameOf(event), NAME_COLUMNS) },
    code(sequence),
    code(version),
    marks.length === 0 ? { text: '' } : wrongCell(marks.join(', ')),
    payload === null ? { text: '' } : payloadCell(jsonText(payload), indentedJson(payload)),
    code(cause),
    code(id),
    code(`${position.path}:${position.record}`),
  ]
}

const wrongCell = (text: string): Cell => ({ text, wrong: true })

function payloadCell(line: string, lines: string): Cell {
  const beginning = truncated(safeText(line.slice(0, MOST_READ)), BEGINNING)
  const summary = html`<summary><code>${beginning}</code></summary>`
  return { text: 'payload', drawn: html`<details>${summary}${codeBlock(lines)}</details>` }
}
