import type { DuckDBValue } from '@duckdb/node-api'
import { LatencyHistogram } from '../meters/hdr.js'
import { addTime, mergeGrain, resolutionMs, timeGrain } from '../meters/time-grain.js'
import { HopTally } from './hop-tally.js'
import { LatencyCounts } from './latency-counts.js'
import type { Reordered } from './reordered-list.js'
import type { Cause } from './repeats.js'
import type { StatsRow } from './result.js'

/** The counts behind one row of the result. Rows add up: a total is its rows merged, apart from
 * keys, of which one can be in several rows. */
export class RowTally {
  events = 0
  noIdentity = 0
  keys = 0
  checked = 0
  readonly grain = timeGrain()
  readonly latency = new LatencyCounts()
  private readonly byCause = { replay: 0, redelivery: 0, sameId: 0 }
  private readonly late = new LatencyHistogram()
  private reordered = 0
  private maxExtent = 0
  /** Null where hops are not asked for. */
  readonly hops: HopTally | null

  constructor(withHops = false) {
    this.hops = withHops ? new HopTally() : null
  }

  addRepeat(cause: Cause, count = 1): void {
    this.byCause[cause] += count
  }

  addReordered({ extent, lateUs }: Pick<Reordered, 'extent' | 'lateUs'>, count = 1): void {
    this.reordered += count
    if (extent > this.maxExtent) this.maxExtent = extent
    if (!Number.isNaN(lateUs)) this.late.record(lateUs, count)
  }

  /** The columns of queries/stats/rows.sql after the first. */
  load(values: readonly DuckDBValue[]): void {
    const [events, noIdentity, times, wholeMillis, wholeSeconds, checked, keys, ...rest] =
      values.map(Number)
    const [skewed = 0, overflow = 0] = rest
    this.events = events ?? 0
    this.noIdentity = noIdentity ?? 0
    this.checked = checked ?? 0
    this.keys = keys ?? 0
    Object.assign(this.grain, { times, wholeMillis, wholeSeconds })
    const [minUs = null, maxUs = null, sumUs = null] = values.slice(9)
    this.latency.loadExact({
      minUs: minUs === null ? null : Number(minUs),
      maxUs: maxUs === null ? null : Number(maxUs),
      sumUs: sumUs === null ? 0n : BigInt(String(sumUs)),
      overflow,
      skewed,
    })
  }

  addTime(timeUs: number): void {
    addTime(this.grain, timeUs)
  }

  merge(other: RowTally): void {
    this.events += other.events
    this.noIdentity += other.noIdentity
    this.checked += other.checked
    this.reordered += other.reordered
    this.maxExtent = Math.max(this.maxExtent, other.maxExtent)
    for (const cause of ['replay', 'redelivery', 'sameId'] as const) {
      this.byCause[cause] += other.byCause[cause]
    }
    mergeGrain(this.grain, other.grain)
    this.latency.merge(other.latency)
    this.late.merge(other.late)
    if (other.hops) this.hops?.merge(other.hops)
  }

  figures(): StatsRow {
    const { events, byCause } = this
    const count = byCause.replay + byCause.redelivery + byCause.sameId
    const claimed = events > this.noIdentity
    return {
      events,
      distinct: claimed ? events - count : null,
      duplicates: {
        count: claimed ? count : null,
        rate: claimed ? count / events : null,
        byCause: { ...byCause },
      },
      ordering: this.ordering(),
      latencyMs: this.latency.histogram().figures(resolutionMs(this.grain)),
      ...(this.hops && { hops: this.hops.figures() }),
    }
  }

  private ordering(): StatsRow['ordering'] {
    const { keys, checked, reordered, maxExtent } = this
    const late = this.late.figures()
    const none = checked === 0
    return {
      keys,
      checked,
      reordered,
      ratio: none ? null : reordered / checked,
      maxExtent: none ? null : maxExtent,
      maxLateMs: !none && reordered === 0 ? 0 : late.max,
      p99LateMs: late.p99,
    }
  }
}
