import type { ArchiveObject, RawRecord } from '../archives/object.js'
import { isFault, readable, stopReading } from '../archives/readable.js'
import { readRecords } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import type { JsonObject } from '../event/event.js'

/** Some records of an archive, in its order. */
export interface Sample {
  readonly records: readonly SampledRecord[]
  /** How many records were looked at and hold no object, with the first of them. */
  readonly bad: number
  readonly badHeads: readonly BadHead[]
  /** How many objects were looked into, of how many. */
  readonly objects: number
  readonly objectsTotal: number
}

export interface SampledRecord {
  readonly value: JsonObject
  /** Records of one run stand side by side in their object. */
  readonly run: number
}

interface BadHead {
  readonly path: string
  readonly record: number
  readonly reason: string
  readonly head: string
}

export interface SampleLimits {
  readonly records: number
  /** This many objects share the records; more are opened, up to `mostObjects`, where these have
   * too few. */
  readonly objects: number
  readonly mostObjects: number
  /** Of decompressed text, over all objects. */
  readonly bytes: number
}

const LIMITS: SampleLimits = {
  records: 2_000,
  objects: 20,
  mostObjects: 200,
  bytes: 64 * 1024 * 1024,
}
const MOST_HEADS = 3

/**
 * Reads records from objects all over an archive: of each the first ones, and the last ones of what
 * is read of it. So there are neighbours, which show counters and keys, and there is distance.
 *
 * @param streamMs for so long a stream is read that does not end
 * @throws EvtError as readRecords; what damages an object only ends its sample
 */
export async function sampleArchive(
  objects: readonly ArchiveObject[],
  signal: AbortSignal,
  limits: SampleLimits = LIMITS,
  streamMs?: number,
): Promise<Sample> {
  const quota = Math.ceil(limits.records / Math.max(1, Math.min(limits.objects, objects.length)))
  const parts: { at: number; records: RawRecord[] }[] = []
  let records = 0
  let leftBytes = limits.bytes
  for (const at of spread(objects.length, limits)) {
    const object = objects[at]
    if (!object || records >= limits.records || leftBytes <= 0 || signal.aborted) break
    const shares = Math.max(1, Math.min(limits.objects, objects.length) - parts.length)
    const part = await endsOf(object, { quota, mostBytes: leftBytes / shares, signal, streamMs })
    parts.push({ at, records: part.records })
    records += part.records.length
    leftBytes -= part.bytes
  }
  parts.sort((a, b) => a.at - b.at)
  return { ...sorted(parts, objects), objects: parts.length, objectsTotal: objects.length }
}

/** One after the other. */
export function bothSamples(one: Sample, other: Sample): Sample {
  const runs = (one.records.at(-1)?.run ?? 0) + 1
  return {
    records: [...one.records, ...other.records.map((each) => ({ ...each, run: runs + each.run }))],
    bad: one.bad + other.bad,
    badHeads: [...one.badHeads, ...other.badHeads],
    objects: one.objects + other.objects,
    objectsTotal: one.objectsTotal + other.objectsTotal,
  }
}

/** Places all over a list: at first as many as are usual, then those between. */
function spread(length: number, { objects, mostObjects }: SampleLimits): number[] {
  const evenly = (count: number) =>
    Array.from({ length: Math.min(count, length) }, (_, n) =>
      Math.floor((n * length) / Math.min(count, length)),
    )
  return [...new Set([...evenly(objects), ...evenly(mostObjects)])]
}

function sorted(
  parts: readonly { at: number; records: readonly RawRecord[] }[],
  objects: readonly ArchiveObject[],
): Pick<Sample, 'records' | 'bad' | 'badHeads'> {
  const records: SampledRecord[] = []
  const badHeads: BadHead[] = []
  let bad = 0
  let run = 0
  for (const part of parts) {
    let next = -1
    for (const raw of part.records) {
      if (raw.record !== next) run += 1
      next = raw.record + 1
      if ('value' in raw) {
        records.push({ value: raw.value, run })
        continue
      }
      bad += 1
      const path = objects[part.at]?.path ?? ''
      const head = Buffer.from(raw.bad.head).toString()
      if (badHeads.length < MOST_HEADS) {
        badHeads.push({ path, record: raw.record, reason: raw.bad.reason, head })
      }
    }
  }
  return { records, bad, badHeads }
}

interface Share {
  readonly quota: number
  readonly mostBytes: number
  readonly signal: AbortSignal
  readonly streamMs: number | undefined
}

async function endsOf(
  given: ArchiveObject,
  share: Share,
): Promise<{ records: RawRecord[]; bytes: number }> {
  const { quota, mostBytes, signal, streamMs } = share
  if (given.kind === 'stream' && streamMs !== undefined) {
    const time = AbortSignal.timeout(streamMs)
    const ended = AbortSignal.any([signal, time])
    const part = await endsOf(given, { ...share, signal: ended, streamMs: undefined })
    // What was being written when the time was over is no fault.
    const last = part.records.at(-1)
    return time.aborted && last && 'bad' in last
      ? { ...part, records: part.records.slice(0, -1) }
      : part
  }
  const ends = new Ends<RawRecord>(quota)
  // Its first bytes may be waited for, too.
  const stop = () => stopReading(given)
  signal.addEventListener('abort', stop)
  let bytes = 0
  const held = await readable(given)
  if (isFault(held)) return { records: [], bytes: 0 }
  const { object, release } = held
  try {
    const sniffed = await sniff(object)
    if (sniffed.format === 'parquet') {
      const { parquetEnds } = await import('./parquet-ends.js')
      return { records: object.kind === 'file' ? await parquetEnds(object, quota) : [], bytes: 0 }
    }
    for await (const batch of readRecords(object, sniffed)) {
      for (const raw of batch) {
        ends.add(raw)
        bytes += 'bad' in raw ? raw.bad.sizeBytes : raw.sizeBytes
      }
      if (bytes >= mostBytes || signal.aborted) break
    }
  } finally {
    signal.removeEventListener('abort', stop)
    release()
  }
  return { records: ends.all(), bytes }
}

/** The first and the last of what comes, about as many of each. */
class Ends<T> {
  readonly #first: T[] = []
  #last: T[] = []
  readonly #half: number

  constructor(quota: number) {
    this.#half = Math.ceil(quota / 2)
  }

  add(value: T): void {
    if (this.#first.length < this.#half) this.#first.push(value)
    else this.#last.push(value)
    if (this.#last.length > 2 * this.#half) this.#last = this.#last.slice(-this.#half)
  }

  all(): T[] {
    return [...this.#first, ...this.#last.slice(-this.#half)]
  }
}
