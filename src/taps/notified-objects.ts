import { setTimeout } from 'node:timers/promises'
import { resourceAddress } from '../aws/address.js'
import type { Message, OpenQueue } from '../aws/queue.js'
import { openSqs } from '../aws/sqs.js'
import { EvtError } from '../errors.js'
import { type BucketObjects, isEvents } from './bucket-objects.js'
import { type NotifiedPlace, notificationOf } from './object-notifications.js'
import { patiently } from './patiently.js'
import { inBatches } from './queue-batches.js'
import {
  consentFlags,
  natureOf,
  neededConsents,
  type QueueNature,
  Refusal,
} from './queue-consents.js'
import type { Batch, Consent, TapOptions } from './tap.js'
import { hiddenSecondsFor } from './unacknowledged.js'
import { wornOut } from './worn-message.js'

const needs = [
  'sqs:GetQueueUrl',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
] as const
const WAIT_SECONDS = 20
/** Where what is in the queue is all that is wanted. */
const LAST_WAIT_SECONDS = 1
/** After so long SQS shows what a killed evt had. */
const LEAST_HIDDEN_SECONDS = 60
/** SQS keeps no message longer. */
const MOST_KEPT_SECONDS = 1_209_600
/** Of so many that were left evt knows that it said so. */
const MOST_LEFT = 10_000
const ACKNOWLEDGED_MS = 250
/** How long calls may take to end after evt was told to. */
const LATE_MS = 2_500

/**
 * Gives the objects of which a queue tells, as `reading` does each. A message is deleted once all
 * of its objects were read, or, with `holdMs`, are kept. What tells of objects elsewhere, or of
 * nothing that can be read, is left in the queue.
 *
 * @throws EvtError `usage` without consent, or where there is no such queue
 */
export async function* readNotified(
  address: string,
  reading: BucketObjects,
): AsyncGenerator<Batch> {
  const named = resourceAddress(address)
  if (named?.service !== 'sqs') throw new EvtError(`${address} is no queue`, { code: 'usage' })
  const { aws, signal, consents } = reading.options
  const sqs = await openSqs({ ...aws, needs, signal }, named)
  const queue = await sqs.queue(named)
  const attributes = await queue.attributes()
  const nature = natureOf(attributes)
  const needed: Consent[] = [...neededConsents(nature), 'consume']
  if (!needed.every((consent) => consents.has(consent))) {
    throw refusal(address, reading.at.address, needed)
  }
  const { MessageRetentionPeriod: keptSeconds = MOST_KEPT_SECONDS } = attributes
  reading.notifiedWithin(Number(keptSeconds) * 1_000)
  yield* new NotifiedReading(queue, { address, nature }, reading).read()
}

function refusal(queue: string, source: string, needed: readonly Consent[]): Refusal {
  return new Refusal(
    `to learn of objects from ${queue}, evt receives its messages, and deletes each once what it ` +
      'tells of is read: nobody else gets it then',
    queue,
    needed,
    `evt tail ${source} --notifications ${queue} ${consentFlags(needed).join(' ')}\n` +
      'name a queue that nobody else reads; without one, evt lists the objects',
  )
}

class NotifiedReading {
  readonly #late = new AbortController()
  /** Received and not deleted, by their ids: those with work, and those that are left. */
  readonly #held = new Map<string, Message>()
  readonly #left = new Map<string, Message>()
  /** Read, and to be acknowledged. */
  readonly #read = new Set<string>()
  readonly #said = new Set<string>()
  readonly #hiddenSeconds: number
  /** Why no more is received. */
  #end: string | undefined

  constructor(
    private readonly queue: OpenQueue,
    private readonly named: { readonly address: string; readonly nature: QueueNature },
    private readonly reading: BucketObjects,
  ) {
    this.#hiddenSeconds = hiddenSecondsFor(this.#options.holdMs ?? 0, LEAST_HIDDEN_SECONDS)
  }

