import type { Message, OpenQueue } from '../aws/queue.js'
import { inBatches } from './queue-batches.js'

/** A message is hidden from its consumers for so long at most, to see those behind it. */
export const HOLD_MS = 2_000
/** Somebody else has it already, or may have it. */
const isVisible = /MessageNotInflight|ReceiptHandleIsInvalid/

/** Messages that were received and are to be given back, at the latest after {@link HOLD_MS}, even
 * where nobody asks for the next ones. */
export class HeldMessages {
  readonly #messages: Message[] = []
  #timer: NodeJS.Timeout | undefined
  #isDue = false
  #heldAny = false
  #giving: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | undefined

  /** @param hiddenSeconds after so long SQS shows what nobody could give back */
  constructor(
    private readonly queue: OpenQueue,
    private readonly late: AbortSignal,
    private readonly hiddenSeconds: number,
    private readonly onNote: (text: string) => void,
  ) {}

  /** Whether the first ones were held for long enough. */
  get isDue(): boolean {
    return this.#isDue
  }

  add(messages: readonly Message[]): void {
    if (messages.length === 0) return
    this.#heldAny = true
    this.#messages.push(...messages)
    // What comes when time is up is not held at all.
    if (this.#isDue) this.#release()
    else this.#timer ??= setTimeout(() => this.#timeIsUp(), HOLD_MS)
  }

  /** Gives these back now, to receive them again with what lies behind them. */
  async pass(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return
    this.#heldAny = true
    await this.#back(messages)
  }

  /**
   * Gives all back.
   *
   * @returns whether there were any since it was called before
   * @throws EvtError where that is not allowed
   */
  async giveBack(): Promise<boolean> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#release()
    await this.#giving
    if (this.#failure) throw this.#failure.error
    const had = this.#heldAny
    this.#heldAny = false
    this.#isDue = false
    return had
  }

  #timeIsUp(): void {
    this.#isDue = true
    this.#release()
  }

  #release(): void {
    const messages = this.#messages.splice(0)
    if (messages.length === 0) return
    const before = this.#giving
    this.#giving = this.#back(messages)
      .catch((error) => {
        this.#failure ??= { error }
      })
      .then(() => before)
  }

  async #back(messages: readonly Message[]): Promise<void> {
    const { queue, late } = this
    const show = (batch: readonly Message[]) => queue.changeVisibilityBatch(batch, 0, late)
    const failed = await inBatches(messages, show, late)
    const hidden = failed.filter(({ reason }) => !isVisible.test(reason))
    const [first] = hidden
    if (first === undefined) return
    const were = hidden.length === 1 ? 'message' : 'messages'
    this.onNote(
      `${hidden.length} ${were} could not be given back (${first.reason}): hidden for up to ` +
        `${this.hiddenSeconds} s`,
    )
  }
}
