import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

const BUFFERED_CHARACTERS = 256 * 1024

/** A new file that is written text by text, and hashed meanwhile. */
export class TextFile {
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0
  #waiting: string[] = []
  #characters = 0

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async open(file: string): Promise<TextFile> {
    return new TextFile(await open(file, 'wx', 0o600))
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text)
    this.#characters += text.length
    if (this.#characters >= BUFFERED_CHARACTERS) await this.#flush()
  }

  /** What is written is on the disk then. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.#flush()
    await this.#handle.sync()
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting.join(''))
    this.#waiting = []
    this.#characters = 0
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#handle.writeFile(bytes)
  }
}
