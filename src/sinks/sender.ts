import { Lanes, type Pending } from './lanes.js'
import type { OpenSink, Sent, SinkEntry } from './sink.js'

/** What became of an entry in the end. */
export type Outcome =
  | {
      readonly status: 'sent'
      readonly messageId: string
      /** More than one: it may have arrived more than once, unless the target drops repeats. */
      readonly attempts: number
      /** Of the call that succeeded: when it began and when it was answered. */
      readonly calledMs: number
      readonly answeredMs: number
    }
  | { readonly status: 'failed'; readonly error: string; readonly attempts: number }
  /** It was in no call. */
  | { readonly status: 'not sent' }

export interface SenderOptions<E extends SinkEntry> {
  /** Called once for each entry; for those of a key, where order is kept, in their order. */
  onOutcome(entry: E, outcome: Outcome): void
  /** When it aborts, nothing more is sent, and what is under way has a moment to be answered. */
  readonly signal: AbortSignal
  /** Calls at one time. */
  readonly concurrency?: number
  /** Entries that may be without an outcome; fewer than fill its calls, so that fewer wait here. */
  readonly most?: number
  /** Calls that one entry may be in. */
  readonly attempts?: number
  /** Whether, where order is kept, nothing more of a key is sent once one of it failed for good. */
  readonly holdsKeys?: boolean
  /** Whether one that cannot be sent at all is left out all the same, and holds no key. */
  readonly skipsRefused?: boolean
  readonly nowMs?: () => number
  /** The waits before something is tried again: the first, which doubles, and the longest. */
  readonly waitMs?: { readonly first: number; readonly most: number }
}

const BATCHES_AHEAD = 4
const LAST_ANSWERS_MS = 5_000

/**
 * Sends entries in batches: at once where no call is under way, else what has come together until
 * a batch is full or a call is answered. Entries that failed are sent again alone, those of a key
 * never behind a later one of it. Where a service throttles or does not answer, all wait.
 */
export class Sender<E extends SinkEntry> {
  private readonly lanes: Lanes<E>
  /** Those that wait to be tried again, each by itself. */
  private readonly resting = new Map<Pending<E>, { timer: NodeJS.Timeout; error: string }>()
  /** One a call at a time: a signal that all share would gather listeners. */
  private readonly underWay = new Set<AbortController>()
  private readonly spare: AbortController[] = []
  private readonly options: Required<SenderOptions<E>>
  private readonly capacity: number
  private calls = 0
  /** Entries without an outcome. */
  private open = 0
  private pause: { timer: NodeJS.Timeout } | undefined
  private pausesInRow = 0
  private failure: { readonly error: unknown } | undefined
  private wake: (() => void)[] = []

  constructor(
    private readonly sink: OpenSink,
    options: SenderOptions<E>,
  ) {
    const most = Number.POSITIVE_INFINITY
    const holding = { holdsKeys: false, skipsRefused: false }
    const usual = { concurrency: 8, most, attempts: 20, ...holding, nowMs: Date.now }
    this.options = { ...usual, waitMs: { first: 100, most: 5_000 }, ...options }
    this.lanes = new Lanes(sink.keepsOrder)
    const ahead = this.options.concurrency * sink.limits.entries * BATCHES_AHEAD
    this.capacity = Math.min(this.options.most, ahead)
    const { signal } = options
    if (signal.aborted) this.stop()
    else signal.addEventListener('abort', this.stop, { once: true })
  }

  /**
   * Takes an entry.
   *
   * @returns resolves when there is room for another; undefined where there is
   * @throws EvtError why nothing can be sent any more
   */
  add(entry: E): Promise<void> | undefined {
    if (this.failure) throw this.failure.error
    const { fault } = entry
    const prepared = fault === undefined ? this.sink.prepare(entry) : { refused: fault }
    const refused = 'refused' in prepared ? prepared.refused : this.tooLarge(prepared.sizeBytes)
    this.open += 1
    if (refused !== undefined || 'refused' in prepared) {
      // What is before it goes all the same.
      const { holdsKeys, skipsRefused } = this.options
      if (holdsKeys && !skipsRefused) this.lanes.closeBehind(entry)
      this.settle(entry, { status: 'failed', error: refused ?? '', attempts: 0 })
      return undefined
    }
    if (this.options.signal.aborted || this.lanes.isClosed(entry)) {
      this.settle(entry, { status: 'not sent' })
      return undefined
    }
    const { message, sizeBytes } = prepared
    this.lanes.add({ message, sizeBytes, entry, attempts: 0 })
    this.pump()
    return this.isFull() ? this.room() : undefined
  }

  /**
   * Until each entry has its outcome.
   *
   * @throws EvtError why nothing could be sent any more
   */
  async end(): Promise<void> {
    while (this.open > 0) await this.change()
    this.options.signal.removeEventListener('abort', this.stop)
    if (this.failure) throw this.failure.error
  }

