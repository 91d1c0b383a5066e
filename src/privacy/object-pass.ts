import { readBytes } from '../archives/bytes.js'
import type { Fault, FileObject, Sniffed } from '../archives/object.js'
import { readRecords } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import { jsonText } from '../event/json.js'
import { type OnVerdict, TextEraser } from './erase-text.js'
import type { Eraser, Verdict } from './eraser.js'
import { keyedHash } from './seals.js'

/** What is done, or is to be done, in one object. */
export interface ObjectCounts {
  /** Lines, or values where lines do not matter. */
  units: number
  /** Units of which nothing is left. */
  unitsDropped: number
  /** Events that are dropped, and events whose fields are blanked. */
  dropped: number
  changed: number
  /** Places with values that are blanked. */
  mentioned: number
  /** Events that a hold keeps. */
  held: number
  /** What cannot be erased: events in wrappings that are not written again, unreadable records. */
  left: number
}

export interface ObjectRow {
  record: number
  action: 'drop' | 'change' | 'hold' | 'left'
  /** Keyed. */
  hash: string
}

export interface ObjectPass {
  sniffed: Sniffed
  counts: ObjectCounts
  rows: ObjectRow[]
  /** Units of which something is erased. */
  unitsTouched: number
  /** Why the object is not read or written as a whole; nothing of it may be replaced then. */
  refused: string | null
}

/** Takes the new bytes, unpacked. */
type Write = (bytes: Buffer) => Promise<void>

const MOST_TEXT_BYTES = 256 * 1024 * 1024
const MOST_ROWS = 100_000
const LF = 10
const namesOf: Partial<Record<Sniffed['format'], string>> = {
  ...{ parquet: 'Parquet', avro: 'Avro', csv: 'CSV', tsv: 'a table with tabs' },
  ...{ hlog: 'a histogram log', hgrm: 'a percentile table' },
}
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const lineFormats: readonly string[] = ['ndjson', 'empty']
const textFormats: readonly string[] = ['array', 'concatenated', 'cloudtrail']

interface PassOptions {
  eraser: Eraser
  key: string
  write?: Write | undefined
  /** How it is read, where that is known: what is left of an object may look like another kind. */
  known?: Sniffed | undefined
}

/** Reads an object through an eraser; with `write` its new bytes are made meanwhile. */
export async function passThrough(
  object: FileObject,
  { eraser, key, write, known }: PassOptions,
): Promise<ObjectPass> {
  const sniffed = known ?? (await sniff(object))
  const counts = freshCounts()
  const rows: ObjectRow[] = []
  let unitsTouched = 0
  let lastTouched = 0
  const onVerdict: OnVerdict = (verdict, text, record) => {
    if (!isVerdict(verdict, text)) return
    addTo(counts, verdict)
    // Of a line with several values each has a verdict.
    if (isTouched(verdict) && record !== lastTouched) {
      unitsTouched += 1
      lastTouched = record
    }
    if (rows.length < MOST_ROWS) {
      rows.push({ record, action: actionOf(verdict, text), hash: keyedHash(key, text) })
    }
  }
  const texts = new TextEraser(eraser, onVerdict)
  let fault: Fault | undefined
  const report = (found: Fault) => {
    fault ??= found
  }
  const { compression, format } = sniffed
  const isLines = lineFormats.includes(format)
  // What is looked for stands in it in other bytes.
  if (sniffed.utf16) {
    return { sniffed, counts, rows, unitsTouched, refused: 'is UTF-16, which is not searched' }
  }
  if (!(isLines || textFormats.includes(format))) {
    for await (const text of recordTexts(object, sniffed, report)) {
      onVerdict(await eraser.judge(text), text, ++counts.units)
    }
    const isFound = isTouched(counts) || counts.left > 0
    const found = isFound ? `is ${namesOf[format] ?? format}, which is not written again` : null
    return {
      sniffed,
      counts,
      rows,
      unitsTouched,
      refused: found ?? fault?.detail ?? null,
    }
  }
  const bytes = readBytes(object, { compression, report })
  const refused = isLines
    ? await eachLine(bytes, texts, write)
    : await wholeText(bytes, texts, { format, write })
  counts.units = texts.units
  counts.unitsDropped = texts.unitsDropped
  return { sniffed, counts, rows, unitsTouched, refused: fault ? fault.detail : refused }
}

