import { createHash } from 'node:crypto'
import { type Message, MOST_IN_BATCH, type OpenQueue } from '../aws/queue.js'
import { EvtError } from '../errors.js'
import { Pace } from '../replay/pace.js'
import { type Outcome, Sender } from '../sinks/sender.js'
import type { OpenSink } from '../sinks/sink.js'
import { Patience } from '../taps/patiently.js'
import { inBatches } from '../taps/queue-batches.js'
import type { QueueNature } from '../taps/queue-consents.js'
import type { ErasedLetters } from './erased-letters.js'
import type { Decode } from './letter.js'
import { wornOf } from './look.js'
import { entryOf } from './move-entry.js'
import type { MoveJournal } from './move-journal.js'
import type { MoveEntry } from './queue-target.js'
import type { Moved } from './redrive-result.js'

/** So long what was received is hidden: longer than a batch is tried again. */
const HIDDEN_SECONDS = 180
const AT_ONCE = 8
/** What is received at once is sent within so long, at the pace that is asked for. */
const ROUND_SECONDS = 100
/** At a lower rate one receive would take longer. */
export const LEAST_PER_SECOND = MOST_IN_BATCH / ROUND_SECONDS

interface Moving {
  readonly queue: OpenQueue
  readonly nature: QueueNature
  readonly sink: OpenSink
  readonly journal: MoveJournal
  readonly decode: Decode
  /** Who does not come back. */
  readonly erased: Pick<ErasedLetters, 'without'>
  /** Whether a message goes to this target at all. */
  isOf(message: Message): boolean
  readonly perSecond: number | null
  /** By its clock, what was sent later is left. */
  readonly beganMs: number
  readonly signal: AbortSignal
  /** Outlives `signal` for a moment: to delete what was sent, and give the rest back. */
  readonly late: AbortSignal
  onProgress(moved: number): void
  onNote(text: string): void
}

/**
 * Moves messages itself: what was received is sent, noted, and only then deleted. Behind one of a
 * group that failed nothing of the group is sent.
 *
 * @returns also why nothing more could be sent, where something failed for good
 */
export async function moveByEvt(moving: Moving): Promise<{ moved: Moved; failure: unknown }> {
  const run = new MoveRun(moving)
  const failure = await run.all().catch((error: unknown) => error)
  await run.giveBack()
  return { moved: run.moved(), failure }
}

class MoveRun {
  readonly #pace: Pace
  /** What is not deleted, by the id of the message: its newest receipt. */
  readonly #held = new Map<string, Message>()
  readonly #failed = new Set<string>()
  readonly #closedGroups = new Set<string>()
  readonly #undeleted = new Set<string>()
  /** Of messages as the target calls them. */
  readonly #sentAs = new Set<string>()
  readonly #returned = new Set<string>()
  readonly #others = new Set<string>()
  readonly #newer = new Set<string>()
  readonly #erased = new Set<string>()
  #blanked = 0
  readonly #tried = new Set<string>()
  readonly #sentBefore = new Set<string>()
  readonly #errors = new Map<string, number>()
  /** Sent, and maybe not on the disk of the target so far: no journal says that it was. */
  readonly #unsynced: { id: string; status: 'sent'; messageId: string }[] = []
  #messages = 0

  constructor(private readonly moving: Moving) {
    const { perSecond } = moving
    this.#pace = new Pace(perSecond === null ? { is: 'max' } : { is: 'rate', perSecond })
  }

