import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { type Message, MOST_IN_BATCH, type OpenQueue } from '../aws/queue.js'
import type { Decoded } from '../event/event.js'
import { HeldMessages } from './held-messages.js'
import { patiently } from './patiently.js'
import { inBatches } from './queue-batches.js'
import type { QueueNature } from './queue-consents.js'
import { messageRecord } from './queue-messages.js'
import { Receives } from './receives.js'
import { SeenMessages } from './seen-messages.js'
import type { Batch, TapOptions } from './tap.js'
import { hiddenSecondsFor, Unacknowledged } from './unacknowledged.js'
import { wornOut } from './worn-message.js'

const MOST_SEEN = 100_000
/** Between two looks at the same messages: longer each time that there is nothing new. */
const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000
/** After so long SQS shows what nobody could give back. */
const HIDDEN_SECONDS = 10
/** What a reader may take so long to take is received by nobody else. */
const CONSUMED_HIDDEN_SECONDS = 30
const AT_ONCE = 8
/** Between two looks whether what was handed on is acknowledged. */
const ACKNOWLEDGED_MS = 250
/** How long calls may take to end after evt was told to. */
const LATE_MS = 2_500

/** A message that was given to the reader, with what was found in it. */
interface Handed {
  readonly message: Message
  decoded: readonly Decoded[]
}

/**
 * Shows what is in a queue, each message once. What was received is held until nothing more comes,
 * to see what lies behind it, then given back; with `--consume`, what the reader has taken is
 * deleted instead.
 */
export class QueueReading {
  readonly #late = new AbortController()
  readonly #held: HeldMessages
  readonly #receives: Receives
  readonly #seen = new SeenMessages(MOST_SEEN)
  /** Shown, and still to be deleted. */
  readonly #taken = new SeenMessages(MOST_SEEN)
  readonly #deleting = new Set<Promise<void>>()
  readonly #beganMs = Date.now()
  readonly #unacknowledged = new Unacknowledged()
  #handed: Handed[] = []
  #failure: { error: unknown } | undefined
  /** Why no more is received. */
  #end: string | undefined

