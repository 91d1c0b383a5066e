import type { Decoded, EventRecord } from '../event/event.js'
import type { TextBatch } from './text-reading.js'

const FIRST_BYTES = 256 * 1024
const GROWTH = 16
/** So far from the end they are looked for, where few are wanted of many. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_UNDECODABLE = 1_000

interface Text {
  /** Makes an offset, or the line after it, the place of reading. */
  goTo(offset: number): Promise<void>
  /** Reads from there to the end as it is now. */
  read(): AsyncGenerator<TextBatch>
  isWanted(event: EventRecord): boolean
}

/**
 * The last events that are wanted of a text, and what is undecodable among them. They are looked
 * for from the end, in parts that grow: only where records are lines can be begun anywhere.
 */
export async function* lastEvents(
  count: number,
  sizeBytes: number,
  isLines: boolean,
  text: Text,
): AsyncGenerator<TextBatch> {
  for (let partBytes = FIRST_BYTES; ; partBytes *= GROWTH) {
    const from = isLines ? Math.max(0, sizeBytes - Math.min(partBytes, MOST_BYTES)) : 0
    await text.goTo(from)
    const last = new Last(count, text)
    for await (const batch of text.read()) last.add(batch)
    if (last.isFull || from === 0 || partBytes >= MOST_BYTES) return yield* last.batch()
  }
}

/** Something found, and its place in its batch. */
interface One {
  readonly one: Decoded
  readonly batch: TextBatch
  readonly taken: number
}

class Last {
  readonly #all: One[] = []
  #events = 0
  #end: TextBatch | undefined

  constructor(
    private readonly count: number,
    private readonly text: Text,
  ) {}

  get isFull(): boolean {
    return this.#events === this.count
  }

  add(batch: TextBatch): void {
    this.#end = batch
    for (const [taken, one] of batch.found.entries()) this.#add({ one, batch, taken })
  }

  *batch(): Generator<TextBatch> {
    const [all, end] = [this.#all, this.#end]
    if (end === undefined) return
    const at = (taken: number) => {
      const next = all[taken]
      return next ? next.batch.at(next.taken) : end.at(end.found.length)
    }
    yield { found: all.map(({ one }) => one), at }
  }

  #add(added: One): void {
    const { one } = added
    const isEvent = one.kind === 'event'
    if (isEvent && !this.text.isWanted(one.event)) return
    this.#all.push(added)
    if (isEvent) this.#events += 1
    while (this.#events > this.count || this.#isFlooded()) {
      if (this.#all.shift()?.one.kind === 'event') this.#events -= 1
    }
  }

  #isFlooded(): boolean {
    return this.#all.length > this.count + MOST_UNDECODABLE
  }
}
