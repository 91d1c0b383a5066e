import { type Deliveries, deliveryFlags, type Group } from '../deliveries.js'

/** What one pass over all deliveries tells beyond the figures. Deliveries are given by position. */
export interface Survey {
  /** By group: deliveries, and those that lack what is named. */
  groups: GroupSurvey[]
  /** By row of the result. */
  rows: RowSurvey[]
  /** How many deliveries arrived in each hour since the epoch, by arrival, else by time. */
  hours: ReadonlyMap<number, number>
  /** The first of those that are claim checks nobody followed. */
  claims: number[]
}

export interface GroupSurvey {
  events: number
  noId: number
  noKey: number
  noTime: number
  noReceivedAt: number
  /** Has a sequence mapped, and none here that can be used. */
  noSequence: number
  /** Are claim checks. */
  claim: number
  /** The first of those without a sequence. */
  unsequenced: number[]
  /** The first of its deliveries; -1 where it has none. */
  first: number
}

export interface RowSurvey {
  /** The first deliveries furthest ahead of their arrival, the furthest first. */
  mostSkewed: Outlier[]
  /** First deliveries that took longer than the threshold of the row. */
  slow: number
  slowFirstUs: number
  slowLastUs: number
  /** The slowest of them, the slowest first. */
  slowest: Outlier[]
  /** The last arrival, else time, of any delivery. */
  lastUs: number
}

interface Outlier {
  pos: number
  latencyUs: number
}

export const HOUR_US = 3_600e6
const KEPT = 3
const lacks = ['noId', 'noKey', 'noTime', 'noReceivedAt', 'noSequence', 'claim'] as const
const { noId, noKey, again, claim } = deliveryFlags

/** Looks at deliveries in order of position, all at once or page by page. */
export class Surveyor {
  private readonly rows: RowSurvey[]
  private readonly rowOf: Int32Array
  private readonly slowUs: Float64Array
  private readonly sequenced: Uint8Array
  private readonly lasts: Float64Array
  private readonly events: Uint32Array
  private readonly firsts: Float64Array
  private readonly lacking: Uint32Array
  private readonly hours = new HourCounts()
  private readonly claims: number[] = []
  private readonly unsequenced: number[][]

  /** @param slowAboveUs by row; Infinity where nothing is to be reported */
  constructor(
    groups: readonly Group[],
    rowOfGroup: (group: number) => number,
    slowAboveUs: readonly number[],
  ) {
    this.rows = slowAboveUs.map(emptyRow)
    this.rowOf = Int32Array.from(groups, (_, n) => rowOfGroup(n))
    this.slowUs = Float64Array.from(groups, (_, n) => slowAboveUs[rowOfGroup(n)] ?? Number.NaN)
    this.sequenced = Uint8Array.from(groups, ({ order }) => (order === 'time' ? 0 : 1))
    this.lasts = new Float64Array(groups.length).fill(Number.NEGATIVE_INFINITY)
    this.events = new Uint32Array(groups.length)
    this.firsts = new Float64Array(groups.length).fill(-1)
    this.lacking = new Uint32Array(groups.length * lacks.length)
    this.unsequenced = groups.map(() => [])
  }

  add(deliveries: Deliveries): void {
    const { count, groupOf, timesUs, receivedUs, flags, sequences, textSequences } = deliveries
    const { rowOf, slowUs, sequenced, lasts, events, hours } = this
    for (let at = 0; at < count; at++) {
      const group = groupOf[at] as number
      const flag = flags[at] as number
      const timeUs = timesUs[at] as number
      const receivedAtUs = receivedUs[at] as number
      const us = receivedAtUs - timeUs
      if (events[group] === 0) this.firsts[group] = deliveries.posOf(at)
      events[group] = (events[group] as number) + 1
      if (flag & noId) this.addLack(group, 'noId')
      if (flag & noKey) this.addLack(group, 'noKey')
      if (flag & claim) {
        this.addLack(group, 'claim')
        if (this.claims.length < KEPT) this.claims.push(deliveries.posOf(at))
      }
      if (sequenced[group] === 1 && Number.isNaN(sequences[at])) {
        if (!textSequences.has(at)) this.addUnsequenced(group, deliveries.posOf(at))
      }
      let arrivalUs = receivedAtUs
      if (Number.isNaN(us)) {
        if (Number.isNaN(timeUs)) this.addLack(group, 'noTime')
        if (Number.isNaN(receivedAtUs)) {
          this.addLack(group, 'noReceivedAt')
          arrivalUs = timeUs
        }
      } else if ((us < 0 || us > (slowUs[group] as number)) && !(flag & again)) {
        const row = this.rows[rowOf[group] as number]
        if (row) addOutlier(row, { pos: deliveries.posOf(at), latencyUs: us }, receivedAtUs)
      }
      if (arrivalUs > (lasts[group] as number)) lasts[group] = arrivalUs
      hours.add(arrivalUs)
    }
  }

  read(): Survey {
    for (const [group, lastUs] of this.lasts.entries()) {
      const row = this.rows[this.rowOf[group] as number]
      if (row) row.lastUs = Math.max(row.lastUs, lastUs)
    }
    const groups = Array.from(this.events, (_, group) => this.groupSurvey(group))
    return { groups, rows: this.rows, hours: this.hours.counts(), claims: this.claims }
  }

  private addUnsequenced(group: number, pos: number): void {
    this.addLack(group, 'noSequence')
    const kept = this.unsequenced[group]
    if (kept && kept.length < KEPT) kept.push(pos)
  }

  private addLack(group: number, what: (typeof lacks)[number]): void {
    const at = group * lacks.length + lacks.indexOf(what)
    this.lacking[at] = (this.lacking[at] as number) + 1
  }

  private groupSurvey(group: number): GroupSurvey {
    const lack = (n: number) => this.lacking[group * lacks.length + n] ?? 0
    return {
      events: this.events[group] ?? 0,
      noId: lack(0),
      noKey: lack(1),
      noTime: lack(2),
      noReceivedAt: lack(3),
      noSequence: lack(4),
      claim: lack(5),
      unsequenced: this.unsequenced[group] ?? [],
      first: this.firsts[group] ?? -1,
    }
  }
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

function addOutlier(row: RowSurvey, outlier: Outlier, receivedAtUs: number): void {
  if (outlier.latencyUs < 0) {
    keep(row.mostSkewed, outlier, ({ latencyUs }) => latencyUs)
    return
  }
  row.slow += 1
  row.slowFirstUs = Math.min(row.slowFirstUs, receivedAtUs)
  row.slowLastUs = Math.max(row.slowLastUs, receivedAtUs)
  keep(row.slowest, outlier, ({ latencyUs }) => -latencyUs)
}

/** Keeps the few least by `rank`, in order; of equals the earlier. */
function keep(kept: Outlier[], outlier: Outlier, rank: (outlier: Outlier) => number): void {
  const last = kept[KEPT - 1]
  const value = rank(outlier)
  if (last !== undefined && rank(last) <= value) return
  const after = kept.findIndex((other) => rank(other) > value)
  kept.splice(after < 0 ? kept.length : after, 0, outlier)
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
