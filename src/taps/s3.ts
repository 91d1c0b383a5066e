import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isSkipped } from '../archives/folder.js'
import type { FileObject } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { sniff } from '../archives/sniff.js'
import { diskError, makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type ListedObject, type OpenObjects, objectActions, openObjects } from '../aws/objects.js'
import { EvtError } from '../errors.js'
import type { Decoded, JsonValue } from '../event/event.js'
import { type ObjectPlace, objectPlaceOf } from './object-place.js'
import { objectRecords, refusal } from './object-records.js'
import { patiently } from './patiently.js'
import { SeenObjects, WINDOW_MS } from './seen-objects.js'
import { startOf } from './shard-start.js'
import type { Tap, TapOptions } from './tap.js'

/** Between two listings: so long at least, and so many times as long as one takes. */
const PAUSE_MS = 5_000
const PAUSE_SHARE = 10

/** Objects of a bucket as they come. */
export const tap: Tap = {
  name: 's3',
  reads: 's3://BUCKET, s3://BUCKET/PREFIX',
  safety: 'observe',
  missed:
    'An object that is overwritten or removed before it is read. One that is listed more than a ' +
    'day after its time, as an upload in parts may be, or behind 20,000 that are later.',
  repeated: 'An object that is written anew is read again, whole.',
  cost:
    'A call of ListObjectsV2 for each 1,000 keys below the prefix, every five seconds, or less ' +
    'often where listing takes long: every ten times as long. One GetObject an object. Name a ' +
    'prefix that holds few, such as that of a day.',
  iamActions: objectActions,
  resumed: 'Nothing twice, and nothing missed but what is missed without an interruption.',
  checkpointVersion: () => 1,
  open: readObjects,
}

async function* readObjects(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][\w.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(address) ?? []
  if (bucket === undefined) {
    throw new EvtError(`${address} names no bucket`, {
      code: 'usage',
      hint: 'write s3://BUCKET or s3://BUCKET/PREFIX',
    })
  }
  const { resume, aws, signal } = options
  const before = resume === undefined ? undefined : objectPlaceOf(resume, address)
  const objects = await openObjects(bucket, { ...aws, signal })
  const folder = await makeTempFolder('evt-s3-')
  try {
    const at = { address, bucket, prefix, file: join(folder, 'object') }
    yield* new BucketReading(objects, at, before, options).read()
  } finally {
    objects.close()
    await removeTempFolder(folder)
  }
}

interface BucketPlace {
  /** As it was named. */
  readonly address: string
  readonly bucket: string
  readonly prefix: string
  /** Where one object stands while it is read. */
  readonly file: string
}

/** Lists again and again. Keys are in no order of time, and objects appear later than their time
 * says: what is new is told by what was seen. */
class BucketReading {
  #seen: SeenObjects
  #part: ObjectPlace['part']

  constructor(
    private readonly objects: OpenObjects,
    private readonly at: BucketPlace,
    private readonly before: ObjectPlace | undefined,
    private readonly options: TapOptions,
  ) {
    this.#seen = new SeenObjects(before?.doneMs ?? 0, before?.seen)
    this.#part = before?.part ?? null
  }

  async *read(): AsyncGenerator<Decoded[]> {
    const { signal, follow = true, checkpoint, pollMs = PAUSE_MS } = this.options
    if (!this.before) await this.#begin()
    if (signal.aborted) return
    checkpoint?.([], () => this.#place())
    this.options.onReady?.()
    while (!signal.aborted) {
      const beganMs = performance.now()
      const fresh = await this.#fresh()
      const tookMs = performance.now() - beganMs
      for (const object of fresh) {
        if (signal.aborted) return
        yield* this.#given(object)
      }
      if (!follow) return
      const waitMs = Math.max(pollMs, tookMs * PAUSE_SHARE)
      await setTimeout(waitMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Where only what comes is wanted, what is there counts as seen. */
  async #begin(): Promise<void> {
    const start = startOf(this.options, undefined)
    if (start.at === 'time') this.#seen = new SeenObjects(Math.floor(start.ms / 1_000) * 1_000)
    if (start.at !== 'latest') return
    const there = await this.#fresh()
    const newestMs = there.at(-1)?.modifiedMs ?? 0
    this.#seen = new SeenObjects(newestMs - WINDOW_MS)
    for (const object of there) if (this.#seen.isNew(object)) this.#seen.add(object)
  }

  /** What was not given yet: what was given in part, then the oldest first. */
  async #fresh(): Promise<ListedObject[]> {
    const { prefix } = this.at
    const found = await this.#patiently(async () => {
      const all: ListedObject[] = []
      for await (const page of this.objects.list(prefix)) {
        all.push(...page.filter((one) => isEvents(one, prefix) && this.#seen.isNew(one)))
      }
      return all
    })
    const part = (one: ListedObject) => Number(this.#isPart(one))
    return (found ?? []).sort(
      (a, b) => part(b) - part(a) || a.modifiedMs - b.modifiedMs || compare(a.key, b.key),
    )
  }

  async *#given(object: ListedObject): AsyncGenerator<Decoded[]> {
    const { checkpoint, onNote } = this.options
    const { file, bucket } = this.at
    const { key, etag } = object
    const path = `s3://${bucket}/${key}`
    const unread = await this.#patiently(async () => {
      const why = await this.objects.download(object, file).catch((error) => {
        throw codeOf(error) === 'ENOSPC' ? diskError(error, 'keep an object', tmpdir()) : error
      })
      return { why }
    })
    if (unread === undefined || unread.why === 'changed') return
    if (unread.why === 'removed') onNote(`${path} was removed before it was read`)
    if (unread.why === 'archived') onNote(`${path} is left out: it is archived, and not restored`)
    if (unread.why === undefined) {
      const stored = await storedObject(path, file)
      const sniffed = await sniff(stored)
      const refused = refusal(path, sniffed)
      if (refused) onNote(`left out: ${refused.message}`)
      const { records = 0, events = 0 } = this.#isPart(object) ? (this.#part ?? {}) : {}
      const keep: Parameters<typeof objectRecords>[3] = {
        before: { records, events },
        keep: (batch, at) =>
          checkpoint?.(batch, (taken) => this.#place({ key, etag, ...at(taken) })),
      }
      if (!refused) yield* objectRecords(stored, sniffed, this.options, keep)
    }
    if (this.options.signal.aborted) return
    this.#seen.add(object)
    this.#part = null
  }

  /** Whether some of it was given. */
  #isPart({ key, etag }: ListedObject): boolean {
    return this.#part?.key === key && this.#part.etag === etag
  }

  #place(part = this.#part): JsonValue {
    return { ...this.#seen.state, part }
  }

  #patiently<T>(call: () => Promise<T>): Promise<T | undefined> {
    return patiently(call, this.at.address, this.options)
  }
}

async function storedObject(path: string, file: string): Promise<FileObject> {
  const { size, mtimeMs } = await stat(file)
  return { kind: 'file', path, file, sizeBytes: size, mtimeMs }
}

/** As in folders: see `isSkipped`; what was named itself is meant. */
function isEvents({ key, sizeBytes }: ListedObject, prefix: string): boolean {
  const below = key.slice(prefix.lastIndexOf('/') + 1)
  if (sizeBytes === 0 || key.endsWith('/')) return false
  return key === prefix || !below.split('/').some(isSkipped)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
