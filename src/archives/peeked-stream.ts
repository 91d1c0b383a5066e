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
  #giveUp: (() => void) | undefined
  /** How many have been taken from it. */
  bytes = 0

  /**
   * @param stream yields bytes, as process.stdin does
   * @param path how to name it when it fails: `-` is stdin
   */
  constructor(stream: AsyncIterable<unknown>, path: string) {
    this.#name = path === '-' ? 'stdin' : path
    this.#rest = stream[Symbol.asyncIterator]()
  }

  /** Ends the stream where it is, also while more of it is waited for. */
  stop(): void {
    this.#ended = true
    this.#giveUp?.()
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
    const { done, value } = await this.#taken()
    if (done) this.#ended = true
    const chunk = bytesOf(value)
    this.bytes += chunk?.length ?? 0
    return chunk
  }

  #taken(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve({ done: true, value: undefined })
      this.#rest.next().then(resolve, (error) => reject(readError(this.#name, error)))
    })
  }
}

function bytesOf(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  if (!(value instanceof Uint8Array)) return undefined
  return Buffer.from(value.buffer, value.byteOffset, value.length)
}
