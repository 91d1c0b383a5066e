import type { CsvDialect, CsvRow } from './csv-rows.js'

/** How a table is to be read. */
export interface TableFormat {
  readonly format: 'csv' | 'tsv'
  /** Of CSV that is not separated by commas. */
  readonly delimiter?: ';' | '|'
  readonly backslashes?: boolean
}

/** How the cells of a table are written. */
export function dialectOf({ format, delimiter, backslashes }: TableFormat): CsvDialect {
  return {
    delimiter: delimiter ?? (format === 'tsv' ? '\t' : ','),
    backslashes: backslashes ?? false,
  }
}

const MOST_ROW_BYTES = 4 * 1024 * 1024
const LF = 10
/** Letters of any script count. */
const word = /^[\p{L}_@][\p{L}\p{M}\p{N}_@.$:/()-]*$/u
const words = /^[\p{L}_@][\p{L}\p{M}\p{N}_@.$:/()-]*(?: [\p{L}\p{M}\p{N}_@.$:/()-]+)*$/u
/** Of UTF-8 beyond ASCII only the first byte is seen. */
const start = /^[A-Za-z_@",\t;|\x80-\xff]/
const json = /^[ \t]*[{[]/

/** A cell that begins with an object, after a tab or in quotes. */
const surelyObject = /(?:^|[,;|]) *" *\{|\t *"? *\{/m

/**
 * Whether text that begins with no JSON is a table: its first row names columns, the second has as
 * many cells and begins with no JSON. Where rows hold a JSON object, others may have more or fewer
 * cells; else none may, of those that can be seen. Names that are the same, or have spaces around
 * them, need objects in quotes or after tabs; names without any row are words, and no two the same.
 * Quotes in cells are doubled, unless with backslashes more objects are found. Semicolons and bars
 * separate cells only where one holds an object: elsewhere they are prose and logs. `more` where
 * there is no second row yet.
 */
export async function tableFormat(
  head: Buffer,
  isAll: boolean,
): Promise<TableFormat | 'more' | undefined> {
  const lineEnd = head.indexOf(LF)
  if (lineEnd < 0 || !start.test(head.toString('latin1', 0, 1))) return undefined
  if (json.test(secondLine(head))) return undefined
  let best: { table: TableFormat; objects: number } | undefined
  for (const table of formatsOf(head)) {
    const [header, ...rows] = await rowsOf(head, table, isAll)
    const names = header?.map((cell) => cell.toString())
    if (!names || !isHeader(names.map((name) => name.trim()))) continue
    if (rows.length === 0 && !isAll) return 'more'
    const objects =
      rows.length > 0 ? await objectsIn(names, rows, head) : isHeaderAlone(names) ? 0 : -1
    if (table.delimiter && objects === 0) continue
    if (objects > (best?.objects ?? -1)) best = { table, objects }
  }
  return best?.table
}

function formatsOf(head: Buffer): TableFormat[] {
  const usual: TableFormat[] = [
    { format: 'csv' },
    { format: 'tsv' },
    { format: 'csv', delimiter: ';' },
    { format: 'csv', delimiter: '|' },
  ]
  if (!head.includes('\\"')) return usual
  return usual.flatMap((table) => [table, { ...table, backslashes: true }])
}

function secondLine(head: Buffer): string {
  const lineEnd = head.indexOf(LF)
  return head.toString('latin1', lineEnd + 1, lineEnd + 65)
}

/** How many cells hold a JSON object; -1 where it is no table. One name alone may be a bad line:
 * then the cell below it is a quoted one. */
async function objectsIn(
  names: readonly string[],
  rows: readonly CsvRow[],
  head: Buffer,
): Promise<number> {
  const { isJsonObject } = await import('./csv.js')
  const whole = rows.filter((row) => row.length === names.length)
  if (rows[0]?.length !== names.length) return -1
  const objects = whole.reduce((sum, row) => sum + row.filter(isJsonObject).length, 0)
  const isPlain = isDistinct(names) && names.every((name) => name === name.trim())
  if (objects > 0) {
    const isSure = names.length > 1 || secondLine(head).startsWith('"')
    return isSure && (isPlain || surelyObject.test(head.toString('latin1'))) ? objects : -1
  }
  return names.length > 1 && isPlain && whole.length === rows.length ? 0 : -1
}

/** pandas gives the column of its row numbers no name. */
function isHeader(names: readonly string[]): boolean {
  return names.every((each, n) => words.test(each) || (each === '' && n === 0 && names.length > 1))
}

/** What an export without rows leaves. */
function isHeaderAlone(names: readonly string[]): boolean {
  return names.length > 1 && isDistinct(names) && names.every((name) => word.test(name))
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}

async function rowsOf(head: Buffer, table: TableFormat, isAll: boolean): Promise<CsvRow[]> {
  const { CsvRows } = await import('./csv-rows.js')
  const rows = new CsvRows(dialectOf(table), MOST_ROW_BYTES)
  const found = rows.push(head)
  return isAll && !rows.fault ? [...found, ...rows.end()] : found
}
