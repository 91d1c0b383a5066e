import { isUtf8 } from 'node:buffer'
import { columnNames, eventColumn, MOST_ROW_BYTES, ROWS_TO_TELL } from '../archives/csv.js'
import {
  type CsvDialect,
  type CsvLines,
  type CsvRow,
  CsvRows,
  cellPlaces,
} from '../archives/csv-rows.js'
import type { JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import type { PackedFile } from './packed-file.js'
import type { RowEraser } from './row-eraser.js'

interface TableOptions {
  dialect: CsvDialect
  rows: RowEraser
  target: PackedFile | undefined
  /** Whether a byte order mark precedes it. */
  bom: boolean
}

/** A row, and the bytes it is cut from. */
interface Line {
  cells: CsvRow
  lines: CsvLines
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Reads a table in text through an eraser. Rows of which nothing is left are cut out, cells are
 * emptied or written again; all else keeps its bytes.
 *
 * @returns which column holds the events, and why it cannot be read to its end
 */
export async function eraseCsv(
  chunks: AsyncIterable<Buffer>,
  options: TableOptions,
): Promise<{ column: string | undefined; refused: string | null }> {
  const { dialect, target, bom } = options
  if (bom) await target?.write(BOM)
  let skipBytes = bom ? BOM.length : 0
  const cut: CsvLines[] = []
  const rows = new CsvRows(dialect, MOST_ROW_BYTES, cut)
  const table = new TableEraser(options)
  const linesOf = (all: readonly CsvRow[]) =>
    all.map((cells, n): Line => ({ cells, lines: cut[n] ?? noLines }))
  for await (const chunk of chunks) {
    const lines = linesOf(rows.push(chunk.subarray(skipBytes)))
    skipBytes = Math.max(0, skipBytes - chunk.length)
    cut.length = 0
    await table.take(lines)
    if (rows.fault || table.refused) break
  }
  if (!(rows.fault || table.refused)) {
    await table.take(linesOf(rows.end()))
    await table.takeHeld()
    await target?.write(rows.rest)
  }
  return { column: table.column, refused: table.refused ?? rows.fault?.detail ?? null }
}

class TableEraser {
  column: string | undefined
  refused: string | null = null
  #names: string[] = []
  /** The first rows, until it is known what the records are. */
  #held: Line[] | undefined = []

  constructor(private readonly options: TableOptions) {}

  async take(lines: readonly Line[]): Promise<void> {
    if (!this.#held) return this.#erase(lines)
    this.#held.push(...lines)
    if (this.#held.length > ROWS_TO_TELL) await this.takeHeld()
  }

  async takeHeld(): Promise<void> {
    const [header, ...lines] = this.#held ?? []
    this.#held = undefined
    if (!header) return
    this.#names = columnNames(header.cells)
    const first = lines.slice(0, ROWS_TO_TELL).map(({ cells }) => cells)
    this.column = this.#names[eventColumn(this.#names, first)]
    if (this.#names.some((name) => this.options.rows.mayTouch(name))) {
      this.refused = 'has the name of a column that is to be erased'
      return
    }
    await this.options.target?.write(Buffer.concat([header.lines.before, header.lines.row]))
    await this.#erase(lines)
  }

  async #erase(lines: readonly Line[]): Promise<void> {
    const names = this.#names
    for (const line of lines) await eraseRow(line, { ...this.options, names, column: this.column })
  }
}

const noLines: CsvLines = { before: Buffer.alloc(0), row: Buffer.alloc(0) }

async function eraseRow(
  { cells, lines }: Line,
  {
    dialect,
    rows,
    target,
    names,
    column,
  }: TableOptions & {
    names: readonly string[]
    column: string | undefined
  },
): Promise<void> {
  const { before, row } = lines
  const isWhole = cells.length === names.length && isUtf8(row)
  const judged = isWhole ? await rows.judge(rowText(cells, names), column) : rows.judgeBroken(row)
  const { left } = judged
  const changed =
    typeof left === 'object' ? changedRow(row, cells, { value: left.value, names, dialect }) : row
  rows.settle(judged, changed !== undefined)
  if (left === 'dropped') await target?.write(before)
  else await target?.write(Buffer.concat([before, changed ?? row]))
}

/** A row as the object of its columns; Object.fromEntries would put numbers first. */
function rowText(cells: CsvRow, names: readonly string[]): string {
  const members = names.map((name, n) => {
    return `${JSON.stringify(name)}:${JSON.stringify(cells[n]?.toString() ?? '')}`
  })
  return `{${members.join(',')}}`
}

/** Undefined where it cannot be written so that it is read like that. */
function changedRow(
  row: Buffer,
  cells: CsvRow,
  { value, names, dialect }: { value: JsonValue; names: readonly string[]; dialect: CsvDialect },
): Buffer | undefined {
  const object = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const parts: Buffer[] = []
  const wanted: string[] = []
  let at = 0
  for (const [n, { start, end }] of cellPlaces(row, dialect).entries()) {
    const name = names[n] ?? ''
    if (!Object.hasOwn(object, name)) return undefined
    const before = cells[n]?.toString() ?? ''
    const after = scalarText(object[name]) ?? ''
    wanted.push(after)
    if (after === before) continue
    const cell = cellBytes(after, row.subarray(start, end), dialect)
    // A line that begins with a tab and JSON would be taken for JSON.
    parts.push(row.subarray(at, start), n === 0 && cell.length === 0 ? Buffer.from('""') : cell)
    at = end
  }
  const written = Buffer.concat([...parts, row.subarray(at)])
  const reader = new CsvRows(dialect, MOST_ROW_BYTES)
  const [read, ...others] = [...reader.push(written), ...reader.end()]
  const isRight =
    others.length === 0 &&
    read?.length === wanted.length &&
    read.every((cell, n) => cell.toString() === wanted[n])
  return isRight ? written : undefined
}

/** In quotes where the cell was, or has to be. */
function cellBytes(text: string, before: Buffer, { delimiter, backslashes }: CsvDialect): Buffer {
  const isQuoted = /^ *"/.test(before.toString('latin1', 0, 64))
  const hasToBe = text.includes(delimiter) || /[\r\n]|^ *"/.test(text)
  if (text === '' || !(isQuoted || hasToBe)) return Buffer.from(text)
  const escaped = backslashes ? text.replace(/["\\]/g, '\\$&') : text.replaceAll('"', '""')
  return Buffer.from(`"${escaped}"`)
}
