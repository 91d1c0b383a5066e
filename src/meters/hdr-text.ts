import { deflateSync, inflateSync } from 'node:zlib'

/* HdrHistogram's V2 encoding, big endian (HdrHistogram, AbstractHistogram.java):
 * compressed: int32 cookie, int32 length, zlib of
 * int32 cookie, int32 payload length, int32 normalizing offset, int32 digits, int64 lowest,
 * int64 highest, float64 ratio of integers to doubles, counts. */
const COMPRESSED_HEADER_BYTES = 8
const OFFSET_AT = 8
const HIGHEST_AT = 24
const RATIO_AT = 32

/**
 * The same histogram as base64 with a header that depends on its contents alone.
 * hdr-histogram-js 3.0.1 writes the range that it happened to grow to, an offset of 1 and a ratio
 * of 5e-324, for which HdrHistogram's Rust reader refuses the whole.
 */
export function canonicalBase64(base64: string, highest: number): string {
  const written = Buffer.from(base64, 'base64')
  const length = written.readInt32BE(4)
  const start = COMPRESSED_HEADER_BYTES
  const plain = inflateSync(written.subarray(start, start + length))
  plain.writeInt32BE(0, OFFSET_AT)
  plain.writeBigInt64BE(BigInt(highest), HIGHEST_AT)
  plain.writeDoubleBE(1, RATIO_AT)
  const packed = deflateSync(plain)
  const header = Buffer.from(written.subarray(0, start))
  header.writeInt32BE(packed.length, 4)
  return Buffer.concat([header, packed]).toString('base64')
}
