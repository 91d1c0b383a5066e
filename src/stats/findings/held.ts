import type { Deliveries } from '../deliveries.js'
import type { Judged } from '../judge.js'
import type { Reordered } from '../reordered-list.js'
import type { Repeat } from '../repeats.js'
import { alikeInSequence, alikeInTime, goesByTime } from './alike.js'
import { heldCounters } from './counters-held.js'
import type { Asked, Delays, Grounds, ReorderedOfRow, RepeatsOfRow } from './grounds.js'
import { FIFO_WINDOW_US, MAX_COMPARED, MAX_COPIES } from './grounds.js'
import { Paces, sampledMoments } from './silent-types.js'
import { Surveyor } from './survey.js'

/** What findings are made of where all deliveries are in memory. */
export function heldGrounds(deliveries: Deliveries, judged: Judged, asked: Asked): Grounds {
  const { rowOfGroup, considered, isCompared, mostNear } = asked
  const surveyor = new Surveyor(deliveries.groups, rowOfGroup, asked.slowAboveUs)
  surveyor.add(deliveries)
  const survey = surveyor.read()
  const paces = new Paces(sampledMoments(deliveries), asked.rows, survey)
  paces.add(deliveries, rowOfGroup)
  const rowOf = (at: number) => rowOfGroup(deliveries.groupOf[at] as number)
  const options = { deliveries, ...judged }
  const none = { classes: [], left: 0 }
  return {
    deliveries,
    survey,
    paces: paces.ofRows,
    keysByPosition: judged.arrival.keysByPosition,
    repeated: repeatedIn(judged.repeats, isCompared),
    repeats: repeatsByRow(deliveries, judged.repeats, rowOf, considered),
    reordered: reorderedByRow(judged.reordered, rowOf, considered),
    inSequence: isCompared ? alikeInSequence(options, MAX_COMPARED) : none,
    inTime: mostNear > 0 && goesByTime(deliveries, survey) ? alikeInTime(options, mostNear) : none,
    counters: heldCounters(deliveries, judged, considered),
  }
}

function repeatedIn(repeats: readonly Repeat[], isCompared: boolean): Grounds['repeated'] {
  const deliveries = repeats.reduce((sum, repeat) => sum + repeat.deliveries.length, 0)
  const fits = isCompared && deliveries <= MAX_COMPARED
  return { deliveries, groups: fits ? repeats.map((repeat) => repeat.deliveries) : null }
}

function repeatsByRow(
  { receivedUs }: Deliveries,
  repeats: readonly Repeat[],
  rowOf: (at: number) => number,
  considered: number,
): Map<number, RepeatsOfRow> {
  const found = new Map<number, { groups: number[][]; delaysUs: number[] }>()
  for (const { deliveries: copies } of repeats) {
    const [first = 0, last = 0] = [copies[0], copies.at(-1)]
    const row = rowOf(last)
    const known = found.get(row) ?? { groups: [], delaysUs: [] }
    found.set(row, known)
    if (known.groups.length < considered) known.groups.push(copies.slice(0, MAX_COPIES))
    const us = (receivedUs[last] as number) - (receivedUs[first] as number)
    if (!Number.isNaN(us)) known.delaysUs.push(us)
  }
  return new Map(
    [...found].map(([row, { groups, delaysUs }]) => [row, { groups, delays: delaysOf(delaysUs) }]),
  )
}

function delaysOf(delaysUs: readonly number[]): Delays {
  const sorted = Float64Array.from(delaysUs).sort()
  return {
    events: sorted.length,
    medianUs: sorted[(sorted.length - 1) >> 1] ?? 0,
    mostUs: sorted.at(-1) ?? 0,
    late: sorted.filter((us) => us > FIFO_WINDOW_US).length,
  }
}

function reorderedByRow(
  reordered: Iterable<Reordered>,
  rowOf: (at: number) => number,
  considered: number,
): Map<number, ReorderedOfRow> {
  const byRow = new Map<number, ReorderedOfRow>()
  for (const each of reordered) {
    const row = rowOf(each.at)
    const known = byRow.get(row) ?? { some: [], worst: each, isTimed: true }
    byRow.set(row, known)
    if (known.some.length < considered) known.some.push(each)
    if (Number.isNaN(each.lateUs)) known.isTimed = false
    if (isWorse(each, known.worst)) known.worst = each
  }
  return byRow
}

function isWorse(each: Reordered, worst: Reordered): boolean {
  const rank = ({ lateUs }: Reordered) => (Number.isNaN(lateUs) ? -1 : lateUs)
  return (rank(each) - rank(worst) || each.extent - worst.extent) > 0
}
