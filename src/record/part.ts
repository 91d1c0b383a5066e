import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, type Gzip } from 'node:zlib'

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

/** The lines of such a file. @throws what reading does, also where it is cut */
export async function* partLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const gunzip = createGunzip()
  // What fails is thrown by the iteration.
  pipeline(bytes, gunzip).catch(() => undefined)
  let parts: string[] = []
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    const [first = '', ...lines] = decoder.decode(chunk, { stream: true }).split('\n')
    parts.push(first)
    for (const line of lines) {
      yield parts.join('')
      parts = [line]
    }
  }
  const rest = parts.join('')
  if (rest !== '') yield rest
}
