import { markdownTable } from 'markdown-table'
import { safeText } from './safe-text.js'
import type { Tabular, TabularValue } from './tabular.js'
import { widthOf } from './width.js'

/** A GitHub table without the columns that are made for machines, without a line end. */
export function markdownText({ columns, rows }: Tabular): string {
  const shown = columns.flatMap(({ opaque }, i) => (opaque ? [] : [i]))
  const pick = <T>(row: readonly T[]) => shown.map((i) => row[i])
  return markdownTable(
    [columns.map(({ name }) => name), ...rows.map((row) => row.map(cell))].map(pick),
    { align: pick(columns.map(({ type }) => (isNumber(type) ? 'r' : 'l'))), stringLength: widthOf },
  )
}

const isNumber = (type: string) => type === 'integer' || type === 'decimal'

function cell(value: TabularValue): string {
  if (value === null) return ''
  return typeof value === 'number' ? String(value) : markdownSafe(value)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '@': '&#64;',
}

/** Text that Markdown shows as it is: no markup, no HTML, no link, and nobody is mentioned. */
export function markdownSafe(text: string): string {
  return safeText(text)
    .replace(/[\\`*_[\]|~!#]/g, '\\$&')
    .replace(/[&<>@]/g, (sign) => entities[sign] ?? sign)
}
