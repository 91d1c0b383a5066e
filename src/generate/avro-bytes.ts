const FIRST_BYTES = 64 * 1024
const MOST_LONG_BYTES = 10
const LOW_BITS = 128
/** Below, 32 bits do. */
const SMALL = 2 ** 30

/** Values in the binary encoding of Avro, one after another. */
export class AvroBytes {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** An int or a long, a safe integer: zigzag, seven bits a byte, the least first. */
  long(value: number): void {
    this.#reserve(MOST_LONG_BYTES)
    if (value >= 0 && value < SMALL) {
      let small = value * 2
      for (; small >= LOW_BITS; small >>>= 7) {
        this.#bytes[this.#length++] = (small % LOW_BITS) + LOW_BITS
      }
      this.#bytes[this.#length++] = small
      return
    }
    // Above 2^52 doubling would lose a bit.
    let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
    for (; left >= LOW_BITS; left >>= 7n) {
      this.#bytes[this.#length++] = Number(left % BigInt(LOW_BITS)) + LOW_BITS
    }
    this.#bytes[this.#length++] = Number(left)
  }

  double(value: number): void {
    this.#reserve(Float64Array.BYTES_PER_ELEMENT)
    this.#bytes.writeDoubleLE(value, this.#length)
    this.#length += Float64Array.BYTES_PER_ELEMENT
  }

  text(text: string): void {
    this.bytes(Buffer.from(text))
  }

  /** With their length before them. */
  bytes(bytes: Uint8Array): void {
    this.long(bytes.length)
    this.raw(bytes)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** All that was written, which begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
