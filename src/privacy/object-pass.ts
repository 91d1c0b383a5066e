import { readBytes } from '../archives/bytes.js'
import type { Fault, FileObject, Sniffed } from '../archives/object.js'
import { sniff } from '../archives/sniff.js'
import { dialectOf } from '../archives/sniff-csv.js'
import type { ClaimCounts } from './claim-counts.js'
import { eachLine, wholeText } from './erase-bytes.js'
import { eraseCsv } from './erase-csv.js'
import { type OnVerdict, TextEraser } from './erase-text.js'
import type { Eraser } from './eraser.js'
import type { PackedFile } from './packed-file.js'
import { RowEraser } from './row-eraser.js'
import { keyedHash } from './seals.js'
import type { Verdict } from './verdict.js'

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
  /** The first of them. */
  rows: ObjectRow[]
  /** How many more there are. */
  moreRows: number
  /** Units of which something is erased. */
  unitsTouched: number
  /** Why the object is not read or written as a whole; nothing of it may be replaced then. */
  refused: string | null
  /** Of a table, which holds the events. */
  column: string | undefined
  /** What is said otherwise by its schema once it is written again. */
  notes: string[]
}

/** Of one object: a plan is held in memory. */
export const MOST_ROWS = 100_000
const lineFormats: readonly string[] = ['ndjson', 'empty']

interface PassOptions {
  eraser: Eraser
  key: string
  target?: PackedFile | undefined
  /** How it is read, where that is known: what is left of an object may look like another kind. */
  known?: Sniffed | undefined
  /** Told what all records point to, whatever becomes of them. */
  claims?: ClaimCounts | undefined
}

/** Reads an object through an eraser; with a target its new bytes are made meanwhile. */
export async function passThrough(
  object: FileObject,
  { eraser, key, target, known, claims }: PassOptions,
): Promise<ObjectPass> {
  const sniffed = known ?? (await sniff(object))
  const counts = freshCounts()
  const rows: ObjectRow[] = []
  let moreRows = 0
  let unitsTouched = 0
  let lastTouched = 0
  const onVerdict: OnVerdict = (verdict, text, record) => {
    claims?.add(verdict)
    if (!isVerdict(verdict, text)) return
    addTo(counts, verdict)
    // Of a line with several values each has a verdict.
    if (isTouched(verdict) && record !== lastTouched) {
      unitsTouched += 1
      lastTouched = record
    }
    if (rows.length === MOST_ROWS) moreRows += 1
    else rows.push({ record, action: actionOf(verdict, text), hash: keyedHash(key, text) })
  }
  const {
    units,
    unitsDropped,
    refused,
    column,
    notes = [],
  } = await erased(object, sniffed, {
    ...{ eraser, onVerdict, target },
  })
  counts.units = units
  counts.unitsDropped = unitsDropped
  return { sniffed, counts, rows, moreRows, unitsTouched, refused, column, notes }
}

interface Erased {
  units: number
  unitsDropped: number
  refused: string | null
  column?: string | undefined
  notes?: string[] | undefined
}

/** By its format. What is looked for stands in UTF-16 in other bytes. */
async function erased(
  object: FileObject,
  sniffed: Sniffed,
  { eraser, onVerdict, target }: Pick<PassOptions, 'eraser' | 'target'> & { onVerdict: OnVerdict },
): Promise<Erased> {
  const { compression, format } = sniffed
  let fault: Fault | undefined
  const report = (found: Fault) => {
    fault ??= found
  }
  const rows = new RowEraser(eraser, onVerdict)
  const ofRows = (refused: string | null, column?: string): Erased => {
    const { units, unitsDropped } = rows
    return { units, unitsDropped, refused: fault?.detail ?? refused, column }
  }
  if (sniffed.utf16) return ofRows('is UTF-16, which is not searched')
  if (format === 'parquet') {
    const { eraseParquet } = await import('./erase-parquet.js')
    const { refused, column, notes } = await eraseParquet(object, rows, target)
    return { ...ofRows(refused, column), notes }
  }
  const bytes = readBytes(object, { compression, report })
  if (format === 'hlog' || format === 'hgrm') {
    const name = format === 'hlog' ? 'a histogram log' : 'a percentile table'
    const isFound = await isInLines(bytes, eraser)
    return ofRows(isFound ? `is ${name}, which is not written again` : null)
  }
  if (format === 'avro') {
    const { eraseAvro } = await import('./erase-avro.js')
    return ofRows(await eraseAvro(bytes, rows, target))
  }
  if (format === 'csv' || format === 'tsv') {
    const dialect = dialectOf({ ...sniffed, format })
    const { refused, column } = await eraseCsv(bytes, { dialect, rows, target, bom: sniffed.bom })
    return ofRows(refused, column)
  }
  const texts = new TextEraser(eraser, onVerdict)
  const refused = lineFormats.includes(format)
    ? await eachLine(bytes, texts, target)
    : await wholeText(bytes, texts, { format, target })
  const { units, unitsDropped } = texts
  return { units, unitsDropped, refused: fault?.detail ?? refused }
}

async function isInLines(bytes: AsyncIterable<Buffer>, eraser: Eraser): Promise<boolean> {
  let isFound = false
  const texts = new TextEraser(eraser, (verdict, text) => {
    isFound ||= isVerdict(verdict, text)
  })
  await eachLine(bytes, texts, undefined)
  return isFound
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
