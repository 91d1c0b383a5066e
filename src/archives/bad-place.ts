import type { UndecodableReason } from '../event/event.js'
import { isSpace } from './json-scanner.js'
import { HEAD_BYTES } from './record-maker.js'

/** Bytes that no record can be made of, as they pass by. */
export class BadPlace {
  head: Buffer = Buffer.alloc(0)
  /** Up to the last byte that is no white space. */
  inkBytes = 0
  #bytes = 0
  /** All of it, where it is wanted whole and not too much. */
  #parts: Buffer[] | undefined

  constructor(
    public reason: UndecodableReason,
    public detail: string,
    private readonly mostBytes = 0,
  ) {
    this.#parts = mostBytes > 0 ? [] : undefined
  }

  /** All of it, without the white space behind it; undefined where that is not held. */
  get whole(): Buffer | undefined {
    return this.#parts && Buffer.concat(this.#parts).subarray(0, this.inkBytes)
  }

  blame(reason: UndecodableReason, detail: string): void {
    this.reason = reason
    this.detail = detail
  }

  add(part: Buffer): void {
    if (this.head.length < HEAD_BYTES) {
      this.head = Buffer.concat([this.head, part.subarray(0, HEAD_BYTES - this.head.length)])
    }
    let ink = part.length
    while (ink > 0 && isSpace(part[ink - 1] ?? 0)) ink--
    if (ink > 0) this.inkBytes = this.#bytes + ink
    this.#bytes += part.length
    if (this.#bytes > this.mostBytes) this.#parts = undefined
    else this.#parts?.push(part)
  }
}