/** The records of what is no text, as JSON. */
async function* recordTexts(
  object: FileObject,
  sniffed: Sniffed,
  report: (fault: Fault) => void,
): AsyncGenerator<string> {
  if (sniffed.format === 'parquet') {
    const { parquetRows } = await import('./parquet-rows.js')
    yield* parquetRows(object, report)
    return
  }
  for await (const batch of readRecords(object, sniffed, { report })) {
    for (const record of batch) if ('value' in record) yield jsonText(record.value)
  }
}

async function eachLine(
  chunks: AsyncIterable<Buffer>,
  texts: TextEraser,
  write: Write | undefined,
): Promise<null> {
  let rest: Buffer[] = []
  let isFirst = true
  const line = async (bytes: Buffer, hasEnd: boolean) => {
    const mark = isFirst && bytes.subarray(0, BOM.length).equals(BOM) ? BOM : Buffer.alloc(0)
    isFirst = false
    const end = hasEnd ? Buffer.from([LF]) : Buffer.alloc(0)
    const left = await texts.line(bytes.subarray(mark.length))
    if (write) await write(Buffer.concat(left ? [mark, left, end] : [mark]))
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      await line(Buffer.concat([...rest, chunk.subarray(from, at)]), true)
      rest = []
      from = at + 1
    }
    rest.push(chunk.subarray(from))
  }
  const last = Buffer.concat(rest)
  // A byte order mark alone is no line.
  if (isFirst && last.equals(BOM)) await write?.(last)
  else if (last.length > 0) await line(last, false)
  return null
}

async function wholeText(
  chunks: AsyncIterable<Buffer>,
  texts: TextEraser,
  { format, write }: { format: Sniffed['format']; write: Write | undefined },
): Promise<string | null> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    if (sizeBytes > MOST_TEXT_BYTES) return 'is too large to be written again: it is no NDJSON'
    parts.push(chunk)
  }
  const bytes = Buffer.concat(parts)
  const isMarked = bytes.subarray(0, BOM.length).equals(BOM)
  const body = isMarked ? bytes.subarray(BOM.length) : bytes
  const text = body.toString()
  if (!Buffer.from(text).equals(body)) return 'is not UTF-8'
  const left = await texts.text(text, format)
  if (left === null) return 'is no JSON to its end'
  if (write) await write(Buffer.concat([isMarked ? BOM : Buffer.alloc(0), Buffer.from(left)]))
  return null
}

/** Whether anything is to be said of a record. */
function isVerdict(verdict: Verdict, text: string): boolean {
  const { dropped, changed, mentioned, held, unplaced, unreadable } = verdict
  return dropped + changed + mentioned + held + unplaced + unreadable > 0 || verdict.text !== text
}

function freshCounts(): ObjectCounts {
  return { units: 0, unitsDropped: 0, dropped: 0, changed: 0, mentioned: 0, held: 0, left: 0 }
}

function addTo(counts: ObjectCounts, verdict: Verdict): void {
  const { dropped, changed, mentioned, held, unplaced, unreadable } = verdict
  counts.dropped += dropped
  counts.changed += changed
  counts.mentioned += mentioned
  counts.held += held
  counts.left += unplaced + unreadable
}

function actionOf(verdict: Verdict, text: string): ObjectRow['action'] {
  if (verdict.text === null) return 'drop'
  if (verdict.text !== text) return 'change'
  return verdict.held > 0 ? 'hold' : 'left'
}

/** Whether anything of an object is to be written again. */
export function isTouched({
  dropped,
  changed,
  mentioned,
}: Pick<ObjectCounts, 'dropped' | 'changed' | 'mentioned'>): boolean {
  return dropped + changed + mentioned > 0
}
