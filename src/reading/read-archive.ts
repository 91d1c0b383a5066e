import { changeOf, peekBytes } from '../archives/bytes.js'
import type {
  ArchiveObject,
  Fault,
  FileObject,
  ReadableObject,
  Sniffed,
} from '../archives/object.js'
import { isFault, readable, stopReading } from '../archives/readable.js'
import { sniff } from '../archives/sniff.js'
import { type Segment, spoolLines } from '../archives/spool.js'
import { spoolFile } from '../archives/spool-file.js'
import { SpoolFiles } from '../archives/spool-files.js'
import { ahead } from './ahead.js'
import { decodeRecords } from './decode-records.js'
import { isHistograms, mixed } from './mixed.js'
import { plainLines } from './plain-lines.js'
import type { LineReader, ParquetReader, Taker } from './taker.js'

export interface ReadOptions<Scan> {
  taker: Taker
  lines: LineReader<Scan>
  parquet: ParquetReader
  signal: AbortSignal
  spoolDir?: string | undefined
  /** Called whenever more has been read; `bytes` as stored. */
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

/** What is read next: a whole object, or a part of one that was unpacked. */
interface Part {
  /** As it was listed. */
  listed: ArchiveObject
  object: ReadableObject
  sniffed: Sniffed
  segment: Segment | null
  isFirst: boolean
  /** Called when nothing more of the object is read. */
  release(): void
}

interface StartedPart<Scan> extends Part {
  scan: Scan | null
}

/** So many objects are fetched while one is read. */
const FETCHED_AHEAD = 6
const LARGE_BYTES = 128 * 1024 * 1024
const HEAD_BYTES = 64 * 1024
const LF = 10

/**
 * Reads objects in their order into a taker. Lines that DuckDB reads faithfully go through SQL,
 * everything else through the decoder; what is compressed is unpacked ahead, while what came before
 * is taken in.
 */
export async function readArchive<Scan>(
  objects: readonly ArchiveObject[],
  options: ReadOptions<Scan>,
): Promise<void> {
  const { taker, signal, onProgress } = options
  const stop = () => objects.forEach(stopReading)
  signal.addEventListener('abort', stop)
  const files = new SpoolFiles(options.spoolDir)
  const unpacked = ahead(partsOf(objects, files, options), 1)
  // Two scans at once take twice the memory.
  const parts = ahead(started(unpacked, options), taker.scansAhead ? 1 : 0)
  let firstRecord = 1
  let storedBytes = 0
  let release = () => {}
  try {
    for await (const part of parts) {
      if (signal.aborted && part.object.kind === 'file') {
        part.segment?.release()
        break
      }
      if (part.isFirst) {
        release()
        release = part.release
        await taker.begin(part.listed)
        firstRecord = 1
        storedBytes = 0
      }
      firstRecord = await readPart(part, firstRecord, options)
      await taker.makeRoom()
      storedBytes += part.segment?.storedBytes ?? 0
      const openBytes = part.segment ? sizeOf(part.listed) - storedBytes : 0
      const bytes = taker.bytes - Math.max(0, openBytes)
      onProgress({ bytes, objects: taker.objects, records: taker.records })
    }
    await taker.flush()
  } finally {
    release()
    signal.removeEventListener('abort', stop)
    await parts.return(undefined)
    await files.close()
  }
}

async function* partsOf(
  objects: readonly ArchiveObject[],
  files: SpoolFiles,
  { taker }: ReadOptions<unknown>,
): AsyncGenerator<Part> {
  for (const [n, listed] of objects.entries()) {
    const held = await fetched(objects, n)
    if (isFault(held)) {
      taker.addFault(listed.path, held)
      continue
    }
    const { object, release } = held
    const of = { listed, object, release }
    const sniffed = await sniff(object)
    if (isHistograms(sniffed.format)) throw mixed({ path: object.path, ...sniffed })
    const isLines = sniffed.format === 'ndjson' && !sniffed.utf16
    const isUnpacked = object.kind === 'file' && sniffed.compression === 'none' && !sniffed.bom
    if (!isLines || (isUnpacked && (await fitsWhole(object, taker)))) {
      yield { ...of, sniffed, segment: null, isFirst: true }
      continue
    }
    let isFirst = true
    const report = (fault: Fault) => taker.addFault(object.path, fault)
    for await (const segment of spoolLines(object, sniffed, files, { report })) {
      yield { ...of, sniffed: plainLines, segment, isFirst }
      isFirst = false
    }
    if (isFirst)
      yield { ...of, sniffed: { ...plainLines, format: 'empty' }, segment: null, isFirst }
  }
}

/** The object of this number; what follows begins to be fetched. */
function fetched(objects: readonly ArchiveObject[], n: number) {
  const object = objects[n] as ArchiveObject // one of them
  const held = readable(object)
  for (const next of objects.slice(n + 1, n + 1 + FETCHED_AHEAD)) {
    if (next.kind === 'remote') next.copy.prefetch()
  }
  return held
}

/** Whether the records of a file, read as one part, surely have room in memory. */
async function fitsWhole(file: FileObject, taker: Taker): Promise<boolean> {
  if (file.sizeBytes <= LARGE_BYTES) return true
  const head = await peekBytes(file, HEAD_BYTES)
  const lines = head.reduce((count, byte) => count + Number(byte === LF), 1)
  return taker.hasRoom((file.sizeBytes / head.length) * lines, file.sizeBytes)
}

/** Begins to read each part while the one before is taken in. */
async function* started<Scan>(
  parts: AsyncGenerator<Part>,
  options: ReadOptions<Scan>,
): AsyncGenerator<StartedPart<Scan>> {
  for await (const part of parts) yield { ...part, scan: await startScan(part, options) }
}

async function startScan<Scan>(part: Part, options: ReadOptions<Scan>): Promise<Scan | null> {
  const { object, segment } = part
  const signal = signalOf(part, options)
  if (segment) return options.lines.start(segment.object, segment.plain, signal)
  return isPlainFile(part) && object.kind === 'file'
    ? options.lines.start(object, true, signal)
    : null
}

/** Whether the file can be read as it lies there, line by line. */
function isPlainFile({ object, segment, sniffed }: Part): boolean {
  const { format, utf16, bom } = sniffed
  return !segment && object.kind === 'file' && format === 'ndjson' && !utf16 && !bom
}

function signalOf({ object }: Part, { signal }: ReadOptions<unknown>): AbortSignal {
  return object.kind === 'stream' ? neverAborted : signal
}

const neverAborted = new AbortController().signal

/** @returns the number of the next record */
async function readPart<Scan>(
  part: StartedPart<Scan>,
  firstRecord: number,
  options: ReadOptions<Scan>,
): Promise<number> {
  const { object, sniffed, segment, scan } = part
  const { taker, lines, parquet } = options
  const signal = signalOf(part, options)
  if (segment) {
    const { fault: endsWith } = segment
    try {
      return await lines.read(segment.object, scan, { firstRecord, signal, endsWith })
    } finally {
      segment.release()
    }
  }
  if (sniffed.format === 'empty') {
    // A file that is gone since it was listed looks empty too.
    if (object.kind === 'file') await reportChange(object, taker)
    return firstRecord
  }
  if (sniffed.format === 'parquet') {
    if (object.kind === 'file') return parquet.read(object, signal)
    const whole = await spoolFile(object, options.spoolDir)
    return parquet.read(whole.object, signal).finally(whole.remove)
  }
  if (isPlainFile(part) && object.kind === 'file') {
    const { sizeBytes } = object
    const earlierBytes = taker.bytes - sizeBytes
    const onRead = (bytes: number) => {
      const { objects, records } = taker
      options.onProgress({ bytes: earlierBytes + Math.min(bytes, sizeBytes), objects, records })
    }
    const next = await lines.read(object, scan, { firstRecord, signal, onRead })
    await reportChange(object, taker)
    return next
  }
  return decodeRecords(object, sniffed, taker, { firstRecord, signal })
}

function sizeOf(object: ArchiveObject): number {
  return object.kind === 'stream' ? 0 : object.sizeBytes
}

/** What became of a file that DuckDB read, since it was listed. */
export async function reportChange(file: FileObject, taker: Taker): Promise<void> {
  const fault = await changeOf(file)
  if (fault) taker.addFault(file.path, fault)
}
