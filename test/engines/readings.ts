import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileObject } from '../../src/archives/object.js'
import { readRecords } from '../../src/archives/records.js'
import type { Chain } from '../../src/engines/chain-sql.js'
import type { Duckdb } from '../../src/engines/duckdb.js'
import { eventColumns } from '../../src/engines/event-columns.js'
import { type Cell, eventRow, wellFormedJson } from '../../src/engines/event-rows.js'
import { eventsViewSql } from '../../src/engines/events-view.js'
import { lineScan, lineTexts } from '../../src/engines/line-scan.js'
import {
  narrowColumns,
  narrowSql,
  placeColumns,
  stagedHashesSql,
} from '../../src/engines/narrow.js'
import { createProjection, type ProjectionPlan } from '../../src/engines/projection.js'
import { isAmbiguousName } from '../../src/engines/scalar-sql.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { shapeName } from '../../src/envelopes/envelope.js'
import { createUnwrapper } from '../../src/envelopes/layers.js'
import { complete } from '../../src/envelopes/missing.js'
import { presetEnvelopes } from '../../src/envelopes/presets.js'
import type { Decoded, EventRecord, JsonValue } from '../../src/event/event.js'
import { jsonText, parseJson, readJson } from '../../src/event/json.js'
import { type Mapping, variantOf } from '../../src/event/mapping.js'
import { sequenceFitsDouble } from '../../src/event/sequence.js'

/** Lines of JSON in a file, with what is needed to read them in three ways. */
export interface Lines {
  file: FileObject
  mapping: Mapping
  presets?: readonly string[] | undefined
}

const plainLines = { compression: 'none', format: 'ndjson', bom: false, utf16: false } as const

