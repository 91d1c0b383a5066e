import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type ListedObject, objectActions, openObjects } from '../aws/objects.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { BucketObjects, isEvents } from './bucket-objects.js'
import { objectPlaceOf } from './object-place.js'
import { SeenObjects, WINDOW_MS } from './seen-objects.js'
import { startOf } from './shard-start.js'
import type { Batch, Tap, TapOptions } from './tap.js'

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
    'day after its time, as an upload in parts may be, or behind 20,000 that are later. With ' +
    '--notifications, one whose notification does not come to the queue, or goes to somebody else.',
  repeated:
    'An object that is written anew is read again, whole. With --notifications, also one that S3 ' +
    'tells of once more behind 20,000 others.',
  cost:
    'A call of ListObjectsV2 for each 1,000 keys below the prefix, every five seconds, or less ' +
    'often where listing takes long: every ten times as long. One GetObject an object. Name a ' +
    'prefix that holds few, such as that of a day. With --notifications sqs://QUEUE nothing is ' +
    'listed: evt receives from the queue what S3 says of objects and deletes it once they are ' +
    'read, which takes --intrusive --consume, sqs:GetQueueUrl, GetQueueAttributes, ' +
    'ReceiveMessage, ChangeMessageVisibility and DeleteMessage.',
  heeds: ['notifications'],
  iamActions: objectActions,
  resumed: 'Nothing twice, and nothing missed but what is missed without an interruption.',
  checkpointVersion: () => 1,
  open: readObjects,
}

async function* readObjects(address: string, options: TapOptions): AsyncGenerator<Batch> {
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
    const reading = new BucketObjects(objects, at, before, options)
    if (options.notifications === undefined) yield* new BucketReading(reading).read()
    else {
      const { readNotified } = await import('./notified-objects.js')
      yield* readNotified(options.notifications, reading)
    }
  } finally {
    objects.close()
    await removeTempFolder(folder)
  }
}

/** Lists again and again. Keys are in no order of time, and objects appear later than their time
 * says: what is new is told by what was seen. */
class BucketReading {
  constructor(private readonly reading: BucketObjects) {}

  async *read(): AsyncGenerator<Decoded[]> {
    const { reading } = this
    const { signal, follow = true, resume, checkpoint, onReady } = reading.options
    const { pollMs = PAUSE_MS } = reading.options
    if (resume === undefined) await this.#begin()
    this.#sayNotified()
    if (signal.aborted) return
    checkpoint?.([], () => reading.place())
    onReady?.()
    while (!signal.aborted) {
      const beganMs = performance.now()
      const fresh = await this.#fresh()
      const tookMs = performance.now() - beganMs
      for (const object of fresh) {
        if (signal.aborted) return
        yield* reading.given(object)
      }
      if (!follow) return
      const waitMs = Math.max(pollMs, tookMs * PAUSE_SHARE)
      await setTimeout(waitMs, undefined, { signal }).catch(() => {})
    }
  }

  /** What the queue did not tell of, nobody was to read so far. */
  #sayNotified(): void {
    const { before, at, options } = this.reading
    if (before?.notified === undefined) return
    const since = new Date(before.doneMs).toISOString().slice(0, 19)
    options.onNote(
      `${at.address}: a queue told of its objects until now; those since ${since}Z of which it ` +
        'did not are read, too',
    )
  }

  /** Where only what comes is wanted, what is there counts as seen. */
  async #begin(): Promise<void> {
    const { reading } = this
    const start = startOf(reading.options, undefined)
    if (start.at === 'time') reading.seen = new SeenObjects(Math.floor(start.ms / 1_000) * 1_000)
    if (start.at !== 'latest') return
    const there = await this.#fresh()
    const newestMs = there.at(-1)?.modifiedMs ?? 0
    reading.seen = new SeenObjects(newestMs - WINDOW_MS)
    for (const object of there) if (reading.seen.isNew(object)) reading.seen.add(object)
  }

  /** What was not given yet: what was given in part, then the oldest first. */
  async #fresh(): Promise<ListedObject[]> {
    const { reading } = this
    const { prefix } = reading.at
    const found = await reading.patiently(async () => {
      const all: ListedObject[] = []
      for await (const page of reading.objects.list(prefix)) {
        all.push(...page.filter((one) => isEvents(one, prefix) && reading.seen.isNew(one)))
      }
      return all
    })
    const part = (one: ListedObject) => Number(reading.isPart(one))
    return (found ?? []).sort(
      (a, b) => part(b) - part(a) || a.modifiedMs - b.modifiedMs || compare(a.key, b.key),
    )
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
