import { type Deliveries, deliveryFlags } from '../deliveries.js'

/** What one pass over all deliveries tells beyond the figures. */
export interface Survey {
  /** By group: deliveries, and those that lack what is named. */
  groups: GroupSurvey[]
  /** By row of the result. */
  rows: RowSurvey[]
}

export interface GroupSurvey {
  events: number
  noId: number
  noTime: number
  noReceivedAt: number
  /** Has a sequence mapped, and none here that can be used. */
  noSequence: number
}

export interface RowSurvey {
  /** The first deliveries furthest ahead of their arrival, the furthest first. */
  mostSkewed: number[]
  /** First deliveries that took longer than the threshold of the row. */
  slow: number
  slowFirstUs: number
  slowLastUs: number
  /** The slowest of them, the slowest first. */
  slowest: number[]
  /** The last arrival, else time, of any delivery. */
  lastUs: number
}

const KEPT = 3

/** @param slowAboveUs by row; Infinity where nothing is to be reported */
export function survey(
  deliveries: Deliveries,
  rowOf: (at: number) => number,
  slowAboveUs: readonly number[],
): Survey {
  const { count, groups, groupOf, timesUs, receivedUs, flags, sequences } = deliveries
  const groupSurveys = groups.map(emptyGroup)
  const rows = slowAboveUs.map(emptyRow)
  const sequenced = groups.map(({ order }) => order !== 'time')
  for (let at = 0; at < count; at++) {
    const number = groupOf[at] as number
    const group = groupSurveys[number]
    const rowNumber = rowOf(at)
    const row = rows[rowNumber]
    if (!group || !row) continue
    const flag = flags[at] as number
    const timeUs = timesUs[at] as number
    const receivedAtUs = receivedUs[at] as number
    group.events += 1
    if (flag & deliveryFlags.noId) group.noId += 1
    if (Number.isNaN(timeUs)) group.noTime += 1
    if (sequenced[number] && Number.isNaN(sequences[at])) {
      if (!deliveries.textSequences.has(at)) group.noSequence += 1
    }
    if (Number.isNaN(receivedAtUs)) group.noReceivedAt += 1
    const arrivalUs = Number.isNaN(receivedAtUs) ? timeUs : receivedAtUs
    if (arrivalUs > row.lastUs) row.lastUs = arrivalUs
    if (flag & deliveryFlags.again) continue
    const us = receivedAtUs - timeUs
    if (us < 0) keep(row.mostSkewed, at, (a) => (receivedUs[a] as number) - (timesUs[a] as number))
    else if (us > (slowAboveUs[rowNumber] as number)) addSlow(row, at, deliveries)
  }
  return { groups: groupSurveys, rows }
}

function addSlow(row: RowSurvey, at: number, { timesUs, receivedUs }: Deliveries): void {
  const receivedAtUs = receivedUs[at] as number
  row.slow += 1
  row.slowFirstUs = Math.min(row.slowFirstUs, receivedAtUs)
  row.slowLastUs = Math.max(row.slowLastUs, receivedAtUs)
  keep(row.slowest, at, (a) => (timesUs[a] as number) - (receivedUs[a] as number))
}

/** Keeps the few least by `rank`, in order; of equals the earlier. */
function keep(kept: number[], at: number, rank: (at: number) => number): void {
  const last = kept[KEPT - 1]
  const value = rank(at)
  if (last !== undefined && rank(last) <= value) return
  let place = kept.length
  while (place > 0 && rank(kept[place - 1] as number) > value) place -= 1
  kept.splice(place, 0, at)
  kept.length = Math.min(kept.length, KEPT)
}

function emptyGroup(): GroupSurvey {
  return { events: 0, noId: 0, noTime: 0, noReceivedAt: 0, noSequence: 0 }
}

function emptyRow(): RowSurvey {
  return {
    mostSkewed: [],
    slow: 0,
    slowFirstUs: Number.POSITIVE_INFINITY,
    slowLastUs: Number.NEGATIVE_INFINITY,
    slowest: [],
    lastUs: Number.NEGATIVE_INFINITY,
  }
}
