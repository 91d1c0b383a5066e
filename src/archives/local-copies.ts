import { open, rm, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { BucketObjects, Refusal } from '../aws/bucket-objects.js'
import type { ListedObject } from '../aws/objects.js'
import type { Fault, HeldCopy, LocalCopy } from './object.js'
import { diskError, makeTempFolder } from './temp-folder.js'

/** Copies that nobody holds are removed, the least recently used first, above this. */
const MOST_BYTES = 4 * 1024 ** 3
/** A larger object comes in parts of this size. */
const PART_BYTES = 16 * 1024 ** 2
const PARTS_AT_ONCE = 4
const OBJECTS_AT_ONCE = 6

const stopped: Fault = { reason: 'cut', detail: 'was not fetched: interrupted' }

/**
 * Files of the objects of a bucket, made when they are needed, in a folder that is gone when the
 * process is. What is on disk is bounded, except by what is held at the same time.
 */
export class LocalCopies {
  private folder: Promise<string> | undefined
  private made = 0
  /** The least recently used first. */
  private readonly here = new Set<Copy>()
  private heldBytes = 0
  private fetching = 0

  constructor(
    private readonly bucket: BucketObjects,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  of(listed: ListedObject): LocalCopy {
    return new Copy(listed, this)
  }

  mayPrefetch({ sizeBytes }: ListedObject): boolean {
    return this.fetching < OBJECTS_AT_ONCE && this.heldBytes + sizeBytes <= this.mostBytes
  }

  /** Fetches an object into a new file. */
  async fetch(copy: Copy, signal: AbortSignal): Promise<{ file: string } | Fault> {
    const { listed } = copy
    this.fetching += 1
    try {
      await this.makeRoomFor(listed.sizeBytes)
      this.heldBytes += listed.sizeBytes
      this.here.add(copy)
      this.folder ??= makeTempFolder('evt-s3-')
      const folder = await this.folder
      const file = join(folder, `${this.made++}${endingOf(listed.key)}`)
      const fault = await this.write(listed, file, folder, signal)
      if (!fault) return { file }
      this.forget(copy)
      await rm(file, { force: true })
      return fault
    } finally {
      this.fetching -= 1
    }
  }

  /** It is used now. */
  touch(copy: Copy): void {
    if (this.here.delete(copy)) this.here.add(copy)
  }

  /** It is not here any more. */
  forget(copy: Copy): void {
    if (this.here.delete(copy)) this.heldBytes -= copy.listed.sizeBytes
  }

  private async makeRoomFor(bytes: number): Promise<void> {
    for (const copy of this.here) {
      if (this.heldBytes + bytes <= this.mostBytes) return
      await copy.remove()
    }
  }

  private async write(
    listed: ListedObject,
    file: string,
    folder: string,
    signal: AbortSignal,
  ): Promise<Fault | undefined> {
    const handle = await open(file, 'wx', 0o600).catch((error) => {
      throw diskError(error, `keep a copy of ${listed.key}`, folder)
    })
    try {
      const ranges = rangesOf(listed.sizeBytes)
      let fault: Fault | undefined
      const worker = async () => {
        for (let range = ranges.shift(); range; range = ranges.shift()) {
          if (fault || signal.aborted) return
          const bytes = await this.bucket.get(listed, range, signal)
          if (!Buffer.isBuffer(bytes)) fault = faultOf(bytes)
          else await handle.write(bytes, 0, bytes.length, range[0])
        }
      }
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, worker))
      return signal.aborted ? stopped : fault
    } catch (error) {
      if (signal.aborted) return stopped
      throw codeOf(error) === undefined ? error : diskError(error, `keep ${listed.key}`, folder)
    } finally {
      await handle.close()
    }
  }
}

/** What somebody else named may be too long for a name of a file. */
function endingOf(key: string): string {
  const ending = extname(key)
  return ending.length > 16 ? '' : ending
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? error.syscall : undefined
}

function rangesOf(sizeBytes: number): [number, number][] {
  return Array.from({ length: Math.ceil(sizeBytes / PART_BYTES) }, (_, n) => [
    n * PART_BYTES,
    Math.min(sizeBytes, (n + 1) * PART_BYTES),
  ])
}

function faultOf(refusal: Refusal): Fault {
  if (refusal.reason === 'refused') return refusal
  const detail = refusal.reason === 'gone' ? 'is gone' : 'was replaced'
  return { reason: 'changed', detail: `${detail} since it was listed` }
}

/** One object, here or not. */
class Copy implements LocalCopy {
  private got: Promise<{ file: string } | Fault> | undefined
  private holders = 0
  private readonly aborted = new AbortController()

  constructor(
    readonly listed: ListedObject,
    private readonly all: LocalCopies,
  ) {}

  async hold(): Promise<HeldCopy | Fault> {
    if (this.aborted.signal.aborted) return stopped
    this.holders += 1
    try {
      const got = await this.fetched()
      if ('reason' in got) {
        this.holders -= 1
        return got
      }
      this.all.touch(this)
      const { mtimeMs } = await stat(got.file)
      return { file: got.file, mtimeMs, release: this.releaseOnce() }
    } catch (error) {
      this.holders -= 1
      throw error
    }
  }

  prefetch(): void {
    if (this.got || this.aborted.signal.aborted || !this.all.mayPrefetch(this.listed)) return
    // Who holds it is told.
    this.fetched().catch(() => undefined)
  }

  stop(): void {
    this.aborted.abort()
  }

  /** Removes the file, where nobody holds it. */
  async remove(): Promise<void> {
    const { got } = this
    if (!got || this.holders > 0) return
    const result = await got.catch(() => undefined)
    if (this.holders > 0 || this.got !== got) return
    this.got = undefined
    this.all.forget(this)
    if (result && 'file' in result) await rm(result.file, { force: true })
  }

  private fetched(): Promise<{ file: string } | Fault> {
    this.got ??= this.all.fetch(this, this.aborted.signal)
    return this.got
  }

  private releaseOnce(): () => void {
    let isReleased = false
    return () => {
      if (!isReleased) this.holders -= 1
      isReleased = true
    }
  }
}
