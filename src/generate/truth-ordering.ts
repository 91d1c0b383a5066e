import { LatencyHistogram } from '../meters/hdr.js'
import type { OrderingFigures } from '../stats/result.js'
import type { ArrivalOrder } from './arrival-order.js'
import type { Workload } from './workload.js'

/** One first delivery that came after a later one of its key. */
interface Reordering {
  delivery: number
  extent: number
  lateUs: number
}

/** Ordering by the definition of DESIGN §8 (RFC 4737), key by key. */
export interface TruthOrdering {
  rows: OrderingFigures[]
  total: OrderingFigures
  /** The first few, by key. */
  witnesses: Reordering[]
}

const MOST_WITNESSES = 5

export function orderingTruth(workload: Workload, arrival: ArrivalOrder): TruthOrdering {
  const { events, deliveries, rows, settings } = workload
  const tallies = rows.map(() => new Tally())
  const total = new Tally()
  const witnesses: Reordering[] = []
  const { starts, items } = firstsByKey(workload, arrival)
  for (let key = 0; key < settings.keys; key++) {
    const stream = items.subarray(starts[key], starts[key + 1])
    const sequences = stream.map((d) => events.sequence[deliveries.event[d] ?? 0] ?? 0)
    const greatest = prefixMaxima(sequences)
    stream.forEach((d, i) => {
      const sequence = sequences[i] ?? 0
      const row = tallies[events.row[deliveries.event[d] ?? 0] ?? 0]
      row?.check(key)
      total.check(key)
      if (i === 0 || sequence >= (greatest[i - 1] ?? 0)) return
      const j = earliestAbove(greatest, sequence)
      const aheadUs = arrival.recordedUs[stream[j] ?? 0] ?? 0
      const found = {
        delivery: d,
        extent: i - j,
        lateUs: (arrival.recordedUs[d] ?? 0) - aheadUs,
      }
      row?.reorder(found)
      total.reorder(found)
      if (witnesses.length < MOST_WITNESSES) witnesses.push(found)
    })
  }
  return { rows: tallies.map((tally) => tally.figures()), total: total.figures(), witnesses }
}

/** First deliveries by key, each key's in order of arrival. */
function firstsByKey({ events, deliveries, settings }: Workload, arrival: ArrivalOrder) {
  const starts = new Uint32Array(settings.keys + 1)
  const keyOf = (d: number) => events.key[deliveries.event[d] ?? 0] ?? 0
  for (const d of arrival.order) {
    if (arrival.isFirst[d] === 1) starts[keyOf(d) + 1] = (starts[keyOf(d) + 1] ?? 0) + 1
  }
  for (let key = 1; key < starts.length; key++) {
    starts[key] = (starts[key] ?? 0) + (starts[key - 1] ?? 0)
  }
  const items = new Uint32Array(starts[settings.keys] ?? 0)
  const next = starts.slice()
  for (const d of arrival.order) {
    if (arrival.isFirst[d] !== 1) continue
    const place = next[keyOf(d)] ?? 0
    items[place] = d
    next[keyOf(d)] = place + 1
  }
  return { starts, items }
}

function prefixMaxima(values: Uint32Array): Uint32Array {
  let greatest = 0
  return values.map((value) => {
    greatest = Math.max(greatest, value)
    return greatest
  })
}

/** The greatest so far rises, so the earliest above is found by halving. */
function earliestAbove(greatest: Uint32Array, value: number): number {
  let low = 0
  let high = greatest.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((greatest[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

class Tally {
  private keys = 0
  private latestKey = -1
  private checked = 0
  private reordered = 0
  private maxExtent = 0
  private maxLateUs = 0
  private readonly late = new LatencyHistogram()

  /** Keys come one after the other. */
  check(key: number): void {
    this.checked++
    if (key === this.latestKey) return
    this.latestKey = key
    this.keys++
  }

  reorder({ extent, lateUs }: Reordering): void {
    this.reordered++
    this.maxExtent = Math.max(this.maxExtent, extent)
    this.maxLateUs = Math.max(this.maxLateUs, lateUs)
    this.late.record(lateUs)
  }

  figures(): OrderingFigures {
    const { keys, checked, reordered, maxExtent, maxLateUs } = this
    const isEmpty = checked === 0
    return {
      keys,
      checked,
      reordered,
      ratio: isEmpty ? null : reordered / checked,
      maxExtent: isEmpty ? null : maxExtent,
      maxLateMs: isEmpty ? null : maxLateUs / 1000,
      p99LateMs: this.late.figures().p99,
    }
  }
}
