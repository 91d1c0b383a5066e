import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { TransformStream, type WritableStreamDefaultWriter } from 'node:stream/web'
import type { Encryption } from './age.js'

const BUFFERED_CHARACTERS = 256 * 1024

/** A new file that is written text by text, hashed meanwhile, and encrypted where that is asked
 * for: what it is of is never on the disk then. */
export class TextFile {
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #secret: Secret | undefined
  #bytes = 0
  #waiting: string[] = []
  #characters = 0

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async open(path: string, encryption?: Encryption): Promise<TextFile> {
    const file = new TextFile(await open(path, 'wx', 0o600))
    if (encryption) file.#secret = new Secret(encryption, (bytes) => file.#put(bytes))
    return file
  }

  async write(text: string): Promise<void> {
    this.#waiting.push(text)
    this.#characters += text.length
    if (this.#characters >= BUFFERED_CHARACTERS) await this.#flush()
  }

  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.#flush()
    await this.#take(bytes)
  }

  /** What is written is on the disk then. The hash is of what is there, encrypted or not. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.#flush()
    await this.#secret?.finish()
    await this.#handle.sync()
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const bytes = Buffer.from(this.#waiting.join(''))
    this.#waiting = []
    this.#characters = 0
    await this.#take(bytes)
  }

  #take(bytes: Uint8Array): Promise<void> {
    return this.#secret ? this.#secret.write(bytes) : this.#put(bytes)
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#handle.writeFile(bytes)
  }
}

/** Bytes on their way through an encryption. */
class Secret {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #done: Promise<void>

  constructor(encryption: Encryption, put: (bytes: Uint8Array) => Promise<void>) {
    const plain = new TransformStream<Uint8Array, Uint8Array>()
    this.#writer = plain.writable.getWriter()
    this.#done = (async () => {
      for await (const chunk of await encryption.encrypt(plain.readable)) await put(chunk)
    })()
    // Told by whoever writes next, or finishes.
    this.#done.catch((error: unknown) => this.#writer.abort(error).catch(() => undefined))
  }

  async write(bytes: Uint8Array): Promise<void> {
    await Promise.race([this.#writer.write(bytes), this.#done])
  }

  async finish(): Promise<void> {
    await Promise.all([this.#writer.close(), this.#done])
  }
}
