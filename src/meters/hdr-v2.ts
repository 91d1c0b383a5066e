import { deflateSync, inflateSync } from 'node:zlib'
import { HdrBuckets, halfMagnitude } from './hdr-buckets.js'

/** A histogram, or why the text holds none; the reason follows the name of the text. */
export type HdrReading = { ok: true; histogram: HdrBuckets } | { ok: false; fault: string }

/* HdrHistogram's encodings, big endian (HdrHistogram, AbstractHistogram.java). V2, compressed:
 * int32 cookie, int32 length, zlib of int32 cookie, int32 payload length, int32 normalizing offset,
 * int32 digits, int64 lowest, int64 highest, float64 ratio, counts. A count is a ZigZag LEB128
 * integer of at most 9 bytes; a negative one stands for so many empty buckets. */
const COMPRESSED = 0x1c849304
const PLAIN = 0x1c849303
/** These bits of a cookie are the size of a word, or a mark. */
const COOKIE_MARKS = 0xf0
const V2_MARK = 0x10
const otherEncodings: ReadonlyMap<number, string> = new Map([
  [0x1c849302, 'encoded as V1'],
  [0x1c849301, 'encoded as V1'],
  [0x1c849309, 'encoded as V0'],
  [0x1c849308, 'encoded as V0'],
  [0x0c72120f, 'a DoubleHistogram'],
  [0x0c72120e, 'a DoubleHistogram'],
])
const OUTER_BYTES = 8
const HEADER_BYTES = 40
const MAX_DIGITS = 5
/** More than a histogram takes whose buckets are all in use, with 5 digits: no less is refused. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024
const MAX_COUNT_BYTES = 9

/** Reads a compressed V2 histogram in base64, whoever wrote it. The normalizing offset and the
 * ratio are not looked at: counts come in order of their values whatever they say. */
export function readHdr(base64: string): HdrReading {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return bad('is no base64')
  const packed = Buffer.from(base64, 'base64')
  if (packed.length < OUTER_BYTES) return bad('is cut')
  const fault = cookieFault(packed.readInt32BE(0), COMPRESSED)
  if (fault !== undefined) return bad(fault)
  const length = packed.readInt32BE(4)
  if (length < 0) return bad('is corrupt: its length is negative')
  if (OUTER_BYTES + length > packed.length) return bad('is cut')
  try {
    const contents = packed.subarray(OUTER_BYTES, OUTER_BYTES + length)
    return readPlain(inflateSync(contents, { maxOutputLength: MAX_PLAIN_BYTES }))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return bad(
      error.code === 'ERR_BUFFER_TOO_LARGE'
        ? 'unpacks to more than 64 MiB'
        : `is corrupt: ${error.message}`,
    )
  }
}

function bad(fault: string): HdrReading {
  return { ok: false, fault }
}

function cookieFault(cookie: number, wanted: number): string | undefined {
  const base = cookie & ~COOKIE_MARKS
  if (base === wanted) return undefined
  const known = otherEncodings.get(base)
  return known === undefined ? 'is no histogram' : `is ${known}; evt reads V2`
}

function readPlain(plain: Buffer): HdrReading {
  if (plain.length < HEADER_BYTES) return bad('is cut')
  const fault = cookieFault(plain.readInt32BE(0), PLAIN)
  if (fault !== undefined) return bad(fault)
  const length = plain.readInt32BE(4)
  const digits = plain.readInt32BE(12)
  const lowest = plain.readBigInt64BE(16)
  if (length < 0 || HEADER_BYTES + length > plain.length) return bad('is cut')
  if (digits < 0 || digits > MAX_DIGITS) return bad(`has ${digits} significant digits`)
  if (lowest < 1n) return bad(`has ${lowest} for its lowest value`)
  const unitMagnitude = lowest.toString(2).length - 1
  if (unitMagnitude + halfMagnitude(digits) > 61) return bad(`has ${lowest} for its lowest value`)
  const histogram = new HdrBuckets(digits, unitMagnitude, plain.readBigInt64BE(24))
  const counts = plain.subarray(HEADER_BYTES, HEADER_BYTES + length)
  return readCounts(counts, histogram) ?? { ok: true, histogram }
}

function readCounts(bytes: Buffer, histogram: HdrBuckets): HdrReading | undefined {
  const { room } = histogram
  let index = 0
  for (let at = 0; at < bytes.length; ) {
    let coded = 0
    let scale = 1
    let more = true
    for (let size = 1; more; size++) {
      const byte = bytes[at++]
      if (byte === undefined) return bad('is cut')
      // The ninth byte has no room for a mark: all of its bits are the number's.
      more = size < MAX_COUNT_BYTES && byte >= 0x80
      coded += (more ? byte & 0x7f : byte) * scale
      scale *= 0x80
    }
    if (coded > Number.MAX_SAFE_INTEGER) return bad('has a count beyond 2^52')
    const isRun = coded % 2 === 1
    if (!isRun) histogram.addAt(index, coded / 2)
    index += isRun ? (coded + 1) / 2 : 1
    if (index > room) return bad('has values beyond 2^63')
  }
  if (histogram.total <= Number.MAX_SAFE_INTEGER) return undefined
  return bad('has more values than 2^53')
}

/** The same as base64, with the header that HdrHistogram writes. */
export function writeHdr(histogram: HdrBuckets): string {
  const counts = countBytes(histogram)
  const plain = Buffer.alloc(HEADER_BYTES)
  plain.writeInt32BE(PLAIN | V2_MARK, 0)
  plain.writeInt32BE(counts.length, 4)
  plain.writeInt32BE(histogram.digits, 12)
  plain.writeBigInt64BE(1n << BigInt(histogram.unitMagnitude), 16)
  plain.writeBigInt64BE(histogram.highest, 24)
  plain.writeDoubleBE(1, 32)
  const packed = deflateSync(Buffer.concat([plain, counts]))
  const outer = Buffer.alloc(OUTER_BYTES)
  outer.writeInt32BE(COMPRESSED | V2_MARK, 0)
  outer.writeInt32BE(packed.length, 4)
  return Buffer.concat([outer, packed]).toString('base64')
}

function countBytes(histogram: HdrBuckets): Buffer {
  const bytes: number[] = []
  let next = 0
  for (const [index, count] of histogram.entries()) {
    const empty = index - next
    // A single empty bucket is written as the count it has.
    if (empty > 0) pushCoded(bytes, empty === 1 ? 0 : empty * 2 - 1)
    pushCoded(bytes, count * 2)
    next = index + 1
  }
  return Buffer.from(bytes)
}

function pushCoded(bytes: number[], coded: number): void {
  let rest = coded
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  bytes.push(rest)
}
