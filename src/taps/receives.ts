import type { Message } from '../aws/queue.js'

/** How long SQS waits for a message where none is there. Who ends is not kept waiting longer, and
 * need not cut a call that may have received something. */
const WAIT_SECONDS = 1

/** Receives batches, several at once as long as there are messages. */
export class Receives {
  readonly #running = new Set<Promise<Ended>>()
  #isFlowing = false

  /** @param mostAtOnce where batches come one after the other */
  constructor(
    private readonly receive: (waitSeconds: number) => Promise<Message[]>,
    private readonly mostAtOnce: number,
  ) {}

  /**
   * The batch that comes first; empty where there is nothing, for a second if `mayWait`.
   *
   * @throws what a call throws; the others go on
   */
  async next(mayWait: boolean): Promise<Message[]> {
    while (this.#running.size < (this.#isFlowing ? this.mostAtOnce : 1)) this.#start(mayWait)
    for (;;) {
      const { call, messages, failure } = await Promise.race(this.#running)
      this.#running.delete(call)
      this.#isFlowing = messages.length > 0
      if (failure) throw failure.error
      if (this.#isFlowing || this.#running.size === 0) return messages
    }
  }

  /** What the calls that are still under way bring. */
  async rest(): Promise<Message[]> {
    const ended = await Promise.all(this.#running)
    this.#running.clear()
    return ended.flatMap(({ messages }) => messages)
  }

  #start(mayWait: boolean): void {
    const call: Promise<Ended> = this.receive(mayWait ? WAIT_SECONDS : 0).then(
      (messages) => ({ call, messages }),
      (error) => ({ call, messages: [], failure: { error } }),
    )
    this.#running.add(call)
  }
}

interface Ended {
  call: Promise<Ended>
  messages: Message[]
  failure?: { error: unknown }
}
