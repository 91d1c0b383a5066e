import { readError } from './read-error.js'

/**
 * A stream whose first bytes can be looked at before it is read. The bytes looked at are read
 * again, so `peek` may be called any number of times, but reading can begin only once.
 *
 * Both throw EvtError: `usage` where reading is not permitted, `outside` where it fails.
 */
export class PeekedStream implements AsyncIterable<Buffer> {
  readonly #rest: AsyncIterator<unknown>
  #held: Buffer = Buffer.alloc(0)
  readonly #name: string
  #ended = false

  /**
   * @param stream yields bytes, as process.stdin does
   * @param path how to name it when it fails: `-` is stdin
   */
  constructor(stream: AsyncIterable<unknown>, path: string) {
    this.#name = path === '-' ? 'stdin' : path
    this.#rest = stream[Symbol.asyncIterator]()
  }

  /** At least `sizeBytes` from the start, or all there is. */
  async peek(sizeBytes: number): Promise<Buffer> {
    const parts = [this.#held]
    let heldBytes = this.#held.length
    while (heldBytes < sizeBytes) {
      const chunk = await this.#next()
      if (!chunk) break
      parts.push(chunk)
      heldBytes += chunk.length
    }
    this.#held = Buffer.concat(parts)
    return this.#held
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    if (held.length > 0) yield held
    try {
      for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk
    } finally {
      // Not awaited: a pipe that has no more to say would hold up a reader that wants no more.
      this.#rest.return?.().catch(() => undefined)
    }
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#ended) return undefined
    const { done, value } = await this.#rest.next().catch((error: unknown) => {
      throw readError(this.#name, error)
    })
    if (done) this.#ended = true
    else if (value instanceof Uint8Array)
      return Buffer.from(value.buffer, value.byteOffset, value.length)
    else if (typeof value === 'string') return Buffer.from(value)
    return undefined
  }
}
