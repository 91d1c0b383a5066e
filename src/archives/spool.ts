import { rm } from 'node:fs/promises'
import type { ArchiveObject, FileObject, Report, Sniffed } from './object.js'
import type { UnpackedSegment } from './segment.js'
import { makeTempFolder, removeTempFolder } from './temp-folder.js'
import { type SegmentSizes, unpack } from './unpack.js'
import { unpackAside } from './unpack-aside.js'

/** A piece of line-delimited text in a file that is gone when it is released. */
export interface Segment extends UnpackedSegment {
  /** The file as an object of the same path, for readRecords. */
  readonly object: FileObject
  /** Removes the file. */
  release(): Promise<void>
}

export interface SpoolOptions extends SegmentSizes {
  /** Where to make the folder for the segments. The system's temporary folder where not said. */
  dir?: string | undefined
  /** Called for every fault, among them those that spoil nothing: see {@link Segment.fault}. */
  report?: Report | undefined
  /** A file of at least this size is unpacked by a thread of its own. */
  asideFromBytes?: number | undefined
}

const AHEAD = 2
/** To start a thread takes as long as to unpack some megabytes. */
const ASIDE_FROM_BYTES = 4 * 1024 * 1024

/**
 * Unpacks line-delimited text as {@link unpack} does, at most two files ahead of the reader. The
 * folder goes when the reader stops early, or has released the last segment.
 *
 * @throws EvtError `outside` where the disk is full
 */
export async function* spoolLines(
  object: ArchiveObject,
  sniffed: Sniffed,
  options: SpoolOptions = {},
): AsyncGenerator<Segment> {
  const folder = await makeTempFolder('evt-spool-', options.dir)
  let unreleased = 0
  let ended = false
  let stopped = false
  const report = options.report ?? (() => undefined)
  const unpacking = { ...options, folder, report, isStopped: () => stopped }
  const isAside =
    object.kind === 'file' && object.sizeBytes >= (options.asideFromBytes ?? ASIDE_FROM_BYTES)
  const segments = isAside
    ? unpackAside(object, sniffed, unpacking)
    : unpack(object, sniffed, unpacking)
  const pending: Promise<IteratorResult<UnpackedSegment>>[] = []
  const release = async (file: string) => {
    await rm(file, { force: true })
    unreleased -= 1
    if (ended && unreleased === 0) await removeTempFolder(folder)
  }
  try {
    for (;;) {
      const next = await (pending.shift() ?? segments.next())
      if (next.done) break
      while (pending.length < AHEAD) pending.push(awaitedLater(segments.next()))
      unreleased += 1
      yield releasable(next.value, object.path, release)
    }
    ended = true
  } finally {
    stopped = true
    await Promise.allSettled(pending)
    await segments.return(undefined)
    if (!ended || unreleased === 0) await removeTempFolder(folder)
  }
}

function releasable(
  segment: UnpackedSegment,
  path: string,
  release: (file: string) => Promise<void>,
): Segment {
  const { file, bytes: sizeBytes, mtimeMs } = segment
  let isReleased = false
  return {
    ...segment,
    object: { kind: 'file', path, file, sizeBytes, mtimeMs },
    release: async () => {
      if (isReleased) return
      isReleased = true
      await release(file)
    },
  }
}

/** Its rejection is not unhandled, only not yet looked at. */
function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
