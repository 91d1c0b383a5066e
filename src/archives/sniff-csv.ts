import type { CsvRow, Delimiter } from './csv-rows.js'

export const delimiters: Readonly<Record<'csv' | 'tsv', Delimiter>> = { csv: ',', tsv: '\t' }

const MOST_ROW_BYTES = 4 * 1024 * 1024
const LF = 10
const name = /^[A-Za-z_@][\w@.$:/()-]*(?: [\w@.$:/()-]+)*$/
const start = /^[A-Za-z_@",\t]/
const json = /^[ \t]*[{[]/

/**
 * Whether text that begins with no JSON is a table: its first row names columns, the second has as
 * many cells and begins with no JSON. Where rows hold a JSON object, others may have more or fewer
 * cells; else none may, of those that can be seen. `more` where there is no second row yet.
 */
export async function tableFormat(
  head: Buffer,
  isAll: boolean,
): Promise<'csv' | 'tsv' | 'more' | undefined> {
  const lineEnd = head.indexOf(LF)
  if (lineEnd < 0 || !start.test(head.toString('latin1', 0, 1))) return undefined
  const second = head.toString('latin1', lineEnd + 1, lineEnd + 65)
  if (json.test(second)) return undefined
  for (const format of ['csv', 'tsv'] as const) {
    const [header, ...rows] = await rowsOf(head, delimiters[format], isAll)
    const { namesOf } = await import('./csv.js')
    if (!header || !isHeader(namesOf(header))) continue
    if (rows.length === 0 && !isAll) return 'more'
    if (await isTable(header.length, rows, second)) return format
  }
  return undefined
}

/** One name alone may be a bad line: then the cell below it is a quoted one. */
async function isTable(columns: number, rows: readonly CsvRow[], second: string): Promise<boolean> {
  const { isJsonObject } = await import('./csv.js')
  const whole = rows.filter((row) => row.length === columns)
  if (rows.length === 0 || rows[0]?.length !== columns) return false
  if (whole.some((row) => row.some(isJsonObject))) return columns > 1 || second.startsWith('"')
  return columns > 1 && whole.length === rows.length
}

/** pandas gives the column of its row numbers no name. */
function isHeader(names: readonly string[]): boolean {
  if (new Set(names).size !== names.length) return false
  return names.every((each, n) => name.test(each) || (each === '' && n === 0 && names.length > 1))
}

async function rowsOf(head: Buffer, delimiter: Delimiter, isAll: boolean): Promise<CsvRow[]> {
  const { CsvRows } = await import('./csv-rows.js')
  const rows = new CsvRows(delimiter, MOST_ROW_BYTES)
  const found = await rows.push(head)
  return isAll && !rows.fault ? [...found, ...(await rows.end())] : found
}
