import { readBytes } from './bytes.js'
import type { ArchiveObject, Fault, Report, Sniffed } from './object.js'
import { type Segment, SegmentWriter, type Spool } from './segment.js'
import { makeTempFolder, removeTempFolder } from './temp-folder.js'

export type { Segment } from './segment.js'

export interface SpoolOptions {
  /** Where to make the folder for the segments. The system's temporary folder where not said. */
  dir?: string | undefined
  segmentBytes?: number | undefined
  maxLineBytes?: number | undefined
  /** Called for every fault, among them those that spoil nothing: see {@link Segment.fault}. */
  report?: Report | undefined
  chunkBytes?: number | undefined
}

const SEGMENT_BYTES = 128 * 1024 * 1024
const MAX_LINE_BYTES = 1024 * 1024
const AHEAD = 2
const LF = 10
const UTF8_BOM_BYTES = 3

/**
 * Unpacks line-delimited text into files that end at line ends, without its byte order mark, at
 * most two files ahead of the reader. The last one comes when gzip has been checked to its trailer.
 * The folder goes when the reader stops early, or has released the last segment.
 *
 * @throws EvtError `outside` where the disk is full
 */
export async function* spoolLines(
  object: ArchiveObject,
  sniffed: Sniffed,
  options: SpoolOptions = {},
): AsyncGenerator<Segment> {
  const folder = await makeTempFolder('evt-spool-', options.dir)
  const spool: Spool = { folder, unreleased: 0, ended: false, stopped: false }
  const segments = unpack(object, sniffed, options, spool)
  const pending: Promise<IteratorResult<Segment>>[] = []
  try {
    for (;;) {
      const next = await (pending.shift() ?? segments.next())
      if (next.done) break
      while (pending.length < AHEAD) pending.push(awaitedLater(segments.next()))
      yield next.value
    }
    spool.ended = true
  } finally {
    spool.stopped = true
    await Promise.allSettled(pending)
    if (!spool.ended || spool.unreleased === 0) await removeTempFolder(folder)
  }
}

/** Its rejection is not unhandled, only not yet looked at. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

async function* unpack(
  object: ArchiveObject,
  { compression, bom }: Sniffed,
  options: SpoolOptions,
  spool: Spool,
): AsyncGenerator<Segment> {
  const { segmentBytes = SEGMENT_BYTES, maxLineBytes = MAX_LINE_BYTES, chunkBytes } = options
  let fault: Fault | undefined
  const report = (found: Fault) => {
    if (!fault || fault.reason === 'changed') fault = found
    options.report?.(found)
  }
  const write = (number: number) => new SegmentWriter(spool, number, object.path, maxLineBytes)
  let storedBytes = 0
  const onStored = (bytes: number) => {
    storedBytes += bytes
  }
  const sinceLast = () => {
    const bytes = storedBytes
    storedBytes = 0
    return bytes
  }
  let count = 0
  let writer = write(count)
  let skipBytes = bom ? UTF8_BOM_BYTES : 0
  try {
    for await (const chunk of readBytes(object, { compression, report, onStored, chunkBytes })) {
      if (spool.stopped) return
      let left = chunk.subarray(Math.min(skipBytes, chunk.length))
      skipBytes -= chunk.length - left.length
      const lineEnd = left.lastIndexOf(LF) + 1
      if (writer.bytes + left.length >= segmentBytes && lineEnd > 0) {
        await writer.write(left.subarray(0, lineEnd))
        yield await writer.end(undefined, sinceLast())
        writer = write(++count)
        left = left.subarray(lineEnd)
      }
      await writer.write(left)
    }
    if (writer.bytes > 0 || fault) yield await writer.end(fault, sinceLast())
  } finally {
    await writer.close()
  }
}
