import type { ArchiveObject } from '../archives/object.js'
import { EvtError } from '../errors.js'

/** What is about to be fetched, before any of it is. */
export interface RemoteReading {
  readonly objects: number
  readonly bytes: number
  /** Of the requests, at list price; transfer out of the region is not in it. */
  readonly usd: number
}

export interface RemoteLimits {
  /** The most that may be fetched. */
  maxBytes?: number | undefined
  /** Told of what is large. */
  onLarge?: ((reading: RemoteReading) => void) | undefined
}

const LARGE_BYTES = 1e9
const PART_BYTES = 16 * 1024 ** 2
/** Of S3 Standard in us-east-1: $0.0004 for 1,000 GETs. */
const USD_PER_GET = 4e-7

/**
 * Says what a large archive in S3 takes to be read, before it is.
 *
 * @throws EvtError `usage` where it is more than may be read
 */
export function checkRemote(
  objects: readonly ArchiveObject[],
  { maxBytes, onLarge }: RemoteLimits,
): void {
  const reading = readingOf(objects)
  if (maxBytes !== undefined && reading.bytes > maxBytes) {
    const { objects: count, bytes } = reading
    throw new EvtError(
      `${count.toLocaleString('en')} objects of ${bytes.toLocaleString('en')} bytes are more ` +
        `than --max-bytes ${maxBytes.toLocaleString('en')}`,
      { code: 'usage', hint: 'name a longer prefix, or --since and --until for partitioned ones' },
    )
  }
  if (reading.bytes >= LARGE_BYTES) onLarge?.(reading)
}

function readingOf(objects: readonly ArchiveObject[]): RemoteReading {
  let [count, bytes, gets] = [0, 0, 0]
  for (const object of objects) {
    if (object.kind !== 'remote') continue
    count += 1
    bytes += object.sizeBytes
    gets += Math.max(1, Math.ceil(object.sizeBytes / PART_BYTES))
  }
  return { objects: count, bytes, usd: gets * USD_PER_GET }
}
