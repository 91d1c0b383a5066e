import { EvtError } from '../errors.js'

/** What is used of libzstd; addresses are offsets in its memory. */
interface Libzstd {
  readonly memory: { readonly buffer: ArrayBuffer }
  malloc(bytes: number): number
  free(at: number): void
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): number
  /** Reads from a buffer into a buffer, each { address, size, position }, 32 bits each.
   * @returns how many bytes it would like next; 0 at the end of a frame; or an error, negated */
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

/** A block is at most 128 KiB. */
const INPUT_BYTES = 128 * 1024
/** Of input and output, one behind the other. */
const BUFFER_BYTES = 12
const FIRST_BYTES = 5
const BLOCK_HEADER_BYTES = 3
const MOST_ERRORS = 120
const OUT_OF_MEMORY = 64

/** By the numbers of zstd_errors.h, as the end of a sentence about the object. */
const failures: Readonly<Record<number, string>> = {
  10: 'is corrupt zstd: data after its end',
  14: 'is corrupt zstd: invalid frame header',
  16: 'needs a zstd window of more than 128 MiB, which is not unpacked',
  20: 'is corrupt zstd: invalid data',
  22: 'is corrupt zstd: incorrect data check',
  32: 'needs a zstd dictionary',
}

let library: Libzstd | undefined
let loading: Promise<void> | undefined

/**
 * One run of libzstd, which is WebAssembly, so that zstd is the same on every Node. A call that
 * fails gives none of its output: therefore it is never given more than the rest of one block.
 */
export class ZstdEngine {
  /** What is wrong with the data: nothing more can be unpacked. */
  failure: string | undefined
  /** Null before the first byte. */
  #wanted: number | null = null
  readonly #library: Libzstd
  readonly #context: number
  readonly #input: number
  readonly #output: number
  readonly #buffers: number
  readonly #outputBytes: number
  #outputAt = 0

  static async open(chunkBytes: number): Promise<ZstdEngine> {
    const engine = ZstdEngine.openLoaded(chunkBytes)
    if (engine) return engine
    await loadZstd()
    return ZstdEngine.open(chunkBytes)
  }

  /** For those who cannot wait; undefined before {@link loadZstd}. */
  static openLoaded(chunkBytes: number): ZstdEngine | undefined {
    return library && new ZstdEngine(library, chunkBytes)
  }

  private constructor(loaded: Libzstd, chunkBytes: number) {
    this.#library = loaded
    this.#outputBytes = chunkBytes
    this.#context = loaded.ZSTD_createDCtx()
    this.#buffers = loaded.malloc(2 * BUFFER_BYTES)
    this.#input = loaded.malloc(INPUT_BYTES)
    this.#output = loaded.malloc(chunkBytes)
    if ([this.#context, this.#buffers, this.#input, this.#output].includes(0)) throw outOfMemory()
  }

  /** Whether a frame has begun that has not ended; so it has where there was nothing at all. */
  get isInFrame(): boolean {
    return this.#wanted !== 0
  }

  /** All that can be unpacked so far, in chunks that may be kept. */
  *unpack(piece: Buffer): Generator<Buffer> {
    for (let at = 0; at < piece.length && !this.failure; ) {
      const part = piece.subarray(at, at + this.#partBytes())
      at += part.length
      this.#give(part)
      let goesOn = true
      while (goesOn && !this.failure) {
        const leftBytes = part.length - this.#read()
        const isFull = this.#outputAt === this.#outputBytes
        if (isFull) yield this.#taken()
        goesOn = this.#wanted !== 0 && (isFull || leftBytes > 0)
      }
    }
    if (this.#outputAt > 0) yield this.#taken()
  }

  close(): void {
    this.#library.ZSTD_freeDCtx(this.#context)
    for (const at of [this.#input, this.#output, this.#buffers]) this.#library.free(at)
  }

  /** What is wanted includes the header of the next block, which may be the one that is bad. */
  #partBytes(): number {
    const wanted = this.#wanted || FIRST_BYTES + BLOCK_HEADER_BYTES
    const bytes = Math.max(wanted - BLOCK_HEADER_BYTES, Math.min(wanted, BLOCK_HEADER_BYTES))
    return Math.min(bytes, INPUT_BYTES)
  }

  #give(part: Buffer): void {
    new Uint8Array(this.#library.memory.buffer).set(part, this.#input)
    this.#describe(this.#buffers, [this.#input, part.length, 0])
  }

  /** @returns how far the input was read */
  #read(): number {
    const output = this.#buffers + BUFFER_BYTES
    this.#describe(output, [this.#output, this.#outputBytes, this.#outputAt])
    const result = this.#library.ZSTD_decompressStream(this.#context, output, this.#buffers) | 0
    if (result < 0 && result > -MOST_ERRORS) {
      if (result === -OUT_OF_MEMORY) throw outOfMemory()
      this.failure = failures[-result] ?? `is corrupt zstd: error ${-result}`
      return 0
    }
    this.#wanted = result >>> 0
    const view = new DataView(this.#library.memory.buffer)
    this.#outputAt = view.getUint32(output + 8, true)
    return view.getUint32(this.#buffers + 8, true)
  }

  #describe(at: number, words: readonly number[]): void {
    const view = new DataView(this.#library.memory.buffer)
    for (const [i, word] of words.entries()) view.setUint32(at + i * 4, word, true)
  }

  #taken(): Buffer {
    const chunk = Buffer.allocUnsafeSlow(this.#outputAt)
    chunk.set(new Uint8Array(this.#library.memory.buffer, this.#output, this.#outputAt))
    this.#outputAt = 0
    return chunk
  }
}

/** Makes the library ready, once. */
export function loadZstd(): Promise<void> {
  loading ??= load()
  return loading
}

/** The package's own streaming wants its input at once and does not look for errors, so only its
 * build of libzstd is taken. */
async function load(): Promise<void> {
  const { ZSTDDecoder } = await import('zstddec/stream')
  let exported: unknown
  class Decoder extends ZSTDDecoder {
    override _init(result: { instance: { exports: unknown } }): void {
      // Called without `this`. The cast: the parameter's type is the browser's.
      ZSTDDecoder.prototype._init(result as never)
      exported = result.instance.exports
    }
  }
  await new Decoder().init()
  library = exported as Libzstd // as its zstddec-stream.wasm exports it
}

function outOfMemory(): EvtError {
  return new EvtError('there is not enough memory to unpack zstd', { code: 'outside' })
}