  /** @param place as positions and notes name the queue */
  constructor(
    private readonly queue: OpenQueue,
    private readonly place: string,
    private readonly nature: QueueNature,
    private readonly options: TapOptions,
  ) {
    // Each call that is under way listens to it.
    setMaxListeners(0, this.#late.signal)
    const hiddenSeconds = hiddenSecondsOf(options)
    const note = (text: string) => this.#note(text)
    this.#held = new HeldMessages(queue, this.#late.signal, hiddenSeconds, note)
    const receive = (waitSeconds: number) =>
      queue.receive({ waitSeconds, hiddenSeconds, signal: this.#late.signal })
    this.#receives = new Receives(receive, this.#consumes ? AT_ONCE : 1)
  }

  get #consumes(): boolean {
    return this.options.consents.has('consume')
  }

  /** Whether the reader says itself what it has taken. */
  get #defers(): boolean {
    return this.#consumes && this.options.holdMs !== undefined
  }

  async *read(): AsyncGenerator<Batch> {
    const { signal, follow, pollMs = MOST_PAUSE_MS } = this.options
    const leave = () => void setTimeout(LATE_MS, undefined, { ref: false }).then(this.#beLate)
    signal.addEventListener('abort', leave)
    try {
      for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
        const { isNew, isEmpty } = yield* this.#sweep()
        const gaveBack = await this.#held.giveBack()
        this.#check()
        if (this.#end !== undefined) {
          this.options.onFault(this.place, { reason: 'cut', detail: this.#end })
          break
        }
        const isAtEnd = isEmpty && follow === false
        if (isAtEnd && this.#unacknowledged.isEmpty) break
        pauseMs = isNew ? FIRST_PAUSE_MS : Math.min(MOST_PAUSE_MS, pauseMs * 2)
        // What was handed on is given back where evt ends, and may hide what is behind it.
        const waitMs = Math.min(isAtEnd ? ACKNOWLEDGED_MS : pauseMs, pollMs)
        if (gaveBack || isAtEnd) await setTimeout(waitMs, undefined, { signal }).catch(() => {})
      }
    } finally {
      signal.removeEventListener('abort', leave)
      await this.#close()
    }
  }

  readonly #beLate = () => this.#late.abort()

  /** Receives until nothing more comes, or what is held must be given back. */
  async *#sweep(): AsyncGenerator<Batch, { isNew: boolean; isEmpty: boolean }> {
    const { signal, follow } = this.options
    let isNew = false
    for (let isFirst = true; ; isFirst = false) {
      const receive = () => this.#receives.next(isFirst || follow === false)
      const messages = (await patiently(receive, this.place, this.options)) ?? []
      if (messages.length === 0) return { isNew, isEmpty: !signal.aborted }
      const batch = await this.#taking(messages)
      isNew ||= batch.length > 0
      if (batch.length > 0) yield batch
      await this.#settle()
      this.#check()
      const isWorn = this.#end !== undefined && !this.#mayLead
      if (signal.aborted || this.#held.isDue || isWorn) return { isNew, isEmpty: false }
    }
  }

  /** What is in the messages that were not seen so far. */
  async #taking(received: readonly Message[]): Promise<Batch> {
    const messages = received.filter((one) => !this.#unacknowledged.renews(idOf(one), one))
    const unseen = messages.filter((message) => this.#isUnseen(message))
    const taken = messages.filter((message) => this.#taken.has(idOf(message)))
    this.#delete(taken)
    const [mine, others] = [new Set(this.#consumes ? unseen : []), new Set(taken)]
    const rest = messages.filter((message) => !mine.has(message) && !others.has(message))
    const cut = this.nature.isFifo && !this.#consumes ? cutGroup(rest) : new Set()
    this.#watch(rest)
    this.#held.add(rest.filter((message) => !cut.has(message)))
    await this.#held.pass(rest.filter((message) => cut.has(message)))
    const batch: Batch = []
    for (const message of unseen) {
      const handed: Handed = { message, decoded: [] }
      if (this.#consumes) this.#handed.push(handed)
      handed.decoded = await this.options.decode(messageRecord(message, this.place))
      batch.push(...handed.decoded)
    }
    return this.#defers ? this.#toAcknowledge(batch) : batch
  }

  /** What holds nothing is given back, as it is where nobody acknowledges. */
  #toAcknowledge(batch: Batch): Batch {
    const handed = this.#handed.filter(({ decoded }) => decoded.length > 0)
    this.#handed = this.#handed.filter(({ decoded }) => decoded.length === 0)
    const ids = handed.map(({ message }) => idOf(message))
    for (const { message } of handed) this.#unacknowledged.add(idOf(message), message)
    batch.isAwaited = this.nature.isFifo || this.options.follow === false
    batch.acknowledge = async () => {
      for (const id of ids) this.#taken.add(id)
      await this.#deleted(this.#unacknowledged.take(ids))
      return !ids.some((id) => this.#taken.has(id))
    }
    return batch
  }

  #isUnseen(message: Message): boolean {
    const id = idOf(message)
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.options.start !== 'latest') return true
    return Number(message.Attributes?.SentTimestamp ?? this.#beganMs) >= this.#beganMs
  }

  /** Looks for one that must not be received again. */
  #watch(messages: readonly Message[]): void {
    this.#end ??= wornOut(messages, this.nature, this.#mayLead)
  }

  get #mayLead(): boolean {
    return this.options.consents.has('dead-letter')
  }

  /** Deletes what the reader has taken as a whole; the rest is given back. */
  async #settle(): Promise<void> {
    const handed = this.#handed.splice(0)
    const isTaken = ({ decoded }: Handed) =>
      decoded.length > 0 &&
      decoded.every((one) => one.kind === 'event' && this.options.taken?.has(one))
    const taken = handed.filter(isTaken).map(({ message }) => message)
    for (const message of taken) this.#taken.add(idOf(message))
    this.#delete(taken)
    const left = handed.filter((one) => !isTaken(one)).map(({ message }) => message)
    this.#watch(left)
    this.#held.add(left)
    while (this.#deleting.size >= AT_ONCE) await Promise.race(this.#deleting)
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error
  }

  #delete(messages: readonly Message[]): void {
    if (messages.length === 0) return
    const work = this.#deleted(messages)
      .catch((error) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#deleting.delete(work))
    this.#deleting.add(work)
  }

  async #deleted(messages: readonly Message[]): Promise<void> {
    const late = this.#late.signal
    const remove = (batch: readonly Message[]) => this.queue.deleteBatch(batch, late)
    const failed = await inBatches(messages, remove, late)
    const left = new Set(failed.map(({ message }) => message))
    for (const message of messages) {
      if (left.has(message)) continue
      // If it comes again, SQS delivers it twice, and that is shown.
      this.#taken.delete(idOf(message))
      this.#seen.delete(idOf(message))
    }
    const [first] = failed
    if (first === undefined) return
    const were = failed.length === 1 ? 'message' : 'messages'
    this.#note(`${failed.length} ${were} could not be deleted (${first.reason})`)
  }

  async #close(): Promise<void> {
    await this.#settle()
    this.#held.add(await this.#receives.rest())
    this.#held.add(this.#unacknowledged.takeAll())
    await this.#held.giveBack()
    await Promise.all(this.#deleting)
    this.#check()
  }

  #note(text: string): void {
    this.options.onNote(`${this.place}: ${text}`)
  }
}

/** After so long SQS shows again what evt received and did not give back, as one that is killed. */
export function hiddenSecondsOf({ consents, holdMs = 0 }: TapOptions): number {
  if (!consents.has('consume')) return HIDDEN_SECONDS
  return hiddenSecondsFor(holdMs, CONSUMED_HIDDEN_SECONDS)
}

function idOf({ MessageId, ReceiptHandle = '' }: Message): string {
  return MessageId ?? ReceiptHandle
}

/** Of a full batch of several groups, the messages of the last one: more of it may have had no
 * room, and is not received while these are hidden. */
function cutGroup(messages: readonly Message[]): ReadonlySet<Message> {
  const groupOf = (message: Message | undefined) => message?.Attributes?.MessageGroupId
  const last = groupOf(messages.at(-1))
  if (messages.length < MOST_IN_BATCH || groupOf(messages[0]) === last) return new Set()
  return new Set(messages.filter((message) => groupOf(message) === last))
}
