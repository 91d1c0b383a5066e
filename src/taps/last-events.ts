import type { Decoded, EventRecord } from '../event/event.js'

const FIRST_BYTES = 256 * 1024
const GROWTH = 16
/** So far from the end they are looked for, where few are wanted of many. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_UNDECODABLE = 1_000

interface Text {
  /** Makes an offset, or the line after it, the place of reading. */
  goTo(offset: number): Promise<void>
  /** Reads from there to the end as it is now. */
  read(): AsyncGenerator<Decoded[]>
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
): AsyncGenerator<Decoded[]> {
  for (let partBytes = FIRST_BYTES; ; partBytes *= GROWTH) {
    const from = isLines ? Math.max(0, sizeBytes - Math.min(partBytes, MOST_BYTES)) : 0
    await text.goTo(from)
    const last = new Last(count, text)
    for await (const batch of text.read()) for (const one of batch) last.add(one)
    if (last.isFull || from === 0 || partBytes >= MOST_BYTES) return yield last.all
  }
}

class Last {
  readonly all: Decoded[] = []
  #events = 0

  constructor(
    private readonly count: number,
    private readonly text: Text,
  ) {}

  get isFull(): boolean {
    return this.#events === this.count
  }

  add(one: Decoded): void {
    const isEvent = one.kind === 'event'
    if (isEvent && !this.text.isWanted(one.event)) return
    this.all.push(one)
    if (isEvent) this.#events += 1
    while (this.#events > this.count || this.#isFlooded()) {
      if (this.all.shift()?.kind === 'event') this.#events -= 1
    }
  }

  #isFlooded(): boolean {
    return this.all.length > this.count + MOST_UNDECODABLE
  }
}
