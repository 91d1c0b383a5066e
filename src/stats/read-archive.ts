import { peekBytes } from '../archives/bytes.js'
import type { ArchiveObject, Fault, FileObject, Sniffed } from '../archives/object.js'
import { sniff } from '../archives/sniff.js'
import { type Segment, spoolLines } from '../archives/spool.js'
import { spoolFile } from '../archives/spool-file.js'
import { SpoolFiles } from '../archives/spool-files.js'
import { ahead } from './ahead.js'
import { decodeRecords } from './decode-records.js'
import { mixed } from './hlog/objects.js'
import { type LineRows, reportChange, type StartedScan } from './line-rows.js'
import type { Loaded } from './load.js'
import type { ParquetRows } from './parquet-rows.js'
import { plainLines } from './plain-lines.js'

export interface ReadOptions {
  loaded: Loaded
  lines: LineRows
  parquet: ParquetRows
  signal: AbortSignal
  spoolDir?: string | undefined
  /** Called whenever more has been read; `bytes` as stored. */
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

/** What is read next: a whole object, or a part of one that was unpacked. */
interface Part {
  object: ArchiveObject
  sniffed: Sniffed
  segment: Segment | null
  isFirst: boolean
}

interface StartedPart extends Part {
  scan: StartedScan | null
}

const LARGE_BYTES = 128 * 1024 * 1024
const HEAD_BYTES = 64 * 1024
const LF = 10

/**
 * Reads objects in their order into `loaded`. Lines that DuckDB reads faithfully go through SQL,
 * everything else through the decoder; what is compressed is unpacked ahead, while what came before
 * is measured.
 */
export async function readArchive(
  objects: readonly ArchiveObject[],
  options: ReadOptions,
): Promise<void> {
  const { loaded, signal, onProgress } = options
  const stop = () => stopStreams(objects)
  signal.addEventListener('abort', stop)
  const files = new SpoolFiles(options.spoolDir)
  const unpacked = ahead(partsOf(objects, files, options), 1)
  // Two scans at once take twice the memory.
  const parts = ahead(started(unpacked, options), loaded.scansAhead ? 1 : 0)
  let firstRecord = 1
  let storedBytes = 0
  try {
    for await (const part of parts) {
      if (signal.aborted && part.object.kind === 'file') {
        part.segment?.release()
        break
      }
      if (part.isFirst) {
        await loaded.begin(part.object)
        firstRecord = 1
        storedBytes = 0
      }
      firstRecord = await readPart(part, firstRecord, options)
      await loaded.spillIfFull()
      storedBytes += part.segment?.storedBytes ?? 0
      const openBytes = part.segment ? sizeOf(part.object) - storedBytes : 0
      const bytes = loaded.bytes - Math.max(0, openBytes)
      onProgress({ bytes, objects: loaded.objects, records: loaded.records })
    }
    await loaded.flush()
  } finally {
    signal.removeEventListener('abort', stop)
    await parts.return(undefined)
    await files.close()
  }
}

async function* partsOf(
  objects: readonly ArchiveObject[],
  files: SpoolFiles,
  { loaded }: ReadOptions,
): AsyncGenerator<Part> {
  for (const object of objects) {
    const sniffed = await sniff(object)
    if (sniffed.format === 'hlog') throw mixed(object.path)
    const isLines = sniffed.format === 'ndjson' && !sniffed.utf16
    const isUnpacked = object.kind === 'file' && sniffed.compression === 'none' && !sniffed.bom
    if (!isLines || (isUnpacked && (await fitsWhole(object, loaded)))) {
      yield { object, sniffed, segment: null, isFirst: true }
      continue
    }
    let isFirst = true
    const report = (fault: Fault) => loaded.addFault(object.path, fault)
    for await (const segment of spoolLines(object, sniffed, files, { report })) {
      yield { object, sniffed: plainLines, segment, isFirst }
      isFirst = false
    }
    if (isFirst)
      yield { object, sniffed: { ...plainLines, format: 'empty' }, segment: null, isFirst }
  }
}

/** Whether the deliveries of a file, read as one part, surely have room in memory. */
async function fitsWhole(file: FileObject, loaded: Loaded): Promise<boolean> {
  if (file.sizeBytes <= LARGE_BYTES) return true
  if (loaded.isSpilling) return false
  const head = await peekBytes(file, HEAD_BYTES)
  const lines = head.reduce((count, byte) => count + Number(byte === LF), 1)
  return loaded.hasRoom((file.sizeBytes / head.length) * lines)
}

/** Begins to read each part while the one before is measured. */
async function* started(
  parts: AsyncGenerator<Part>,
  options: ReadOptions,
): AsyncGenerator<StartedPart> {
  for await (const part of parts) yield { ...part, scan: await startScan(part, options) }
}

async function startScan(part: Part, options: ReadOptions): Promise<StartedScan | null> {
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

function signalOf({ object }: Part, { signal }: ReadOptions): AbortSignal {
  return object.kind === 'stream' ? neverAborted : signal
}

/** An interruption is the end of a stream: what came until then is read. */
function stopStreams(objects: readonly ArchiveObject[]): void {
  for (const object of objects) if (object.kind === 'stream') object.stream.stop()
}

const neverAborted = new AbortController().signal

/** @returns the number of the next record */
async function readPart(
  part: StartedPart,
  firstRecord: number,
  options: ReadOptions,
): Promise<number> {
  const { object, sniffed, segment, scan } = part
  const { loaded, lines, parquet } = options
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
    if (object.kind === 'file') await reportChange(object, loaded)
    return firstRecord
  }
  if (sniffed.format === 'parquet') {
    if (object.kind === 'file') return parquet.read(object, signal)
    const whole = await spoolFile(object, options.spoolDir)
    return parquet.read(whole.object, signal).finally(whole.remove)
  }
  if (isPlainFile(part) && object.kind === 'file') {
    const { sizeBytes } = object
    const earlierBytes = loaded.bytes - sizeBytes
    const onRead = (bytes: number) => {
      const { objects, records } = loaded
      options.onProgress({ bytes: earlierBytes + Math.min(bytes, sizeBytes), objects, records })
    }
    const next = await lines.read(object, scan, { firstRecord, signal, onRead })
    await reportChange(object, loaded)
    return next
  }
  return decodeRecords(object, sniffed, loaded, { firstRecord, signal })
}

function sizeOf(object: ArchiveObject): number {
  return object.kind === 'file' ? object.sizeBytes : 0
}
