import type { Deliveries } from '../deliveries.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { LEAST_EXPECTED } from './gaps.js'
import { minuteText, nameOf, roughText } from './phrases.js'

const SAMPLED = 65_536
/** Slots with the same number of events of all types each: nights and gaps of all do not count. */
const SLOTS = 64
/** To be steady a type is seen in that many slots at least, in most of those until its last, and
 * is silent for longer than it ever was before. */
const LEAST_SLOTS = 16
const LEAST_ACTIVE_SHARE = 0.75
const LEAST_SILENT = 4
const TIMES_LONGER = 3

/** Types that came steadily and, long before the end, no more. */
export function silentTypes(evidence: Evidence): Draft[] {
  const { deliveries, rows, survey, rowOf } = evidence
  if (rows.length < 2) return []
  const moments = sampledMoments(deliveries)
  const slotOf = (us: number) => Math.floor((rankOf(moments, us) * SLOTS) / (moments.length + 1))
  const early = rows.filter(({ number }) => {
    const lastUs = survey.rows[number]?.lastUs ?? Number.NaN
    return SLOTS - 1 - slotOf(lastUs) >= LEAST_SILENT
  })
  if (early.length === 0) return []
  const seen = new Map(
    early.map(({ number }) => [number, { slots: new Uint32Array(SLOTS), last: -1 }]),
  )
  for (let at = 0; at < deliveries.count; at++) {
    const ofRow = seen.get(rowOf(at))
    const us = ofRow ? momentOf(deliveries, at) : Number.NaN
    if (!ofRow || Number.isNaN(us)) continue
    const slot = slotOf(us)
    ofRow.slots[slot] = (ofRow.slots[slot] as number) + 1
    if (ofRow.last < 0 || us >= momentOf(deliveries, ofRow.last)) ofRow.last = at
  }
  return early.flatMap((row) => {
    const { slots, last } = seen.get(row.number) ?? { slots: new Uint32Array(SLOTS), last: -1 }
    const expected = expectedMore(slots, deliveries.count / SLOTS)
    return expected === null ? [] : [draftOf(evidence, row, last, expected)]
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
  last: number,
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
      `${minuteText(momentOf(deliveries, last), isDated)} UTC, and until the end about ` +
      `${more} more ` +
      'would be usual.',
    proof: {
      groups: [[last]],
      most: 1,
      fields: ['id', 'key', 'receivedAt', 'time'],
      show: () => [{ role: 'last' }],
    },
  }
}

/** Some of the arrivals, in order. */
function sampledMoments(deliveries: Deliveries): Float64Array {
  const step = Math.max(1, Math.floor(deliveries.count / SAMPLED))
  const moments: number[] = []
  for (let at = 0; at < deliveries.count; at += step) {
    const us = momentOf(deliveries, at)
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

function momentOf({ receivedUs, timesUs }: Deliveries, at: number): number {
  const us = receivedUs[at] as number
  return Number.isNaN(us) ? (timesUs[at] as number) : us
}
