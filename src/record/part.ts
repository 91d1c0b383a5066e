import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'

/** A file of lines that grows, compressed, and is on the disk when it is finished. */
export class Part {
  readonly #gzip: Gzip = createGzip()
  readonly #file: WriteStream
  readonly #done: Promise<void>
  #failure: { error: unknown } | undefined

  constructor(readonly path: string) {
    this.#file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
    this.#done = pipeline(this.#gzip, this.#file).catch((error) => {
      this.#failure = { error }
    })
  }

  /** What it has on the disk so far. */
  get sizeBytes(): number {
    return this.#file.bytesWritten
  }

  /** @throws what a write throws, also an earlier one */
  async write(text: string): Promise<void> {
    if (!this.#failure && !this.#gzip.write(text)) {
      await Promise.race([once(this.#gzip, 'drain'), this.#done])
    }
    if (this.#failure) throw this.#failure.error
  }

  async finish(): Promise<void> {
    this.#gzip.end()
    await this.#done
    if (this.#failure) throw this.#failure.error
  }

  async discard(): Promise<void> {
    this.#gzip.destroy()
    await this.#done
    await rm(this.path, { force: true })
  }
}
