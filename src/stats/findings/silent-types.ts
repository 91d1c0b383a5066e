import type { Deliveries } from '../deliveries.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { LEAST_EXPECTED } from './gaps.js'
import type { Pace } from './grounds.js'
import { minuteText, nameOf, roughText } from './phrases.js'
import type { Survey } from './survey.js'

const SAMPLED = 65_536
/** Slots with the same number of events of all types each: nights and gaps of all do not count. */
const SLOTS = 64
/** To be steady a type is seen in that many slots at least, in most of those until its last, and
 * is silent for longer than it ever was before. */
const LEAST_SLOTS = 16
const LEAST_ACTIVE_SHARE = 0.75
const LEAST_SILENT = 4
const TIMES_LONGER = 3

/** The paces of the rows that ended long before the end. */
export class Paces {
  readonly ofRows: ReadonlyMap<number, Pace>

  /** @param moments some of the arrivals, sorted */
  constructor(
    private readonly moments: Float64Array,
    rows: readonly number[],
    survey: Survey,
  ) {
    const early = rows.filter((row) => {
      const lastUs = survey.rows[row]?.lastUs ?? Number.NaN
      return rows.length > 1 && SLOTS - 1 - this.slotOf(lastUs) >= LEAST_SILENT
    })
    const none = () => ({ slots: new Uint32Array(SLOTS), lastPos: -1, lastUs: Number.NaN })
    this.ofRows = new Map(early.map((row) => [row, none()]))
  }

  /** Takes in deliveries in order of position, all at once or page by page. */
  add(deliveries: Deliveries, rowOfGroup: (group: number) => number): void {
    if (this.ofRows.size === 0) return
    const paces = deliveries.groups.map((_, group) => this.ofRows.get(rowOfGroup(group)))
    for (let at = 0; at < deliveries.count; at++) {
      const pace = paces[deliveries.groupOf[at] as number]
      const us = pace ? arrivalUs(deliveries, at) : Number.NaN
      if (!pace || Number.isNaN(us)) continue
      const slot = this.slotOf(us)
      pace.slots[slot] = (pace.slots[slot] as number) + 1
      if (us < pace.lastUs) continue
      pace.lastUs = us
      pace.lastPos = deliveries.posOf(at)
    }
  }

  private slotOf(us: number): number {
    const { moments } = this
    return Math.floor((rankOf(moments, us) * SLOTS) / (moments.length + 1))
  }
}

/** Types that came steadily and, long before the end, no more. */
export function silentTypes(evidence: Evidence): Draft[] {
  const { deliveries, rows, grounds } = evidence
  return rows.flatMap((row) => {
    const pace = grounds.paces.get(row.number)
    const expected = pace ? expectedMore(pace.slots, deliveries.total / SLOTS) : null
    return pace && expected !== null ? [draftOf(evidence, row, pace, expected)] : []
  })
}

/** How many events of the type would be usual after its last, by what else came before it and came
 * after; null where that says nothing.
 *
 * @param slotSize how many events of all types a slot has */
function expectedMore(slots: Uint32Array, slotSize: number): number | null {
  const last = slots.findLastIndex((count) => count > 0)
  const silent = SLOTS - 1 - last
  if (last + 1 < LEAST_SLOTS || silent < LEAST_SILENT) return null
  let active = 0
  let events = 0
  let pause = 0
  let longest = 0
  for (let slot = 0; slot <= last; slot++) {
    const count = slots[slot] as number
    events += count
    if (count > 0) active += 1
    pause = count > 0 ? 0 : pause + 1
    longest = Math.max(longest, pause)
  }
  const othersBefore = Math.max(1, (last + 1) * slotSize - events)
  const expected = (events / othersBefore) * silent * slotSize
  const isSteady = active >= (last + 1) * LEAST_ACTIVE_SHARE && silent >= longest * TIMES_LONGER
  return isSteady && expected >= LEAST_EXPECTED ? expected : null
}

function draftOf(
  { deliveries, isDated }: Evidence,
  row: FindingRow,
  { lastPos, lastUs }: Pace,
  expected: number,
): Draft {
  const more = roughText(expected)
  return {
    kind: 'coverage',
    ...about(row),
    severity: 'fault',
    count: 1,
    weight: expected,
    explain:
      `${nameOf(row)} fell silent: its last event arrived at ` +
      `${minuteText(lastUs, isDated)} UTC, and until the end about ` +
      `${more} more ` +
      'would be usual.',
    proof: {
      groups: [[deliveries.atOf(lastPos)]],
      most: 1,
      fields: ['id', 'key', 'receivedAt', 'time'],
      show: () => [{ role: 'last' }],
    },
  }
}

/** From one sampled delivery to the next, where there are so many. */
export function sampleStep(total: number): number {
  return Math.max(1, Math.floor(total / SAMPLED))
}

/** Some of the arrivals, in order. */
export function sampledMoments(deliveries: Deliveries): Float64Array {
  const step = sampleStep(deliveries.count)
  const moments: number[] = []
  for (let at = 0; at < deliveries.count; at += step) {
    const us = arrivalUs(deliveries, at)
    if (!Number.isNaN(us)) moments.push(us)
  }
  return Float64Array.from(moments).sort()
}

/** How many of the sorted are not above. */
function rankOf(sorted: Float64Array, us: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) <= us) low = middle + 1
    else high = middle
  }
  return low
}

function arrivalUs({ receivedUs, timesUs }: Deliveries, at: number): number {
  const us = receivedUs[at] as number
  return Number.isNaN(us) ? (timesUs[at] as number) : us
}
