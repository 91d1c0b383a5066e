import type { Message } from '../aws/queue.js'

/** The longest that SQS hides a message. */
const MOST_HIDDEN_SECONDS = 43_200

/** How long a message is to be hidden that is to be acknowledged within so long. */
export function hiddenSecondsFor(holdMs: number, leastSeconds: number): number {
  return Math.min(MOST_HIDDEN_SECONDS, Math.max(leastSeconds, Math.ceil(holdMs / 1_000)))
}

/** Messages that were handed on, and that nobody has acknowledged so far. */
export class Unacknowledged {
  readonly #messages = new Map<string, Message>()

  get isEmpty(): boolean {
    return this.#messages.size === 0
  }

  add(id: string, message: Message): void {
    this.#messages.set(id, message)
  }

  /** Whether a message is one of these that was received again; it is deleted by its newest
   * receipt. */
  renews(id: string, message: Message): boolean {
    if (!this.#messages.has(id)) return false
    this.#messages.set(id, message)
    return true
  }

  /** Takes those of these ids out. */
  take(ids: Iterable<string>): Message[] {
    const found: Message[] = []
    for (const id of ids) {
      const message = this.#messages.get(id)
      if (message && this.#messages.delete(id)) found.push(message)
    }
    return found
  }

  takeAll(): Message[] {
    return this.take([...this.#messages.keys()])
  }
}
