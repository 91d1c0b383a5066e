import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '../event/event.js'
import { parseBytes } from '../event/json.js'
import { type CsvDialect, type CsvRow, CsvRows } from './csv-rows.js'
import type { Fault, RawRecord } from './object.js'
import { type ReaderSettings, RecordMaker } from './record-maker.js'

export const MOST_ROW_BYTES = 100 * 1024 * 1024
/** Rows that are looked at to tell which column holds the events. */
export const ROWS_TO_TELL = 100
/** Where CloudWatch Logs Insights has a line: what is around it is known, and is read with it. */
const INSIGHTS_LINE = '@message'

/**
 * The rows of a table in text, whose first row are the names of its columns. Where one column holds
 * JSON objects, these are the records, and the other columns are not read; of several, the one that
 * holds most in the first 100 rows. Else, and of CloudWatch Logs Insights, a row is the object of
 * its columns, all of them texts. A row with more or fewer cells than there are names is
 * undecodable.
 *
 * @param faultOf what ended the bytes early, when they have ended
 */
export async function* csvRecords(
  bytes: AsyncIterable<Buffer>,
  dialect: CsvDialect,
  settings: ReaderSettings,
  faultOf: () => Fault | undefined,
): AsyncGenerator<RawRecord[]> {
  const make = new RecordMaker(settings)
  const rows = new CsvRows(dialect, Math.min(settings.maxRecordBytes, MOST_ROW_BYTES))
  const table = new Table(make, dialect)
  for await (const chunk of bytes) {
    yield table.take(rows.push(chunk))
    if (rows.fault) break
  }
  const known = faultOf()
  if (!known && !rows.fault) yield table.take(rows.end())
  yield table.rest()
  if (rows.fault && !known) settings.report(rows.fault)
  const shown = known ?? rows.fault
  if (shown) yield [make.bad('cut', shown.detail, Buffer.alloc(0))]
}

class Table {
  readonly #make: RecordMaker
  readonly #delimiter: string
  #names: readonly string[] | undefined
  /** The first rows, until it is known what the records are. */
  #held: CsvRow[] | undefined = []
  #column = -1

  constructor(make: RecordMaker, { delimiter }: CsvDialect) {
    this.#make = make
    this.#delimiter = delimiter
  }

  take(rows: readonly CsvRow[]): RawRecord[] {
    const found: RawRecord[] = []
    for (const row of rows) {
      if (!this.#names) this.#names = columnNames(row)
      else if (!this.#held) found.push(...this.#records(row))
      else if (this.#held.push(row) === ROWS_TO_TELL) found.push(...this.rest())
    }
    return found
  }

  /** The records of the rows that are held back. */
  rest(): RawRecord[] {
    const held = this.#held ?? []
    this.#held = undefined
    this.#column = eventColumn(this.#names ?? [], held)
    return held.flatMap((row) => this.#records(row))
  }

  #records(row: CsvRow): RawRecord[] {
    const names = this.#names ?? []
    const { length } = row
    if (length !== names.length) {
      const cells = length === 1 ? '1 cell' : `${length} cells`
      const detail = `csv row has ${cells}, of ${names.length} columns`
      return [this.#make.bad('bad envelope', detail, this.#textOf(row))]
    }
    const cell = row[this.#column]
    return cell ? this.#ofCell(cell, names[this.#column] ?? '') : [this.#ofRow(row, names)]
  }

  #ofCell(cell: Buffer, name: string): RawRecord[] {
    const where = `csv column ${JSON.stringify(name)}`
    if (cell.length === 0) return [this.#make.bad('bad body', `${where} is empty`, cell)]
    const reading = parseBytes(cell)
    if (!reading.ok) return [this.#make.bad('bad body', `${where} ${reading.detail}`, cell)]
    const { value } = reading
    if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value)) return [this.#make.value(value, cell)]
      return value.map((each) => this.#make.made(each, cell))
    }
    const kind = value === null ? 'null' : `a ${typeof value}`
    return [this.#make.bad('bad body', `${where} is ${kind}, not an object`, cell)]
  }

  #ofRow(row: CsvRow, names: readonly string[]): RawRecord {
    const text = this.#textOf(row)
    if (!isUtf8(text)) return this.#make.bad('not UTF-8', 'has bytes that are not UTF-8', text)
    const columns = names.map((name, n) => [name, row[n]?.toString() ?? ''] as const)
    // Object.fromEntries makes own properties, also of __proto__.
    const value: JsonObject = Object.fromEntries(columns)
    return this.#make.made(value, text)
  }

  #textOf(row: CsvRow): Buffer {
    const delimiter = Buffer.from(this.#delimiter)
    return Buffer.concat(row.flatMap((cell, n) => (n === 0 ? [cell] : [delimiter, cell])))
  }
}

/** The names of a table, as its rows have them, no two the same. */
export function columnNames(header: CsvRow): string[] {
  return distinct(header.map((cell) => cell.toString().trim()))
}

/** Which column holds the events, told by the first {@link ROWS_TO_TELL} rows; -1: none does. */
export function eventColumn(names: readonly string[], rows: readonly CsvRow[]): number {
  return names.includes(INSIGHTS_LINE) ? -1 : columnOfJson(rows)
}

/** A name that is taken gets a number, as DuckDB gives it, so that no cell is lost to another. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set(names)
  const uses = new Map<string, number>()
  return names.map((name) => {
    let use = uses.get(name) ?? 0
    const free = () => (use === 0 ? name : `${name}_${use}`)
    while (use > 0 && taken.has(free())) use += 1
    taken.add(free())
    uses.set(name, use + 1)
    return free()
  })
}

export function isJsonObject(cell: Buffer): boolean {
  if (!/^\s*\{/.test(cell.toString('latin1', 0, 64))) return false
  return parseBytes(cell).ok
}

/** The column that holds most objects, of those that hold as many the one that holds most bytes;
 * -1 where none holds any. One that is empty in most rows is a field of theirs that is not always
 * there: taken for the events, it would have most rows say nothing. */
export function columnOfJson(rows: readonly CsvRow[]): number {
  const columns = new Map<number, { filled: number; objects: number; bytes: number }>()
  for (const row of rows) {
    for (const [n, cell] of row.entries()) {
      if (cell.length === 0) continue
      const { filled, objects, bytes } = columns.get(n) ?? { filled: 0, objects: 0, bytes: 0 }
      const size = isJsonObject(cell) ? cell.length : 0
      const isObject = size > 0 ? 1 : 0
      columns.set(n, { filled: filled + 1, objects: objects + isObject, bytes: bytes + size })
    }
  }
  const holding = [...columns].filter(
    ([, { filled, objects }]) => objects > 0 && filled * 2 >= rows.length,
  )
  const [best] = holding.sort(([, a], [, b]) => b.objects - a.objects || b.bytes - a.bytes)
  return best ? best[0] : -1
}
