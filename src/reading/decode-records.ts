import type { Fault, RawRecord, ReadableObject, Sniffed } from '../archives/object.js'
import { readRecords } from '../archives/records.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Taker } from './taker.js'

export interface DecodeOptions {
  firstRecord: number
  signal: AbortSignal
  /** What is known to have cut the object off, where its bytes do not tell. */
  endsWith?: Fault | undefined
  /** False where the faults of the bytes are reported already. */
  reports?: boolean
}

/** Of a chunk all records are parsed before the first is decoded: more would outlive the garbage
 * collections meanwhile, and be copied. */
const CHUNK_BYTES = 128 * 1024

/** Reads an object, or a part of one, through the decoder.
 * @returns the number of the next record */
export async function decodeRecords(
  object: ReadableObject,
  sniffed: Sniffed,
  taker: Taker,
  options: DecodeOptions,
): Promise<number> {
  const { firstRecord, signal, endsWith, reports = true } = options
  let next = firstRecord
  const isWaiting = taker.waiting > 1
  const report = reports ? (fault: Fault) => taker.addFault(object.path, fault) : undefined
  const reading = { firstRecord, endsWith, report, chunkBytes: CHUNK_BYTES }
  for await (const batch of readRecords(object, sniffed, reading)) {
    for (let at = 0; at < batch.length && !(isWaiting && signal.aborted); at++) {
      const raw = batch[at] as RawRecord
      if (isWaiting && at % taker.waiting === 0) {
        await taker.fetchFor(valuesOf(object.path, batch.slice(at, at + taker.waiting)))
      }
      next += await addRaw(taker, object.path, raw, next)
    }
    if (signal.aborted) break
  }
  return next
}

/** Keeps a record as what the decoder says it is.
 * @returns how many records it is */
async function addRaw(taker: Taker, path: string, raw: RawRecord, record: number): Promise<number> {
  if ('bad' in raw) {
    taker.addUndecodable({ ...raw.bad, position: { path, record } })
    return 1
  }
  const count = await taker.add(recordOf(path, raw, record))
  if (taker.isFull) {
    await taker.flush()
    await taker.makeRoom()
  }
  return count
}

function valuesOf(path: string, records: readonly RawRecord[]): RecordValue[] {
  return records.flatMap((raw) => ('value' in raw ? [recordOf(path, raw)] : []))
}

/** @param record its number, where wrappers with entries came before it */
export function recordOf(
  path: string,
  raw: Extract<RawRecord, { value: unknown }>,
  record = raw.record,
): RecordValue {
  return {
    value: raw.value,
    position: { path, record },
    sizeBytes: raw.sizeBytes,
    // A copy that only undecodable records need.
    get head() {
      return raw.head
    },
    get text() {
      return raw.text
    },
  }
}
