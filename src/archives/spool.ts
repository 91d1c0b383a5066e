import type { FileObject, ReadableObject, Report, Sniffed } from './object.js'
import type { UnpackedSegment } from './segment.js'
import type { SpoolFiles } from './spool-files.js'
import { type SegmentSizes, unpack } from './unpack.js'
import { unpackAside } from './unpack-aside.js'

/** A piece of line-delimited text in a file, until it is released. */
export interface Segment extends UnpackedSegment {
  /** The file as an object of the same path, for readRecords. */
  readonly object: FileObject
  /** Gives the file back: another segment may be written to it. */
  release(): void
}

export interface SpoolOptions extends SegmentSizes {
  /** Called for every fault, among them those that spoil nothing: see {@link Segment.fault}. */
  report?: Report | undefined
  /** A file of at least this size is unpacked by a thread of its own. */
  asideFromBytes?: number | undefined
}

/** To start a thread takes as long as to unpack some megabytes. */
const ASIDE_FROM_BYTES = 4 * 1024 * 1024

/**
 * Unpacks line-delimited text as {@link unpack} does, at most one file ahead of the reader.
 *
 * @throws EvtError `outside` where the disk is full
 */
export async function* spoolLines(
  object: ReadableObject,
  sniffed: Sniffed,
  files: SpoolFiles,
  options: SpoolOptions = {},
): AsyncGenerator<Segment> {
  let stopped = false
  const { segmentBytes, maxLineBytes, chunkBytes, report = () => undefined } = options
  const sizes = { segmentBytes, maxLineBytes, chunkBytes }
  const unpacking = {
    ...sizes,
    nextFile: () => files.take(),
    unused: (file: string) => files.give(file),
    report,
    isStopped: () => stopped,
  }
  const isAside =
    object.kind === 'file' && object.sizeBytes >= (options.asideFromBytes ?? ASIDE_FROM_BYTES)
  const segments = isAside
    ? unpackAside(object, sniffed, unpacking)
    : unpack(object, sniffed, unpacking)
  let next = segments.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = segments.next()
      // Its rejection is not unhandled, only not yet looked at.
      next.catch(() => undefined)
      yield releasable(value, object.path, files)
    }
  } finally {
    stopped = true
    await Promise.allSettled([next])
    await segments.return(undefined)
  }
}

function releasable(segment: UnpackedSegment, path: string, files: SpoolFiles): Segment {
  const { file, bytes: sizeBytes, mtimeMs } = segment
  let isReleased = false
  return {
    ...segment,
    object: { kind: 'file', path, file, sizeBytes, mtimeMs },
    release: () => {
      if (!isReleased) files.give(file)
      isReleased = true
    },
  }
}
