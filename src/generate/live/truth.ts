import type { OrderingFigures } from '../../stats/result.js'
import { Fault } from '../events.js'
import { orderingTruth } from '../truth-ordering.js'
import { rowNumber, type Workload } from '../workload.js'

/** What holds of what was sent, by the definitions of DESIGN §8, in the names of `evt.stats/1`. */
interface SentRow {
  readonly events: number
  readonly distinct: number
  readonly duplicates: { readonly count: number; readonly rate: number }
  /** In order of sending, which a FIFO queue or topic keeps for each key. */
  readonly ordering: Omit<OrderingFigures, 'maxLateMs' | 'p99LateMs'>
}

/** `truth.json` of a live run. */
export interface SentTruth {
  readonly schema: 'evt.truth/1'
  readonly total: SentRow
  readonly types: readonly ({ readonly type: string; readonly source: string } & SentRow)[]
}

/** @param isSent by delivery, 1 for what a service took */
export function sentTruth(workload: Workload, isSent: Uint8Array): SentTruth {
  const { deliveries, events, rows } = workload
  const order = Uint32Array.from(isSent.keys()).filter((d) => isSent[d] === 1)
  const isFirst = new Uint8Array(deliveries.count)
  const seen = [new Uint8Array(events.count), new Uint8Array(events.count)] as const
  const sent = rows.map(() => 0)
  const distinct = rows.map(() => 0)
  for (const d of order) {
    const isSecondId = deliveries.fault[d] === Fault.publishedTwice
    const of = seen[isSecondId ? 1 : 0]
    const event = deliveries.event[d] ?? 0
    isFirst[d] = of[event] === 0 ? 1 : 0
    of[event] = 1
    const row = rowNumber(workload, d)
    sent[row] = (sent[row] ?? 0) + 1
    distinct[row] = (distinct[row] ?? 0) + (isFirst[d] ?? 0)
  }
  const recordedUs = new Float64Array(deliveries.count)
  const ordering = orderingTruth(workload, { order, recordedUs, isFirst })
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
  const types = rows.flatMap(({ type, source }, n) => {
    const figures = ordering.rows[n]
    const isSeen = figures && (sent[n] ?? 0) > 0
    return isSeen ? [{ type, source, ...rowOf(sent[n] ?? 0, distinct[n] ?? 0, figures) }] : []
  })
  const total = rowOf(sum(sent), sum(distinct), ordering.total)
  return { schema: 'evt.truth/1', total, types }
}

function rowOf(events: number, distinct: number, figures: OrderingFigures): SentRow {
  const { maxLateMs: _, p99LateMs: __, ...ordering } = figures
  const count = events - distinct
  return { events, distinct, duplicates: { count, rate: events ? count / events : 0 }, ordering }
}
