import type { ResultColumn, ResultRows, ResultValue } from '../engines/engine.js'
import { jsonText, readJson } from '../event/json.js'
import { asciiText } from './ascii.js'
import { csvText } from './csv.js'
import { markdownText } from './markdown.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

export type QueryFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown' | 'arrow' | 'parquet'

type Row = readonly ResultValue[]

/** The result as it goes to stdout, a piece at a time; the last line has its end. */
export async function* renderRows(
  { columns, chunks, isPartial }: ResultRows & { isPartial(): boolean },
  format: QueryFormat,
  style: TextStyle,
): AsyncGenerator<string | Uint8Array> {
  switch (format) {
    case 'json':
      yield* jsonPieces(columns, chunks)
      yield isPartial() ? '],"partial":true}\n' : ']}\n'
      return
    case 'ndjson':
      for await (const rows of chunks) {
        yield rows.map((row) => `${objectText(columns, row)}\n`).join('')
      }
      return
    case 'csv':
      yield* csvPieces(columns, chunks)
      return
    case 'text':
      yield await textTable(columns, chunks, style)
      return
    default:
      yield await whole(columns, await collected(chunks), format)
  }
}

/** `evt.query/1`, one row a line, up to its end. */
async function* jsonPieces(
  columns: readonly ResultColumn[],
  chunks: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string> {
  yield `{"schema":"evt.query/1","columns":${JSON.stringify(columns)},"rows":[`
  let between = '\n'
  for await (const rows of chunks) {
    if (rows.length === 0) continue
    yield between + rows.map((row) => objectText(columns, row)).join(',\n')
    between = ',\n'
  }
  if (between !== '\n') yield '\n'
}

async function* csvPieces(
  columns: readonly ResultColumn[],
  chunks: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string> {
  yield csvText(queryTable(columns, []))
  for await (const rows of chunks) {
    const text = csvText(queryTable(columns, rows))
    yield text.slice(csvText(queryTable(columns, [])).length)
  }
}

async function collected(chunks: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const all: Row[] = []
  for await (const rows of chunks) for (const row of rows) all.push(row)
  return all
}

async function whole(
  columns: readonly ResultColumn[],
  rows: readonly Row[],
  format: 'markdown' | 'arrow' | 'parquet',
): Promise<string | Uint8Array> {
  const table = queryTable(columns, rows)
  if (format === 'markdown') return `${markdownText(table)}\n`
  if (format === 'arrow') return (await import('./arrow.js')).arrowBytes(table)
  return (await import('./parquet.js')).parquetBytes(table)
}

const SHRUNK_TO = 24
/** A table is as wide as its widest cell: all rows have to be there before the first is drawn. */
const MOST_SHOWN = 1_000

async function textTable(
  columns: readonly ResultColumn[],
  chunks: AsyncIterable<readonly Row[]>,
  style: TextStyle,
): Promise<string> {
  const shown: Row[] = []
  let count = 0
  for await (const rows of chunks) {
    shown.push(...rows.slice(0, Math.max(0, MOST_SHOWN - shown.length)))
    count += rows.length
  }
  if (columns[0]?.name === 'explain_key') return planText(shown)
  const titles = columns.map(({ name, type }): Column => {
    if (type === 'decimal') return { title: safeText(name), align: 'point' }
    if (type === 'integer') return { title: safeText(name), align: 'right' }
    return { title: safeText(name), align: 'left', shrinkTo: SHRUNK_TO }
  })
  const cells = shown.map((row) => row.map((value) => ({ text: safeText(cellText(value)) })))
  const rows = `${countText(count)} row${count === 1 ? '' : 's'}`
  const found =
    count > shown.length
      ? `the first ${countText(shown.length)} of ${rows}; -o csv and -o ndjson have all`
      : rows
  const text = [...tableLines(titles, cells, style), found].join('\n')
  return `${style.unicode ? text : asciiText(text)}\n`
}

/** What an engine says of how it answers, as it draws it. */
function planText(rows: readonly Row[]): string {
  return rows.map((row) => String(row[1]).split('\n').map(safeText).join('\n')).join('\n')
}

function cellText(value: ResultValue): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const tabularTypes: Readonly<Record<ResultColumn['type'], TabularColumn['type']>> = {
  text: 'text',
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'text',
  time: 'time',
  json: 'text',
}

export function queryTable(columns: readonly ResultColumn[], rows: readonly Row[]): Tabular {
  return {
    columns: columns.map(({ name, type }) => ({ name, type: tabularTypes[type] })),
    rows: rows.map((row) => row.map(tabularValue)),
    metadata: { schema: 'evt.query/1' },
  }
}

function tabularValue(value: ResultValue): TabularValue {
  if (value === null || typeof value === 'number') return value
  return cellText(value)
}

/** Columns that are JSON texts in SQL. */
const jsonTexts = new Set(['document', 'payload'])

function objectText(columns: readonly ResultColumn[], row: Row): string {
  const entries = columns.map(({ name, type }, n) => {
    const value = row[n] ?? null
    const isJson = type === 'text' && jsonTexts.has(name) && typeof value === 'string'
    return `${JSON.stringify(name)}:${isJson ? documentText(value) : JSON.stringify(value)}`
  })
  return `{${entries.join(',')}}`
}

/** A document as it is printed: integers beyond 2⁵³ are strings. */
function documentText(text: string): string {
  const reading = readJson(text)
  return jsonText(reading.ok ? reading.value : text)
}