  get #place(): string {
    return this.named.address
  }

  get #options(): TapOptions {
    return this.reading.options
  }

  async *read(): AsyncGenerator<Batch> {
    const { reading, queue } = this
    const { signal, follow = true, checkpoint, onReady } = this.#options
    const leave = () => void setTimeout(LATE_MS, undefined, { ref: false }).then(this.#beLate)
    signal.addEventListener('abort', leave)
    const timer = setInterval(this.#hide, (this.#hiddenSeconds * 1_000) / 3).unref()
    try {
      checkpoint?.([], () => reading.place())
      onReady?.()
      yield* this.#rest()
      const waitSeconds = follow ? WAIT_SECONDS : LAST_WAIT_SECONDS
      const asked = { waitSeconds, hiddenSeconds: this.#hiddenSeconds, signal }
      while (!signal.aborted) {
        const messages = await patiently(() => queue.receive(asked), this.#place, this.#options)
        const told = (messages ?? []).filter((one) => !this.#isKnown(one))
        for (const message of told) this.#held.set(idOf(message), message)
        for (const message of told.sort((a, b) => sentMs(a) - sentMs(b))) {
          if (signal.aborted) return
          yield* this.#message(message)
        }
        if (this.#end !== undefined) {
          this.#options.onFault(this.#place, { reason: 'cut', detail: this.#end })
          return
        }
        if (messages?.length !== 0 || follow) continue
        if (this.#read.size === 0) return
        // What was handed on is acknowledged before the end, or given back there.
        await setTimeout(ACKNOWLEDGED_MS, undefined, { signal }).catch(() => {})
      }
    } finally {
      clearInterval(timer)
      signal.removeEventListener('abort', leave)
      await this.#giveBack()
    }
  }

  readonly #beLate = () => this.#late.abort()

  /** What a run before gave in part: its message may come later than others. */
  async *#rest(): AsyncGenerator<Batch> {
    const { part } = this.reading
    if (part === null) return
    yield* this.reading.given({ ...part, sizeBytes: 1, modifiedMs: Date.now() })
  }

  async *#message(message: Message): AsyncGenerator<Batch> {
    const { reading } = this
    const { at } = reading
    const found = notificationOf(message.Body ?? '')
    if (found === undefined) return this.#leave(message, 'is no notification of S3')
    const isHere = (one: NotifiedPlace) =>
      one.bucket === at.bucket && (one.key === undefined || one.key.startsWith(at.prefix))
    let isRead = true
    for (const object of found.objects.filter(isHere)) {
      if (!isEvents(object, at.prefix) || reading.isKnown(object)) continue
      const outcome = yield* reading.given(object)
      if (outcome === 'interrupted') return
      isRead &&= outcome !== 'left'
    }
    const elsewhere = [...found.objects, ...found.others].find((one) => !isHere(one))
    if (elsewhere) return this.#leave(message, `tells of objects that are not below ${at.address}`)
    // Why was said with the object.
    if (!isRead) return this.#leave(message)
    yield* this.#done(message)
  }

  async *#done(message: Message): AsyncGenerator<Batch> {
    const id = idOf(message)
    if (this.#options.holdMs === undefined) return this.#delete(id)
    this.#read.add(id)
    const batch: Batch = []
    batch.isAwaited = this.#options.follow === false
    batch.acknowledge = async () => {
      await this.#delete(id)
      return true
    }
    this.#options.checkpoint?.(batch, () => this.reading.place())
    yield batch
  }

  async #delete(id: string): Promise<void> {
    const message = this.#held.get(id)
    this.#held.delete(id)
    this.#read.delete(id)
    if (message === undefined) return
    const late = this.#late.signal
    const remove = (batch: readonly Message[]) => this.queue.deleteBatch(batch, late)
    const [failed] = await inBatches([message], remove, late)
    // It comes again, and its objects are known.
    if (failed) this.#say(`a message could not be deleted (${failed.reason})`)
  }

  /** Whether it came before, and is still to be deleted, or is left. */
  #isKnown(message: Message): boolean {
    const id = idOf(message)
    for (const known of [this.#held, this.#left]) {
      if (!known.has(id)) continue
      known.set(id, message)
      if (known === this.#left) this.#watch(message)
      return true
    }
    return false
  }

  #leave(message: Message, why?: string): void {
    this.#held.delete(idOf(message))
    this.#left.set(idOf(message), message)
    this.#watch(message)
    const [oldest] = this.#left.keys()
    if (this.#left.size > MOST_LEFT && oldest !== undefined) this.#left.delete(oldest)
    if (why) this.#say(`what ${why} is left in the queue, such as message ${idOf(message)}`, why)
  }

  /** What is left comes again: who has not agreed to it keeps it out of the dead-letter queue. */
  #watch(message: Message): void {
    if (this.#options.consents.has('dead-letter')) return
    this.#end ??= wornOut([message], this.named.nature, false)
  }

  /** Once for what is the same. */
  #say(text: string, what = text): void {
    if (this.#said.has(what)) return
    this.#said.add(what)
    this.#options.onNote(`${this.#place}: ${text}`)
  }

  /** Keeps others from receiving what evt works at. */
  readonly #hide = () => {
    const late = this.#late.signal
    const hide = (batch: readonly Message[]) =>
      this.queue.changeVisibilityBatch(batch, this.#hiddenSeconds, late)
    // The next time does for one that fails, and a copy is known.
    inBatches([...this.#held.values()], hide, late).catch(() => {})
  }

  async #giveBack(): Promise<void> {
    const late = this.#late.signal
    const show = (batch: readonly Message[]) => this.queue.changeVisibilityBatch(batch, 0, late)
    const held = [...this.#held.values(), ...this.#left.values()]
    // SQS shows by itself what could not be given back.
    await inBatches(held, show, late).catch(() => {})
  }
}

function idOf({ MessageId, ReceiptHandle = '' }: Message): string {
  return MessageId ?? ReceiptHandle
}

function sentMs({ Attributes }: Message): number {
  return Number(Attributes?.SentTimestamp ?? 0)
}
