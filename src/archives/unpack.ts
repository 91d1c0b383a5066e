import { readBytes } from './bytes.js'
import type { Fault, ReadableObject, Report, Sniffed } from './object.js'
import { SegmentWriter, type UnpackedSegment } from './segment.js'

/** How an object is cut into segments. */
export interface SegmentSizes {
  segmentBytes?: number | undefined
  maxLineBytes?: number | undefined
  chunkBytes?: number | undefined
}

export interface UnpackOptions extends SegmentSizes {
  /** Says where the next segment is written: a file that may be there, with something in it. */
  nextFile(): Promise<string>
  /** Called for every fault, among them those that spoil nothing: see {@link UnpackedSegment}. */
  report: Report
  /** Whether nobody wants more. */
  isStopped(): boolean
}

/** A query takes as long to plan as megabytes to read: most files are one segment. */
const SEGMENT_BYTES = 256 * 1024 * 1024
const MAX_LINE_BYTES = 1024 * 1024
const LF = 10
const UTF8_BOM_BYTES = 3

/**
 * Unpacks line-delimited text into files that end at line ends, without its byte order mark. The
 * last one comes when the compressed data has been checked to its end.
 *
 * @throws EvtError `outside` where the disk is full
 */
export async function* unpack(
  object: ReadableObject,
  { compression, bom }: Sniffed,
  options: UnpackOptions,
): AsyncGenerator<UnpackedSegment> {
  const { segmentBytes = SEGMENT_BYTES, maxLineBytes = MAX_LINE_BYTES, chunkBytes } = options
  let fault: Fault | undefined
  const report = (found: Fault) => {
    if (!fault || fault.reason === 'changed') fault = found
    options.report(found)
  }
  const place = { path: object.path, nextFile: options.nextFile }
  const write = () => new SegmentWriter(place, maxLineBytes)
  let storedBytes = 0
  const onStored = (bytes: number) => {
    storedBytes += bytes
  }
  const sinceLast = () => {
    const bytes = storedBytes
    storedBytes = 0
    return bytes
  }
  let writer = write()
  let skipBytes = bom ? UTF8_BOM_BYTES : 0
  try {
    for await (const chunk of readBytes(object, { compression, report, onStored, chunkBytes })) {
      if (options.isStopped()) return
      let left = chunk.subarray(Math.min(skipBytes, chunk.length))
      skipBytes -= chunk.length - left.length
      const lineEnd = left.lastIndexOf(LF) + 1
      if (writer.bytes + left.length >= segmentBytes && lineEnd > 0) {
        await writer.write(left.subarray(0, lineEnd))
        yield await writer.end(undefined, sinceLast())
        writer = write()
        left = left.subarray(lineEnd)
      }
      await writer.write(left)
    }
    if (writer.bytes > 0 || fault) yield await writer.end(fault, sinceLast())
  } finally {
    await writer.close()
  }
}
