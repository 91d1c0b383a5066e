import { constants, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EvtError } from '../errors.js'
import type { Fault } from './object.js'
import { diskError } from './temp-folder.js'

const LF = 10

/** A piece of line-delimited text, unpacked into a file. */
export interface UnpackedSegment {
  readonly file: string
  readonly bytes: number
  readonly mtimeMs: number
  /** How much of the stored object was read for it: for progress, these add up to its size. */
  readonly storedBytes: number
  /** DuckDB reads it faithfully. Not so with a line over the limit, a NUL, or a cut end: such a
   * segment is for readRecords. */
  readonly plain: boolean
  /** What ended the object early; on its last segment. */
  readonly fault: Fault | undefined
}

export interface SegmentPlace {
  /** Of the object that is unpacked, for errors. */
  readonly path: string
  /** Says which file to write over; called when there is something to write. */
  nextFile(): Promise<string>
}

/** Writes one segment, and watches for what DuckDB would not read as it is. */
export class SegmentWriter {
  bytes = 0
  readonly #place: SegmentPlace
  readonly #maxLineBytes: number
  #file = ''
  #handle: FileHandle | undefined
  #isPlain = true
  /** Since the last line end. */
  #lineBytes = 0

  constructor(place: SegmentPlace, maxLineBytes: number) {
    this.#place = place
    this.#maxLineBytes = maxLineBytes
  }

  async write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return
    this.#isPlain &&= !chunk.includes(0) && this.#linesFit(chunk)
    await this.#onDisk(async () => {
      const handle = await this.#opened()
      for (let at = 0; at < chunk.length; ) {
        const left = chunk.length - at
        at += (await handle.write(chunk, at, left, this.bytes + at)).bytesWritten
      }
    })
    this.bytes += chunk.length
  }

  async end(fault: Fault | undefined, storedBytes: number): Promise<UnpackedSegment> {
    const { mtimeMs } = await this.#onDisk(async () => {
      const handle = await this.#opened()
      await handle.truncate(this.bytes)
      return handle.stat()
    })
    await this.close()
    const plain = this.#isPlain && (!fault || fault.reason === 'changed')
    return { file: this.#file, bytes: this.bytes, mtimeMs, storedBytes, plain, fault }
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** Looks for a line end in each stretch of the greatest length that a line may have. */
  #linesFit(chunk: Buffer): boolean {
    let start = 0
    let left = this.#maxLineBytes - this.#lineBytes
    while (chunk.length - start > left) {
      const lineEnd = chunk.subarray(start, start + left + 1).lastIndexOf(LF)
      if (lineEnd < 0) return false
      start += lineEnd + 1
      left = this.#maxLineBytes
    }
    const lineEnd = chunk.subarray(start).lastIndexOf(LF)
    const before = start > 0 ? 0 : this.#lineBytes
    this.#lineBytes =
      lineEnd < 0 ? before + chunk.length - start : chunk.length - start - lineEnd - 1
    return true
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle) return this.#handle
    this.#file = await this.#place.nextFile()
    this.#handle = await open(this.#file, constants.O_RDWR | constants.O_CREAT, 0o600)
    return this.#handle
  }

  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof EvtError) throw error
      throw diskError(error, `unpack ${this.#place.path}`, dirname(dirname(this.#file)))
    }
  }
}
