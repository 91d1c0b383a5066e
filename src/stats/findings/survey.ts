import { type Deliveries, deliveryFlags } from '../deliveries.js'

/** What one pass over all deliveries tells beyond the figures. */
export interface Survey {
  /** By group: deliveries, and those that lack what is named. */
  groups: GroupSurvey[]
  /** By row of the result. */
  rows: RowSurvey[]
  /** How many deliveries arrived in each hour since the epoch, by arrival, else by time. */
  hours: ReadonlyMap<number, number>
}

export interface GroupSurvey {
  events: number
  noId: number
  noKey: number
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

export const HOUR_US = 3_600e6
const KEPT = 3
const lacks = ['noId', 'noKey', 'noTime', 'noReceivedAt', 'noSequence'] as const
const { noId, noKey, again } = deliveryFlags

/** @param slowAboveUs by row; Infinity where nothing is to be reported */
export function survey(
  deliveries: Deliveries,
  rowOfGroup: (group: number) => number,
  slowAboveUs: readonly number[],
): Survey {
  const { count, groups, groupOf, timesUs, receivedUs, flags, sequences } = deliveries
  const rows = slowAboveUs.map(emptyRow)
  const slowUs = Float64Array.from(groups, (_, n) => slowAboveUs[rowOfGroup(n)] ?? Number.NaN)
  const sequenced = Uint8Array.from(groups, ({ order }) => (order === 'time' ? 0 : 1))
  const lasts = new Float64Array(groups.length).fill(Number.NEGATIVE_INFINITY)
  const events = new Uint32Array(groups.length)
  const lacking = new Uint32Array(groups.length * lacks.length)
  const addLack = (group: number, what: (typeof lacks)[number]) => {
    const at = group * lacks.length + lacks.indexOf(what)
    lacking[at] = (lacking[at] as number) + 1
  }
  const hours = new HourCounts()
  for (let at = 0; at < count; at++) {
    const group = groupOf[at] as number
    const flag = flags[at] as number
    const timeUs = timesUs[at] as number
    const receivedAtUs = receivedUs[at] as number
    const us = receivedAtUs - timeUs
    events[group] = (events[group] as number) + 1
    if (flag & noId) addLack(group, 'noId')
    if (flag & noKey) addLack(group, 'noKey')
    if (sequenced[group] === 1 && Number.isNaN(sequences[at])) {
      if (!deliveries.textSequences.has(at)) addLack(group, 'noSequence')
    }
    let arrivalUs = receivedAtUs
    if (Number.isNaN(us)) {
      if (Number.isNaN(timeUs)) addLack(group, 'noTime')
      if (Number.isNaN(receivedAtUs)) {
        addLack(group, 'noReceivedAt')
        arrivalUs = timeUs
      }
    } else if ((us < 0 || us > (slowUs[group] as number)) && !(flag & again)) {
      const row = rows[rowOfGroup(group)]
      if (row) addOutlier(row, at, deliveries)
    }
    if (arrivalUs > (lasts[group] as number)) lasts[group] = arrivalUs
    hours.add(arrivalUs)
  }
  for (const [group, lastUs] of lasts.entries()) {
    const row = rows[rowOfGroup(group)]
    if (row) row.lastUs = Math.max(row.lastUs, lastUs)
  }
  const groupSurveys = groups.map((_, group) => groupSurvey(events, lacking, group))
  return { groups: groupSurveys, rows, hours: hours.counts() }
}

/** Counts by hour. Neighbours mostly are of one hour. */
class HourCounts {
  private readonly known = new Map<number, number>()
  private fromUs = Number.NaN
  private untilUs = Number.NaN
  private count = 0

  add(us: number): void {
    if (!(us >= this.fromUs && us < this.untilUs)) {
      if (Number.isNaN(us)) return
      this.keep()
      this.fromUs = Math.floor(us / HOUR_US) * HOUR_US
      this.untilUs = this.fromUs + HOUR_US
    }
    this.count += 1
  }

  counts(): ReadonlyMap<number, number> {
    this.keep()
    return this.known
  }

  private keep(): void {
    const hour = this.fromUs / HOUR_US
    if (this.count > 0) this.known.set(hour, (this.known.get(hour) ?? 0) + this.count)
    this.count = 0
  }
}

function groupSurvey(events: Uint32Array, lacking: Uint32Array, group: number): GroupSurvey {
  const lack = (n: number) => lacking[group * lacks.length + n] ?? 0
  return {
    events: events[group] ?? 0,
    noId: lack(0),
    noKey: lack(1),
    noTime: lack(2),
    noReceivedAt: lack(3),
    noSequence: lack(4),
  }
}

function addOutlier(row: RowSurvey, at: number, { timesUs, receivedUs }: Deliveries): void {
  const latencyUs = (a: number) => (receivedUs[a] as number) - (timesUs[a] as number)
  if (latencyUs(at) < 0) {
    keep(row.mostSkewed, at, latencyUs)
    return
  }
  const receivedAtUs = receivedUs[at] as number
  row.slow += 1
  row.slowFirstUs = Math.min(row.slowFirstUs, receivedAtUs)
  row.slowLastUs = Math.max(row.slowLastUs, receivedAtUs)
  keep(row.slowest, at, (a) => -latencyUs(a))
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
