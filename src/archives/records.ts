import { MAX_RECORD_BYTES } from '../event/event.js'
import { readBytes } from './bytes.js'
import { DocumentReader } from './document-reader.js'
import { LineReader } from './line-reader.js'
import type { Fault, RawRecord, ReadableObject, Report, Sniffed } from './object.js'
import type { ReaderSettings, RecordReader } from './record-maker.js'
import { dialectOf } from './sniff-csv.js'

export interface RecordOptions {
  /** Called for each fault of the object: the result is partial. */
  report?: Report | undefined
  /** The number of the first record: 1, unless the object is a part of another. */
  firstRecord?: number | undefined
  /** What is known to have cut the object off at its end, where the bytes do not tell. */
  endsWith?: Fault | undefined
  maxRecordBytes?: number | undefined
  /** Whether what no record can be made of is wanted whole. */
  keepsBad?: boolean | undefined
  /** Called with the size of each chunk as stored, for progress. */
  onStored?: ((bytes: number) => void) | undefined
  chunkBytes?: number | undefined
  /** Called for each line that is not one record: an array, or several documents. */
  onSeveral?: (() => void) | undefined
}

const UTF8_BOM_BYTES = 3

/**
 * The records of an object in its order, in batches, about one a megabyte. What cannot be read
 * comes as a record with `bad`, so the numbers have no gaps; an object that is cut or corrupt has
 * exactly one such record at its end. At most `maxRecordBytes` of one record are ever held.
 *
 * @throws EvtError as readBytes; Error for Parquet, which DuckDB reads
 */
export function readRecords(
  object: ReadableObject,
  sniffed: Sniffed,
  options: RecordOptions = {},
): AsyncGenerator<RawRecord[]> {
  return batches(object, sniffed, options)
}

/** The records of these numbers, as readRecords gives them; no others are parsed where lines are
 * records. Numbers beyond the last record are missing from the map. */
export async function readRecordsAt(
  object: ReadableObject,
  sniffed: Sniffed,
  records: readonly number[],
  options: RecordOptions = {},
): Promise<Map<number, RawRecord>> {
  const found = new Map<number, RawRecord>()
  const wanted = new Set(records)
  if (wanted.size === 0) return found
  for await (const batch of batches(object, sniffed, options, wanted)) {
    for (const record of batch) {
      if (wanted.has(record.record)) found.set(record.record, record)
    }
    if (found.size === wanted.size) break
  }
  return found
}

/** As {@link readRecordsAt}, in batches, for more records than should be held at once. Where lines
 * are not records, the batches hold others too. */
export function readWanted(
  object: ReadableObject,
  sniffed: Sniffed,
  wanted: ReadonlySet<number>,
  options: RecordOptions = {},
): AsyncGenerator<RawRecord[]> {
  return batches(object, sniffed, options, wanted)
}

async function* batches(
  object: ReadableObject,
  sniffed: Sniffed,
  options: RecordOptions,
  wanted?: ReadonlySet<number>,
): AsyncGenerator<RawRecord[]> {
  let cut = options.endsWith
  const report = (fault: Fault) => {
    if (fault.reason !== 'changed') cut ??= fault
    options.report?.(fault)
  }
  const { compression } = sniffed
  const { onStored, chunkBytes } = options
  const bytes = readBytes(object, { compression, report, onStored, chunkBytes })
  if (sniffed.format === 'avro') {
    const { avroRecords } = await import('./avro.js')
    return yield* avroRecords(bytes, settingsOf(options), () => cut)
  }
  const { format, bom } = sniffed
  if (format === 'csv' || format === 'tsv') {
    const { csvRecords } = await import('./csv.js')
    const rest = bom ? withoutMark(bytes) : bytes
    const dialect = dialectOf({ ...sniffed, format })
    return yield* csvRecords(rest, dialect, settingsOf(options), () => cut)
  }
  const reader = readerFor(object, sniffed, options, wanted)
  for await (const chunk of bom ? withoutMark(bytes) : bytes) {
    const batch = reader.push(chunk)
    if (batch.length > 0) yield batch
  }
  const last = reader.end(cut)
  if (last.length > 0) yield last
}

/** Leaves the byte order mark out. */
async function* withoutMark(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let skipBytes = UTF8_BOM_BYTES
  for await (const chunk of bytes) {
    yield chunk.subarray(skipBytes)
    skipBytes = Math.max(0, skipBytes - chunk.length)
  }
}

function readerFor(
  object: ReadableObject,
  { format, utf16 }: Sniffed,
  options: RecordOptions,
  wanted: ReadonlySet<number> | undefined,
): RecordReader {
  if (format === 'parquet') throw new Error(`${object.path} is Parquet, which DuckDB reads`)
  const settings = settingsOf(options)
  if (format === 'cloudtrail') return new DocumentReader({ ...settings, unwrapsRecords: true })
  if (format === 'array' || format === 'concatenated') return new DocumentReader(settings)
  return new LineReader({ ...settings, utf16, wanted, onSeveral: options.onSeveral })
}

function settingsOf(options: RecordOptions): ReaderSettings {
  const { firstRecord = 1, maxRecordBytes, report, keepsBad } = options
  return {
    firstRecord,
    maxRecordBytes: maxRecordBytes ?? MAX_RECORD_BYTES,
    report: report ?? (() => {}),
    keepsBad,
  }
}
