import type { Decoded } from '../event/event.js'

/** How much of something was given: whole records, and how much of what is in the next one. */
export interface Given {
  readonly records: number
  readonly events: number
}

export const nothingGiven: Given = { records: 0, events: 0 }

/** Counts what is given from a place on, and leaves out what was given in a run before. */
export class GivenCount {
  #records = 0
  #again: Given

  /** @param before what was given already, and is left out */
  constructor(before: Given = nothingGiven) {
    this.#again = before
  }

  /** From here on it counts anew, as what comes next is found from here. */
  restart(): void {
    this.#records = 0
  }

  /** Where nothing of the next batch has been given. */
  get now(): Given {
    const { records, events } = this.#again
    return { records: this.#records + records, events }
  }

  /**
   * What of a batch was not given before, and how much was when so many of that are.
   *
   * @param sizes how many were found in each record of the batch
   */
  take(found: Decoded[], sizes: readonly number[]): { fresh: Decoded[]; at(taken: number): Given } {
    const { records, events } = this.#again
    const whole = Math.min(records, sizes.length)
    const part = whole < sizes.length ? events : 0
    this.#again = { records: records - whole, events: part > 0 ? 0 : events }
    const start = { records: this.#records + whole, events: part }
    const rest = sizes.slice(whole)
    if (rest[0] !== undefined) rest[0] = Math.max(0, rest[0] - part)
    this.#records += sizes.length
    const left = rest.reduce((sum, size) => sum + size, 0)
    const fresh = left === found.length ? found : found.slice(found.length - left)
    return { fresh, at: (taken) => after(start, rest, taken) }
  }
}

function after(start: Given, sizes: readonly number[], taken: number): Given {
  let { records, events } = start
  let left = taken
  for (const size of sizes) {
    if (left < size) return { records, events: events + left }
    left -= size
    records += 1
    events = 0
  }
  return { records, events }
}