  async all(): Promise<void> {
    const { signal } = this.moving
    let usefulMs = performance.now()
    while (!signal.aborted) {
      const messages = await this.#receive()
      if (messages.length === 0) return
      const before = this.#tried.size + this.#sentBefore.size
      await this.#round(messages)
      const nowMs = performance.now()
      if (this.#tried.size + this.#sentBefore.size > before) usefulMs = nowMs
      // All that was hidden has been shown again: what still comes is new, and may never end.
      if (nowMs - usefulMs > HIDDEN_SECONDS * 1_000) return
      this.#checkWorn()
    }
  }

  /** Those that stay would be received again when they are shown again.
   * @throws EvtError where that might lead them to the next dead-letter queue */
  #checkWorn(): void {
    const worn = wornOf([...this.#held.values()], this.moving.nature)
    if (worn === undefined) return
    throw new EvtError(`nothing more is received: ${worn}`, { code: 'outside' })
  }

  /** Of a FIFO queue one call after the other: two might take the head of a group and what is
   * behind it. */
  async #receive(): Promise<Message[]> {
    const { queue, nature, late, signal, onNote, perSecond } = this.moving
    const paced = Math.floor((perSecond ?? Number.POSITIVE_INFINITY) / LEAST_PER_SECOND)
    const options = { waitSeconds: 1, hiddenSeconds: HIDDEN_SECONDS, signal: late }
    const patience = new Patience(queue.name, { signal, onNote })
    const receive = () => patience.call(() => queue.receive(options))
    const calls = Array.from({ length: nature.isFifo ? 1 : Math.min(AT_ONCE, paced) }, receive)
    const received = await Promise.allSettled(calls)
    const messages = received.flatMap((one) => {
      return one.status === 'fulfilled' ? (one.value ?? []) : []
    })
    for (const message of messages) this.#held.set(idOf(message), message)
    const failed = received.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    return messages
  }

  async #round(messages: readonly Message[]): Promise<void> {
    const { sink, signal, journal, erased, decode } = this.moving
    const sent: Message[] = []
    const onOutcome = (entry: MoveEntry, outcome: Outcome) => {
      if (this.#note(entry.letter, outcome)) sent.push(entry.letter)
    }
    const sender = new Sender<MoveEntry>(sink, { signal, holdsKeys: true, onOutcome })
    const send = async () => {
      for (const message of messages) {
        const id = idOf(message)
        if (journal.wasSent(id)) {
          if (!this.#tried.has(id)) this.#sentBefore.add(id)
          sent.push(message)
        } else if (this.#isToSend(message)) {
          const left = await erased.without(message, decode)
          if (left === null) {
            this.#erased.add(id)
            continue
          }
          await this.#pace.until({ momentUs: null }, signal)
          if (signal.aborted) return
          this.#tried.add(id)
          if (left !== message) this.#blanked += 1
          await sender.add(await this.#entryOf(left))
        }
      }
    }
    const failure = await send().catch((error: unknown) => error)
    const failureAtEnd = await sender.end().catch((error: unknown) => error)
    await this.#delete(sent)
    if (failure ?? failureAtEnd) throw failure ?? failureAtEnd
  }

  #isToSend(message: Message): boolean {
    const id = idOf(message)
    if (this.#tried.has(id)) return false
    const staying = this.#staying(message)
    staying?.add(id)
    return staying === undefined && !this.#closedGroups.has(groupOf(message) ?? '')
  }

  /** Where it counts, if it is to stay in the queue. */
  #staying(message: Message): Set<string> | undefined {
    const { isOf, beganMs } = this.moving
    if (!isOf(message)) return this.#others
    if (this.#sentAs.has(idOf(message))) return this.#returned
    const sentMs = Number(message.Attributes?.SentTimestamp ?? 0)
    return sentMs > beganMs ? this.#newer : undefined
  }

  async #entryOf(message: Message): Promise<MoveEntry> {
    // The same for the same message, whenever it is sent.
    const sendId = createHash('sha256')
      .update(`redrive ${idOf(message)}`)
      .digest('hex')
    return entryOf(message, { sendId: sendId.slice(0, 32), decode: this.moving.decode })
  }

  /** Whether it was sent. */
  #note(message: Message, outcome: Outcome): boolean {
    const id = idOf(message)
    if (outcome.status === 'sent') {
      const { messageId } = outcome
      const { sink, journal } = this.moving
      const line = { id, status: 'sent', messageId } as const
      if (sink.sync) this.#unsynced.push(line)
      else journal.add(line)
      this.#sentAs.add(messageId)
      this.#messages += 1
      this.moving.onProgress(this.#messages)
      return true
    }
    const group = this.moving.nature.isFifo ? groupOf(message) : undefined
    if (group !== undefined) this.#closedGroups.add(group)
    if (outcome.status === 'failed') {
      const { error } = outcome
      this.moving.journal.add({ id, status: 'failed', error })
      this.#failed.add(id)
      this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1)
    }
    return false
  }

  async #delete(sent: readonly Message[]): Promise<void> {
    if (sent.length === 0) return
    const { queue, journal, sink, late } = this.moving
    sink.sync?.()
    for (const line of this.#unsynced.splice(0)) journal.add(line)
    journal.sync()
    for (const message of sent) this.#undeleted.add(idOf(message))
    const remove = (batch: readonly Message[]) => queue.deleteBatch(batch, late)
    const left = new Set((await inBatches(sent, remove, late)).map(({ message }) => message))
    for (const message of sent) {
      if (left.has(message)) continue
      this.#held.delete(idOf(message))
      this.#undeleted.delete(idOf(message))
    }
  }

  /** What was received and not deleted. */
  async giveBack(): Promise<void> {
    const { queue, late } = this.moving
    const show = (batch: readonly Message[]) => queue.changeVisibilityBatch(batch, 0, late)
    // What cannot be given back comes by itself.
    await inBatches([...this.#held.values()], show, late).catch(() => undefined)
  }

  moved(): Moved {
    const errors = [...this.#errors].map(([error, count]) => ({ error, count }))
    const staying = [this.#others, this.#newer, this.#erased]
    const told = [this.#failed, this.#undeleted, this.#returned, ...staying]
    const left = [...this.#held.keys()].filter((id) => told.every((ids) => !ids.has(id)))
    return {
      ...{ messages: this.#messages, sentBefore: this.#sentBefore.size, failed: this.#failed.size },
      ...{ undeleted: this.#undeleted.size, returned: this.#returned.size, left: left.length },
      ...{ others: this.#others.size, newer: this.#newer.size },
      ...{ erased: this.#erased.size, blanked: this.#blanked },
      errors: errors.sort((a, b) => b.count - a.count),
      isCancelled: false,
    }
  }
}

function idOf({ MessageId, ReceiptHandle = '' }: Message): string {
  return MessageId ?? ReceiptHandle
}

function groupOf({ Attributes }: Message): string | undefined {
  return Attributes?.MessageGroupId
}