/** A folder for a file of lines that is written again and again. */
export function createLinesFile(): {
  write(lines: readonly Uint8Array[]): FileObject
  remove(): void
} {
  const folder = mkdtempSync(join(tmpdir(), 'evt-readings-'))
  const file = join(folder, 'lines.ndjson')
  return {
    write(lines) {
      const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
      writeFileSync(file, bytes)
      return { kind: 'file', path: 'lines.ndjson', file, sizeBytes: bytes.length, mtimeMs: 0 }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** The decoder's reading of every line, in order: undefined for a wrapper with several entries or
 * none; null where a line is several documents. */
export async function decoderReading({
  file,
  mapping,
  presets,
}: Lines): Promise<(Decoded | undefined)[] | null> {
  const decode = createDecoder({ mapping, presets })
  let several = false
  const onSeveral = () => {
    several = true
  }
  const decoded: (Decoded | undefined)[] = []
  for await (const batch of readRecords(file, plainLines, { onSeveral })) {
    for (const raw of batch) {
      const position = { path: file.path, record: raw.record }
      if ('bad' in raw) decoded.push({ kind: 'undecodable', undecodable: { ...raw.bad, position } })
      else {
        const { value, sizeBytes, head } = raw
        const entries = await complete(() => decode({ value, sizeBytes, head, position }))
        decoded.push(entries.length === 1 ? entries[0] : undefined)
      }
    }
  }
  return several ? null : decoded
}

export async function valuesOf(file: FileObject): Promise<JsonValue[]> {
  const values: JsonValue[] = []
  for await (const batch of readRecords(file, plainLines)) {
    for (const raw of batch) if ('value' in raw) values.push(raw.value)
  }
  return values
}

/** The wrappings that the values have, each chain once. */
export async function chainsOf(
  texts: readonly string[],
  presets?: readonly string[],
): Promise<Chain[]> {
  const unwrap = createUnwrapper(presetEnvelopes(presets))
  const chains = new Map<string, Chain>()
  for (const text of texts) {
    const reading = readJson(text)
    if (!reading.ok) continue
    for (const unwrapped of await complete(() => unwrap(reading.value))) {
      if (unwrapped.ok) chains.set(unwrapped.envelopes.map(shapeName).join(), unwrapped.envelopes)
    }
  }
  return [...chains.values()]
}

export function planOf(
  { mapping, presets }: Lines,
  chains: readonly Chain[],
  samples?: readonly JsonValue[],
): ProjectionPlan {
  return { chains, mapping, known: presetEnvelopes(presets), samples }
}

export type Row = Record<string, Cell>

/** The rows of the narrow relation, in order; null for those that the decoder has to read. */
export async function narrowReading(
  duckdb: Duckdb,
  plan: ProjectionPlan,
  { file }: Lines,
): Promise<(Row | null)[]> {
  const projection = createProjection(plan)
  const scan = lineScan(file.file, projection.columns)
  const rows = await duckdb.rows(narrowSql(projection, scan, 'columns'))
  return rows.map((values) => {
    const names = projection.hasPlace ? [...narrowColumns, ...placeColumns] : narrowColumns
    const row = withPlace(rowOf(names, values))
    const { flags, source, type } = row
    const isNamed = ![source, type].some((name) => isAmbiguousName(String(name)))
    return typeof flags === 'number' && flags % 2 === 0 && isNamed ? row : null
  })
}

/** What the narrow relation has to be for events that the decoder read. */
export async function narrowRows(duckdb: Duckdb, events: readonly EventRecord[]): Promise<Row[]> {
  const texts = ['source', 'type', 'id', 'key', 'transportId'] as const
  const columns = [...texts, 'place'].map((name) => `"${name}" VARCHAR`)
  await duckdb.rows(`CREATE OR REPLACE TEMP TABLE staged (${columns.join(', ')})`)
  const appender = await duckdb.connection.createAppender('staged')
  for (const event of events) {
    for (const text of [...texts.map((name) => event[name]), event.place?.name ?? null]) {
      if (text === null) appender.appendNull()
      else appender.appendVarchar(text)
    }
    appender.endRow()
  }
  appender.closeSync()
  const hashes = await duckdb.rows(stagedHashesSql('staged'))
  return events.map((event, n) => ({
    ...withPlace({
      ...rowOf(['grp', 'identity', 'key_hash', 'transport', 'place'], hashes[n] ?? []),
      ...partsOfPlace(event),
    }),
    ...narrowValues(event),
    variant: variantOf(event.order ?? 'integer', event.sequencePer),
  }))
}

/** A row without a place has no columns of it, whether the relation has or not. */
function withPlace(row: Row): Row {
  const { place, place_0, place_1, place_2, place_3, ...others } = row
  return typeof place_0 === 'number' ? row : others
}

function partsOfPlace({ place }: EventRecord): Row {
  if (!place) return {}
  const parts = place.sequence.padStart(56, '0').match(/.{14}/g) ?? []
  return Object.fromEntries(parts.reverse().map((part, n) => [`place_${n}`, Number(part)]))
}

function narrowValues(event: EventRecord): Row {
  const { order, sequence, attempt, transportId } = event
  const fits = order === 'integer' && sequence !== null && sequenceFitsDouble(sequence)
  const integer = order === 'integer' ? `${sequence} is beyond a double` : 'NaN'
  const flags = [
    false,
    event.id === null,
    event.replay !== null,
    (attempt ?? 0) > 1 && transportId !== null,
  ]
  return {
    source: event.source,
    type: event.type,
    sequence: order === 'text' ? sequence : null,
    s: fits ? Number(sequence) : integer,
    event_us: event.timeUs ?? 'NaN',
    received_us: event.receivedAtUs ?? 'NaN',
    flags: [...flags, event.key === null].reduce(
      (sum, flag, bit) => sum + (flag ? 2 ** bit : 0),
      0,
    ),
  }
}

/** Where order is not checked for want of a sequence or a time, of which kind does not matter. */
export function withoutUncheckedKind(row: Row, { order, timeUs }: EventRecord): Row {
  const { variant } = row
  if (order !== null || typeof variant !== 'number') return row
  const isUnchecked = timeUs === null || variant < variantOf('time', 'key')
  return isUnchecked ? { ...row, variant: variant % 2 } : row
}

/** The rows of the view `events`, in order; null for those that the decoder has to read. */
export async function viewReading(
  duckdb: Duckdb,
  plan: ProjectionPlan,
  { file }: Lines,
): Promise<(Row | null)[]> {
  const names = [...Object.keys(eventColumns), 'certain']
  const rows = await duckdb.rows(eventsViewSql(plan, lineTexts(file.file, file.path)))
  return rows.map((values) => {
    const { certain, ...row } = rowOf(names, values)
    return certain === 1 ? withPlainJson(row) : null
  })
}

/** What the view has to be for an event that the decoder read. */
export function viewRow(event: EventRecord): Row {
  return { ...eventRow(event), document: wellFormedJson(jsonText(event.document)) }
}

/** The document as the decoder writes it anew: SQL has the text that was received. */
export function withPlainJson(row: Row): Row {
  const plain = (text: Cell | undefined) =>
    typeof text === 'string' ? jsonText(parseJson(text)) : (text ?? null)
  return { ...row, document: plain(row['document']), payload: plain(row['payload']) }
}

export function rowOf(names: readonly string[], values: readonly unknown[]): Row {
  return Object.fromEntries(names.map((name, n) => [name, cell(values[n])]))
}

/** DuckDB's values in JavaScript's own. Hashes are beyond its integers and become text. */
function cell(value: unknown): Cell {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)
  }
  if (typeof value !== 'object') throw new Error(`no cell: ${typeof value}`)
  if ('millis' in value) return cell(value.millis)
  if ('items' in value && Array.isArray(value.items)) return value.items.map(cell)
  if ('bytes' in value && value.bytes instanceof Uint8Array)
    return Buffer.from(value.bytes).toString()
  if (!('entries' in value) || typeof value.entries !== 'object') throw new Error('no cell')
  const fields = Object.entries(value.entries ?? {}).map(([name, field]) => [name, cell(field)])
  return Object.fromEntries(fields)
}
