import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Fault, FileObject } from './object.js'
import { diskError, removeTempFolder } from './temp-folder.js'

const LF = 10

/** A piece of line-delimited text, unpacked into a file. */
export interface Segment {
  readonly file: string
  readonly bytes: number
  /** How much of the stored object was read for it: for progress, these add up to its size. */
  readonly storedBytes: number
  /** The file as an object of the same path, for readRecords. */
  readonly object: FileObject
  /** DuckDB reads it faithfully. Not so with a line over the limit, a NUL, or a cut end: such a
   * segment is for readRecords. */
  readonly plain: boolean
  /** What ended the object early; on its last segment. */
  readonly fault: Fault | undefined
  /** Removes the file. */
  release(): Promise<void>
}

/** What the segments of one object share. */
export interface Spool {
  readonly folder: string
  unreleased: number
  /** All segments have been given out. */
  ended: boolean
  /** Nobody wants more of them. */
  stopped: boolean
}

/** Writes one segment, and watches for what DuckDB would not read as it is. */
export class SegmentWriter {
  bytes = 0
  readonly #spool: Spool
  readonly #file: string
  readonly #path: string
  readonly #maxLineBytes: number
  #handle: FileHandle | undefined
  #isPlain = true
  /** Since the last line end. */
  #lineBytes = 0

  /** @param path of the object that is unpacked */
  constructor(spool: Spool, number: number, path: string, maxLineBytes: number) {
    this.#spool = spool
    this.#file = join(spool.folder, `${number}.ndjson`)
    this.#path = path
    this.#maxLineBytes = maxLineBytes
  }

  async write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return
    this.#isPlain &&= !chunk.includes(0) && this.#linesFit(chunk)
    await this.#onDisk(async () => {
      this.#handle ??= await open(this.#file, 'wx')
      for (let at = 0; at < chunk.length; ) {
        at += (await this.#handle.write(chunk, at)).bytesWritten
      }
    })
    this.bytes += chunk.length
  }

  async end(fault: Fault | undefined, storedBytes: number): Promise<Segment> {
    const { mtimeMs } = await this.#onDisk(async () => {
      this.#handle ??= await open(this.#file, 'wx')
      return this.#handle.stat()
    })
    await this.close()
    const file = this.#file
    const bytes = this.bytes
    const object: FileObject = { kind: 'file', path: this.#path, file, sizeBytes: bytes, mtimeMs }
    const plain = this.#isPlain && (!fault || fault.reason === 'changed')
    this.#spool.unreleased++
    return { file, bytes, storedBytes, object, plain, fault, release: this.#releaseOnce() }
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  #releaseOnce(): () => Promise<void> {
    let isReleased = false
    return async () => {
      if (isReleased) return
      isReleased = true
      await rm(this.#file, { force: true })
      this.#spool.unreleased--
      if (this.#spool.ended && this.#spool.unreleased === 0) {
        await removeTempFolder(this.#spool.folder)
      }
    }
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

  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw diskError(error, `unpack ${this.#path}`, dirname(this.#spool.folder))
    }
  }
}
