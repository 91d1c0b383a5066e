import { cloudtrail } from '../envelopes/cloudtrail.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { parseBytes } from '../event/json.js'
import { peekBytes } from './bytes.js'
import { compressionOf, decompress } from './compression.js'
import { isSpace, JsonScanner, OPEN_ARRAY, OPEN_OBJECT } from './json-scanner.js'
import type { Format, ReadableObject, Sniffed } from './object.js'
import { recordsArray } from './records-array.js'
import { tableFormat } from './sniff-csv.js'

const HEAD_BYTES = 64 * 1024
/** How far to look where the first document has not ended before. */
const LONG_HEAD_BYTES = 4 * 1024 * 1024
const LF = 10
/** The magic number of Avro's object container files. */
const AVRO = Buffer.from('Obj\x01', 'latin1')

interface Head {
  bytes: Buffer
  /** There are no more. */
  isAll: boolean
}

/**
 * Tells by the first 64 KiB, decompressed, how an object is to be read; names do not count. Where
 * these hold neither a whole document nor a line's end, by the first 4 MiB.
 */
export async function sniff(object: ReadableObject): Promise<Sniffed> {
  let stored = await peekBytes(object, HEAD_BYTES)
  const compression = compressionOf(stored)
  let head = await unpacked({ bytes: stored, isAll: stored.length < HEAD_BYTES }, HEAD_BYTES)
  if (compression === 'none' && stored.subarray(0, 4).toString('latin1') === 'PAR1') {
    return { compression, format: 'parquet', bom: false, utf16: false }
  }
  if (head.bytes.subarray(0, AVRO.length).equals(AVRO)) {
    return { compression, format: 'avro', bom: false, utf16: false }
  }
  const bom = head.bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
  const utf16 = [0xfeff, 0xfffe].includes(head.bytes.length < 2 ? 0 : head.bytes.readUInt16BE(0))
  const start = bom ? 3 : 0
  let text = await textFormat(head.bytes.subarray(start), head.isAll)
  if (!text) {
    stored = await peekBytes(object, LONG_HEAD_BYTES)
    head = await unpacked(
      { bytes: stored, isAll: stored.length < LONG_HEAD_BYTES },
      LONG_HEAD_BYTES,
    )
    text = await textFormat(head.bytes.subarray(start), head.isAll)
  }
  return { compression, ...(text ?? { format: 'ndjson' }), bom, utf16 }
}

async function unpacked(stored: Head, sizeBytes: number): Promise<Head> {
  const compression = compressionOf(stored.bytes)
  if (compression === 'none') return stored
  const parts: Buffer[] = []
  let bytes = 0
  let isAll = stored.isAll
  const again = () => once(stored.bytes)
  const report = () => {
    isAll = false
  }
  const options = { report, chunkBytes: HEAD_BYTES, again }
  for await (const part of decompress(compression, again(), options)) {
    parts.push(part)
    bytes += part.length
    if (bytes < sizeBytes) continue
    isAll = false
    break
  }
  return { bytes: Buffer.concat(parts), isAll }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** Undefined where more must be seen. */
async function textFormat(
  head: Buffer,
  isAll: boolean,
): Promise<Pick<Sniffed, 'format' | 'delimiter' | 'backslashes'> | undefined> {
  const format = formatOf(head, isAll)
  if (format !== 'ndjson') return format && { format }
  const table = await tableFormat(head, isAll)
  return table === 'more' ? undefined : (table ?? { format })
}

/** Undefined where more must be seen. */
function formatOf(head: Buffer, isAll: boolean): Format | undefined {
  const start = inkFrom(head, 0)
  if (start === head.length) return isAll ? 'empty' : undefined
  const first = head[start]
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) {
    return histogramFormat(head.toString('latin1', start)) ?? 'ndjson'
  }
  const entry = firstEntry(head, start)
  if (entry === 'more' && !isAll) return undefined
  if (entry instanceof Buffer && isCloudTrail(entry)) return 'cloudtrail'
  const several = first === OPEN_ARRAY ? 'array' : 'concatenated'
  const scanner = new JsonScanner()
  const result = scanner.scan(head, start, 0)
  if (result === 'bad') return opensBlock(head, start) ? several : 'ndjson'
  const spansLines = head.subarray(start, scanner.offset).includes(LF)
  if (spansLines || (result === 'more' && several === 'array')) return several
  if (result === 'more') return isAll ? 'ndjson' : undefined
  return afterFirst(head, scanner.offset, isAll, several)
}

const asCloudTrail = createUnwrapper([cloudtrail])

/** The first entry of `{"Records":[`; `more` where it has not ended yet. */
function firstEntry(head: Buffer, start: number): Buffer | 'more' | undefined {
  const found = recordsArray(head, start)
  if (found === 'more' || found === undefined) return found
  const from = inkFrom(head, found)
  if (from < head.length && head[from] !== OPEN_OBJECT) return undefined
  const scanner = new JsonScanner()
  const result = scanner.scan(head, from, 0)
  if (result === 'bad') return undefined
  return result === 'more' ? result : head.subarray(from, scanner.offset)
}

/** Lambda and S3 write `{"Records":[…]}` too: those are events of their own. */
function isCloudTrail(entry: Buffer): boolean {
  const reading = parseBytes(entry)
  return reading.ok && asCloudTrail(reading.value).every(({ ok }) => ok)
}

/** Whether what goes wrong later began as no line of NDJSON does: `[{`, or a bracket alone. */
function opensBlock(head: Buffer, start: number): boolean {
  const next = inkFrom(head, start + 1)
  if (head.subarray(start, next).includes(LF)) return true
  return head[start] === OPEN_ARRAY && head[next] === OPEN_OBJECT
}

/** The first document stands in one line: what follows it? */
function afterFirst(head: Buffer, end: number, isAll: boolean, several: Format): Format {
  const next = inkFrom(head, end)
  if (next === head.length) return several === 'array' && isAll ? several : 'ndjson'
  if (head.subarray(end, next).includes(LF)) return 'ndjson'
  if (head[next] === OPEN_OBJECT || head[next] === OPEN_ARRAY) return 'concatenated'
  // Where no line ends, what is no document is a bad place between documents, not a bad line.
  const isOneLine = !head.includes(LF, next)
  return isOneLine && head.includes(OPEN_OBJECT, next) ? 'concatenated' : 'ndjson'
}

const tableHead = /^\s*"?Value"?[\s,]+"?Percentile"?[\s,]+"?TotalCount"?[\s,]/

/** Whether a text that may be cut anywhere begins as HdrHistogram's logs do (comments that name the
 * format or a time, the legend, or a row), or as its percentile tables. */
function histogramFormat(head: string): 'hlog' | 'hgrm' | undefined {
  for (const line of head.split('\n')) {
    if (/^#\[(?:Histogram log format version|StartTime:|BaseTime:)|^"StartTimestamp"/.test(line)) {
      return 'hlog'
    }
    if (line.startsWith('#') || line.trim() === '') continue
    if (tableHead.test(line)) return 'hgrm'
    const isRow = /^(?:Tag=[^, ]*[, ])?[\d.+-]+[, ][\d.]+[, ][\d.e+-]+[, ]D?HIST/i.test(line)
    return isRow ? 'hlog' : undefined
  }
  return undefined
}

function inkFrom(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && isSpace(bytes[at] ?? 0)) at++
  return at
}
