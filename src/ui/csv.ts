import { stringify } from 'csv-stringify/sync'
import { safeText } from './safe-text.js'
import type { Tabular } from './tabular.js'

/**
 * CSV (RFC 4180) with a header and lines that end in LF, the last one too. A cell is empty where
 * there is no figure. Texts are made safe, so a cell holds no line end, and get a `'` in front
 * where a spreadsheet would take them for a formula; numbers stay numbers.
 */
export function csvText({ columns, rows }: Tabular): string {
  const header = columns.map(({ name }) => name)
  const cells = rows.map((row) =>
    row.map((value) => (typeof value === 'string' ? unformulated(value) : value)),
  )
  return stringify([header, ...cells], { escape_formulas: true })
}

/** The library knows the other formula signs; tabs and line ends are pictures when it sees them. */
function unformulated(text: string): string {
  const safe = safeText(text)
  return /^[\t\r\n]/.test(text) ? `'${safe}` : safe
}
