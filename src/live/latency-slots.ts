import type { Delivery } from '../meters/delivery.js'
import type { HdrBucket } from '../meters/hdr-buckets.js'

/** The latencies of one window in µs, roughly, in ascending order. */
export interface LatencyWindow {
  startUs: number
  rows: { source: string; type: string; buckets: HdrBucket[] }[]
  total: HdrBucket[]
}

/** Between half as many and as many windows are kept, of whatever span. */
const MOST_SLOTS = 200
/** Where there are many types, so few. */
const LEAST_SLOTS = 20
const LEAST_US = 1_000
/** So many counts are kept; some 40 bytes each. */
const MOST_COUNTS = 1_000_000
/** Of a latency so many bits: windows are compared with each other, and need no more. */
const BITS = 8

type Counts = Map<number, number>

/** By source and type, as JSON. */
type Slot = Map<string, Counts>

/**
 * The latencies of windows all over a run whose length nobody knows before: the windows get twice
 * as long whenever there would be too many, so that memory is bounded.
 */
export class LatencySlots {
  private slots = new Map<number, Slot>()
  private slotUs = LEAST_US
  private firstUs = Number.POSITIVE_INFINITY
  private lastUs = Number.NEGATIVE_INFINITY
  private counts = 0

  constructor(private readonly mostCounts = MOST_COUNTS) {}

  observe({ event, repeats }: Delivery): void {
    const { timeUs, receivedAtUs, source, type } = event
    if (repeats !== null || timeUs === null || receivedAtUs === null) return
    const us = receivedAtUs - timeUs
    if (us < 0) return
    this.firstUs = Math.min(this.firstUs, receivedAtUs)
    this.lastUs = Math.max(this.lastUs, receivedAtUs)
    this.add(this.numberOf(receivedAtUs), JSON.stringify([source, type]), roughly(us), 1)
    while (this.isTooMuch()) this.widen()
  }

  /** By start, without those that hold nothing. */
  read(): LatencyWindow[] {
    const numbers = [...this.slots.keys()].sort((a, b) => a - b)
    return numbers.map((number) => {
      const rows = [...(this.slots.get(number) ?? [])].map(([name, counts]) => {
        const [source, type] = JSON.parse(name) as [string, string]
        return { source, type, buckets: bucketsOf([counts]) }
      })
      const total = bucketsOf([...(this.slots.get(number)?.values() ?? [])])
      return { startUs: number * this.slotUs, rows, total }
    })
  }

  private numberOf(us: number): number {
    return Math.floor(us / this.slotUs)
  }

  private isTooMuch(): boolean {
    const slots = this.numberOf(this.lastUs) - this.numberOf(this.firstUs) + 1
    return slots > MOST_SLOTS || (this.counts > this.mostCounts && slots > LEAST_SLOTS)
  }

  private widen(): void {
    const narrow = this.slots
    this.slots = new Map()
    this.slotUs *= 2
    this.counts = 0
    for (const [number, rows] of narrow) {
      for (const [name, counts] of rows) {
        for (const [us, count] of counts) this.add(Math.floor(number / 2), name, us, count)
      }
    }
  }

  private add(number: number, name: string, us: number, count: number): void {
    const slot = this.slots.get(number) ?? new Map<string, Counts>()
    this.slots.set(number, slot)
    const counts = slot.get(name) ?? new Map<number, number>()
    slot.set(name, counts)
    const known = counts.get(us)
    if (known === undefined) this.counts += 1
    counts.set(us, (known ?? 0) + count)
  }
}

function roughly(us: number): number {
  const step = stepAt(us)
  return Math.floor(us / step) * step
}

function stepAt(us: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, us))) + 1 - BITS)
}

function bucketsOf(all: readonly Counts[]): HdrBucket[] {
  const sum: Counts = new Map()
  for (const counts of all) {
    for (const [us, count] of counts) sum.set(us, (sum.get(us) ?? 0) + count)
  }
  return [...sum]
    .sort(([a], [b]) => a - b)
    .map(([lowest, count]) => ({ lowest, highest: lowest + stepAt(lowest) - 1, count }))
}
