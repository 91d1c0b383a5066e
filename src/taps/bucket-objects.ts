import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isSkipped } from '../archives/folder.js'
import type { FileObject } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { sniff } from '../archives/sniff.js'
import { diskError } from '../archives/temp-folder.js'
import type { ListedObject, OpenObjects } from '../aws/objects.js'
import type { Decoded, JsonValue } from '../event/event.js'
import type { ObjectPlace } from './object-place.js'
import { objectRecords, refusal } from './object-records.js'
import { patiently } from './patiently.js'
import { SeenObjects, WINDOW_MS } from './seen-objects.js'
import type { TapOptions } from './tap.js'

export interface BucketPlace {
  /** As it was named. */
  readonly address: string
  readonly bucket: string
  readonly prefix: string
  /** Where one object stands while it is read. */
  readonly file: string
}

/** What became of an object: `left` it is where nothing of it can be read now. */
export type Outcome = 'read' | 'changed' | 'removed' | 'left' | 'interrupted'

/** Gives the events of objects, and remembers of which they were. */
export class BucketObjects {
  seen: SeenObjects
  #part: ObjectPlace['part']
  #notified: ObjectPlace['notified']

  /** @param before how far a run before came */
  constructor(
    readonly objects: OpenObjects,
    readonly at: BucketPlace,
    readonly before: ObjectPlace | undefined,
    readonly options: TapOptions,
  ) {
    this.seen = new SeenObjects(before?.doneMs ?? 0, before?.seen)
    this.#part = before?.part ?? null
  }

  /** Which object was given in part, and no further. */
  get part(): ObjectPlace['part'] {
    return this.#part
  }

  /** Has a queue tell of objects that keeps for so long what it tells. Where nothing was listed
   * before, it may tell of all that are as old; a run that lists again has them to look for. */
  notifiedWithin(keptMs: number): void {
    const { before } = this
    const windowMs = keptMs + WINDOW_MS
    this.seen = new SeenObjects(before?.doneMs ?? Date.now() - windowMs, before?.seen, windowMs)
    this.#notified = before?.notified ?? { listedMs: before?.doneMs ?? 0 }
  }

  /** Whether an object of which a queue tells was given, or listed and left out, before. */
  isKnown(object: ListedObject): boolean {
    const { listedMs = 0 } = this.#notified ?? {}
    const isListed = object.modifiedMs > 0 && object.modifiedMs < listedMs
    return isListed || this.seen.has(object)
  }

  /** What is in an object, but for what was given of it before. */
  async *given(object: ListedObject): AsyncGenerator<Decoded[], Outcome> {
    const { checkpoint, onNote, signal } = this.options
    const { key, etag } = object
    const path = this.pathOf(key)
    const unread = await this.patiently(async () => ({ why: await this.#download(object) }))
    if (unread === undefined) return 'interrupted'
    if (unread.why === 'changed') return 'changed'
    let outcome: Outcome = unread.why === 'removed' ? 'removed' : 'read'
    if (unread.why === 'removed') onNote(`${path} was removed before it was read`)
    if (unread.why === 'archived') {
      outcome = 'left'
      onNote(`${path} is left out: it is archived, and not restored`)
    }
    if (unread.why === undefined) {
      const stored = await storedObject(path, this.at.file)
      const sniffed = await sniff(stored)
      const refused = refusal(path, sniffed)
      if (refused) {
        outcome = 'left'
        onNote(`left out: ${refused.message}`)
      }
      const { records = 0, events = 0 } = this.isPart(object) ? (this.#part ?? {}) : {}
      const keep: Parameters<typeof objectRecords>[3] = {
        before: { records, events },
        keep: (batch, at) =>
          checkpoint?.(batch, (taken) => this.place({ key, etag, ...at(taken) })),
      }
      if (!refused) yield* objectRecords(stored, sniffed, this.options, keep)
    }
    if (signal.aborted) return 'interrupted'
    this.seen.add(object)
    this.#part = null
    return outcome
  }

  #download(object: ListedObject) {
    return this.objects.download(object, this.at.file).catch((error) => {
      throw codeOf(error) === 'ENOSPC' ? diskError(error, 'keep an object', tmpdir()) : error
    })
  }

  pathOf(key: string): string {
    return `s3://${this.at.bucket}/${key}`
  }

  /** Whether some of it was given. */
  isPart({ key, etag }: Pick<ListedObject, 'key' | 'etag'>): boolean {
    return this.#part?.key === key && this.#part.etag === etag
  }

  place(part = this.#part): JsonValue {
    const notified = this.#notified && { notified: this.#notified }
    return { ...this.seen.state, part, ...notified }
  }

  patiently<T>(call: () => Promise<T>): Promise<T | undefined> {
    return patiently(call, this.at.address, this.options)
  }
}

async function storedObject(path: string, file: string): Promise<FileObject> {
  const { size, mtimeMs } = await stat(file)
  return { kind: 'file', path, file, sizeBytes: size, mtimeMs }
}

/** As in folders: see `isSkipped`; what was named itself is meant. */
export function isEvents(
  { key, sizeBytes }: Pick<ListedObject, 'key' | 'sizeBytes'>,
  prefix: string,
): boolean {
  const below = key.slice(prefix.lastIndexOf('/') + 1)
  if (sizeBytes === 0 || key.endsWith('/')) return false
  return key === prefix || !below.split('/').some(isSkipped)
}
