const SMALL_BYTES = 64 * 1024
const MOST_SPARE_BYTES = 16 * 1024 * 1024

/** The end of a run of bytes: what was read and is still needed. Bytes once given stay as they
 * are. */
export class HeldBytes {
  /** The offset of `bytes[0]` from the start of the object. */
  base = 0
  bytes: Buffer = Buffer.alloc(0)
  /** `bytes`, with room to grow behind it. */
  #room: Buffer = Buffer.alloc(0)

  append(chunk: Buffer): void {
    const held = this.bytes.length
    if (held === 0) {
      this.bytes = chunk
      this.#room = chunk
      return
    }
    const needed = held + chunk.length
    if (needed > this.#room.length) {
      const spare = held > SMALL_BYTES ? Math.min(held, MOST_SPARE_BYTES) : 0
      const room = Buffer.allocUnsafeSlow(needed + spare)
      this.bytes.copy(room)
      this.#room = room
    }
    chunk.copy(this.#room, held)
    this.bytes = this.#room.subarray(0, needed)
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.base += count
    this.bytes = this.bytes.subarray(count)
    this.#room = this.#room.subarray(count)
  }
}
