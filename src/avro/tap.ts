import { isUtf8 } from 'node:buffer'

/** What is wrong with Avro data, as the end of a sentence about the object. */
export class AvroFault extends Error {}

export class OutOfBytes extends AvroFault {}

const LOW_BITS = 28
const LOW = 2 ** LOW_BITS
const MOST_VARINT_BYTES = 10

/** Reads the primitive types of Avro one after another. */
export class AvroTap {
  at = 0
  /** Whether a text was not UTF-8: the row is one undecodable, and reading goes on. */
  hasBadText = false
  readonly bytes: Buffer
  /** How many more values may be read that take no bytes: a small schema can ask for billions. */
  #freeValues: number

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#freeValues = bytes.length * 16 + 1_000_000
  }

  get leftBytes(): number {
    return this.bytes.length - this.at
  }

  /** Counts a value that has no bytes of its own. */
  free(): void {
    if (--this.#freeValues < 0) throw new AvroFault('is corrupt Avro: more values than bytes')
  }

  byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new OutOfBytes('is corrupt Avro: a value beyond its block')
    this.at++
    return byte
  }

  /** An int or a long: a bigint beyond ±2^52. */
  long(): number | bigint {
    let low = 0
    let scale = 1
    const start = this.at
    for (;;) {
      const byte = this.byte()
      low += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
      if (scale === LOW * LOW) return this.#longFrom(start)
    }
    if (!Number.isSafeInteger(low)) return this.#longFrom(start)
    return low % 2 === 0 ? low / 2 : -(low + 1) / 2
  }

  /** A length or a count. */
  size(): number {
    const size = this.long()
    if (typeof size === 'bigint' || size < 0) throw new AvroFault('is corrupt Avro: invalid length')
    return size
  }

  text(): string {
    const bytes = this.take(this.size())
    const text = bytes.toString('utf8')
    // Where it was not UTF-8 there is this character; it may as well be one of the text.
    if (text.includes('\ufffd')) this.hasBadText ||= !isUtf8(bytes)
    return text
  }

  float(): number {
    return this.take(4).readFloatLE(0)
  }

  double(): number {
    return this.take(8).readDoubleLE(0)
  }

  take(size: number): Buffer {
    if (size > this.leftBytes) throw new OutOfBytes('is corrupt Avro: a value beyond its block')
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }

  #longFrom(start: number): bigint {
    this.at = start
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
      if (this.at - start === MOST_VARINT_BYTES) {
        throw new AvroFault('is corrupt Avro: an integer of more than 64 bits')
      }
    }
    const bits = BigInt.asUintN(64, value)
    return (bits >> 1n) ^ -(bits & 1n)
  }
}
