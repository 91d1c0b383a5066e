import { expect } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import type { StreamModel } from '../testbed/stream-model.js'

const KEYS = 7

/** Puts records on a stream, and knows what has to come of it. */
export class Producer {
  #serial = 0

  constructor(private readonly model: StreamModel) {}

  /** Of seven keys, one after the other. */
  put(count: number, atMs?: number): string[] {
    return Array.from({ length: count }, () => {
      const id = `${this.#serial++}`
      this.model.put(`k${this.#serial % KEYS}`, JSON.stringify({ id }), atMs)
      return id
    })
  }

  /** Records before, between and behind splits and merges, each of which makes a generation. */
  reshapes(times: number, count = 20): string[] {
    const { model } = this
    const ids = this.put(count)
    for (let step = 0; step < times; step++) {
      model.split(model.open[step % model.open.length]?.id ?? '')
      ids.push(...this.put(count))
      model.merge(...model.neighbours())
      ids.push(...this.put(count))
    }
    return ids
  }

  /** The same for a table, whose shards are split, or followed by another. */
  rolls(times: number, count = 20): string[] {
    const { model } = this
    const ids = this.put(count)
    for (let step = 0; step < times; step++) {
      const id = model.open[step % model.open.length]?.id ?? ''
      if (step % 3 === 1) model.split(id)
      else model.roll(id)
      ids.push(...this.put(count))
    }
    return ids
  }

  /** That these came once each, those of a key in the order in which they were put. */
  expectAll(events: readonly EventRecord[], ids: readonly string[]): void {
    expect(events).toHaveLength(ids.length)
    const wanted = new Set(ids)
    for (let n = 0; n < KEYS; n++) {
      const key = `k${n}`
      const seen = events.filter((event) => event.key === key).map(({ id }) => String(id))
      expect(seen).toEqual(this.#putOf(key).filter((id) => wanted.has(id)))
    }
  }

  #putOf(key: string): string[] {
    return this.model.shards
      .flatMap(({ records }) => records)
      .filter(({ PartitionKey }) => PartitionKey === key)
      .map(({ SequenceNumber, Data }) => ({ at: BigInt(SequenceNumber), Data }))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ Data }) => JSON.parse(Buffer.from(Data, 'base64').toString()).id)
  }
}
