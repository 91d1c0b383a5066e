import { compareText } from '../event/sequence.js'
import { timeText } from '../event/time.js'
import { LatencyHistogram } from '../meters/hdr.js'
import type { OrderingFigures, Span, StatsResult, StatsRow } from '../stats/result.js'
import type { WrittenArchive } from './archive.js'
import { type ArrivalOrder, arrivalOrder, type Cause, causeOf } from './arrival-order.js'
import type { ArchivePlan } from './plan.js'
import { truthFindings } from './truth-findings.js'
import { orderingTruth } from './truth-ordering.js'
import type { Workload } from './workload.js'

const LEAST_WHOLE_SHARE = 0.99

/**
 * What `evt stats` must find, by the definitions of DESIGN §8, from what was planted: nothing of
 * what was written is read. Findings are the planted faults, in words of their own.
 */
export function truthOf(
  workload: Workload,
  plan: ArchivePlan,
  written: WrittenArchive,
): StatsResult {
  const arrival = arrivalOrder(workload, plan)
  const ordering = orderingTruth(workload, arrival)
  const { rows, total } = countTruth(workload, arrival)
  const types = workload.rows.flatMap(({ type, source }, i) => {
    const [counts, figures] = [rows[i], ordering.rows[i]]
    const isSeen = counts && figures && counts.events > 0
    return isSeen ? [{ type, source, ...counts.row(figures) }] : []
  })
  types.sort(
    (a, b) => b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source),
  )
  const { objects, bytes, records, undecodable } = written
  return {
    schema: 'evt.stats/1',
    sources: [],
    selection: { since: null, until: null },
    partial: false,
    span: spanOf(workload, arrival),
    read: { objects, bytes, records, undecodable },
    total: total.row(ordering.total),
    types,
    findings: truthFindings(workload, { arrival, ordering, written }),
  }
}

function countTruth(workload: Workload, arrival: ArrivalOrder) {
  const { events, deliveries } = workload
  const rows = workload.rows.map(() => new RowCounts())
  for (const d of arrival.order) {
    const event = deliveries.event[d] ?? 0
    const cause = arrival.isFirst[d] === 1 ? null : causeOf(workload, d)
    const timeUs = events.timeUs[event] ?? 0
    const latencyUs = (arrival.recordedUs[d] ?? 0) - timeUs
    rows[events.row[event] ?? 0]?.add(timeUs, latencyUs, cause)
  }
  const total = new RowCounts()
  for (const row of rows) total.merge(row)
  return { rows, total }
}

class RowCounts {
  events = 0
  private readonly byCause = { replay: 0, redelivery: 0, sameId: 0 }
  private readonly latency = new LatencyHistogram()
  private wholeSeconds = 0
  private wholeMillis = 0

  add(timeUs: number, latencyUs: number, cause: Cause | null): void {
    this.events++
    if (Number.isInteger(timeUs / 1e6)) this.wholeSeconds++
    if (Number.isInteger(timeUs / 1e3)) this.wholeMillis++
    if (cause === null) this.latency.record(latencyUs)
    else this.byCause[cause]++
  }

  merge(other: RowCounts): void {
    this.events += other.events
    this.wholeSeconds += other.wholeSeconds
    this.wholeMillis += other.wholeMillis
    this.latency.merge(other.latency)
    this.byCause.replay += other.byCause.replay
    this.byCause.redelivery += other.byCause.redelivery
    this.byCause.sameId += other.byCause.sameId
  }

  row(ordering: OrderingFigures): StatsRow {
    const { events, byCause } = this
    const count = byCause.replay + byCause.redelivery + byCause.sameId
    return {
      events,
      distinct: events - count,
      duplicates: { count, rate: count / events, byCause },
      ordering,
      latencyMs: this.latency.figures(this.resolutionMs()),
    }
  }

  private resolutionMs(): number {
    const least = this.events * LEAST_WHOLE_SHARE
    if (this.wholeSeconds >= least) return 1000
    return this.wholeMillis >= least ? 1 : 0.001
  }
}

function spanOf({ events, deliveries }: Workload, arrival: ArrivalOrder): Span {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const event of deliveries.event) {
    const timeUs = events.timeUs[event] ?? 0
    first = Math.min(first, timeUs)
    last = Math.max(last, timeUs)
  }
  const { recordedUs } = arrival
  const [firstUs, lastUs] = [Math.min, Math.max].map((pick) =>
    recordedUs.reduce((a, b) => pick(a, b)),
  )
  return {
    firstTime: timeText(first),
    lastTime: timeText(last),
    firstReceivedAt: timeText(firstUs ?? 0),
    lastReceivedAt: timeText(lastUs ?? 0),
  }
}