  private isFull(): boolean {
    return this.open >= this.capacity && !this.failure
  }

  private async room(): Promise<void> {
    while (this.isFull()) await this.change()
  }

  private tooLarge(sizeBytes: number): string | undefined {
    const { entryBytes } = this.sink.limits
    if (sizeBytes <= entryBytes) return undefined
    const [size, most] = [sizeBytes, entryBytes].map((bytes) => bytes.toLocaleString('en'))
    return `it has ${size} bytes, and ${this.sink.target} takes ${most}`
  }

  private pump(): void {
    const { limits } = this.sink
    while (!this.pause && this.calls < this.options.concurrency && this.lanes.readyCount > 0) {
      if (this.calls > 0 && this.lanes.readyCount < limits.entries) return
      void this.call(this.lanes.take(limits))
    }
  }

  private async call(batch: Pending<E>[]): Promise<void> {
    this.calls += 1
    const calledMs = this.options.nowMs()
    const results = await this.answers(batch)
    this.calls -= 1
    const answeredMs = this.options.nowMs()
    let isAnswered = false
    for (const [n, pending] of batch.entries()) {
      pending.attempts += 1
      const result = results[n] ?? unanswered
      isAnswered ||= result.isSent
      if (result.isSent) {
        const { messageId } = result
        const { attempts } = pending
        this.lanes.settle(pending)
        this.settle(pending.entry, { status: 'sent', messageId, attempts, calledMs, answeredMs })
      } else this.failed(pending, result)
    }
    if (isAnswered && !this.pause) this.pausesInRow = 0
    this.pump()
  }

  private async answers(batch: readonly Pending<E>[]): Promise<readonly Sent[]> {
    const messages = batch.map(({ message }) => message)
    const call = this.spare.pop() ?? new AbortController()
    this.underWay.add(call)
    try {
      const results = await this.sink.send(messages, call.signal)
      if (results.some((result) => !result.isSent && result.isOfAll)) this.rest()
      return results
    } catch (error) {
      this.failure ??= { error }
      this.stop()
      const told = error instanceof Error ? error.message : String(error)
      return batch.map(() => ({ ...unanswered, error: told, isTemporary: false }))
    } finally {
      this.underWay.delete(call)
      this.spare.push(call)
    }
  }

  private failed(pending: Pending<E>, result: Sent & { isSent: false }): void {
    const { attempts, entry } = pending
    const { error, isTemporary } = result
    const isOver = this.failure !== undefined || this.options.signal.aborted
    if (!isTemporary || isOver || attempts >= this.options.attempts) {
      const behind = this.options.holdsKeys ? this.lanes.close(pending) : []
      this.lanes.settle(pending)
      this.settle(entry, { status: 'failed', error, attempts })
      for (const one of behind) this.settle(one.entry, { status: 'not sent' })
      return
    }
    const again = () => {
      this.resting.delete(pending)
      this.lanes.again(pending)
      this.pump()
    }
    const timer = setTimeout(again, this.waitMs(attempts - 1))
    this.resting.set(pending, { timer, error })
  }

  /** No call for a while. */
  private rest(): void {
    if (this.pause) return
    const over = () => {
      this.pause = undefined
      this.pump()
    }
    this.pause = { timer: setTimeout(over, this.waitMs(this.pausesInRow)) }
    this.pausesInRow += 1
  }

  private waitMs(times: number): number {
    const { first, most } = this.options.waitMs
    return Math.min(most, first * 2 ** times) * (0.5 + Math.random() / 2)
  }

  private readonly stop = (): void => {
    clearTimeout(this.pause?.timer)
    for (const [pending, { timer, error }] of this.resting) {
      clearTimeout(timer)
      const { entry, attempts } = pending
      this.settle(entry, { status: 'failed', error, attempts })
    }
    this.resting.clear()
    this.dropAll()
    if (this.calls === 0) return
    const giveUp = () => {
      for (const call of this.underWay) call.abort()
    }
    const timer = setTimeout(giveUp, LAST_ANSWERS_MS)
    timer.unref()
  }

  private dropAll(): void {
    for (const { entry, attempts } of this.lanes.drain()) {
      if (attempts === 0) this.settle(entry, { status: 'not sent' })
      else this.settle(entry, { status: 'failed', error: 'interrupted', attempts })
    }
  }

  private settle(entry: E, outcome: Outcome): void {
    this.open -= 1
    this.options.onOutcome(entry, outcome)
    if (this.wake.length === 0) return
    for (const wake of this.wake.splice(0)) wake()
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve))
  }
}

const unanswered = {
  isSent: false,
  error: 'the answer did not mention it',
  isTemporary: true,
  isOfAll: false,
} as const
