import { timeText } from '../event/time.js'
import type { Finding, FindingKind, Witness } from '../stats/result.js'
import type { WrittenArchive } from './archive.js'
import type { ArrivalOrder } from './arrival-order.js'
import { Fault } from './events.js'
import { idOf, keyText } from './fields.js'
import type { TruthOrdering } from './truth-ordering.js'
import type { Workload } from './workload.js'

interface Known {
  arrival: ArrivalOrder
  ordering: TruthOrdering
  written: WrittenArchive
}

const MOST_WITNESSES = 5

/** The planted faults as findings over the whole archive, with a few witnesses each. */
export function truthFindings(workload: Workload, known: Known): Finding[] {
  const { deliveries, events } = workload
  const { arrival, ordering, written } = known
  const isFirst = (d: number) => arrival.isFirst[d] === 1
  const planted = (code: number) => (d: number) => deliveries.fault[d] === code
  const skewed = (d: number) => {
    const timeUs = events.timeUs[deliveries.event[d] ?? 0] ?? 0
    return isFirst(d) && (arrival.recordedUs[d] ?? 0) < timeUs
  }
  const found: Finding[] = [
    finding(
      'duplicate',
      collect(workload, arrival, (d) => !isFirst(d)),
      'delivered again',
    ),
    finding(
      'conflict',
      collect(workload, arrival, planted(Fault.conflict)),
      'same id, other payload',
    ),
    finding(
      'publishedTwice',
      collect(workload, arrival, planted(Fault.publishedTwice)),
      'same content under a second id',
    ),
    finding('reordered', reorderedOf(workload, known), 'arrived after a later event of its key'),
    finding('skew', collect(workload, arrival, skewed), 'arrived before the time it carries'),
    finding('sequence', lostOf(workload), 'never delivered'),
    finding('undecodable', undecodableOf(written), 'records that cannot be decoded'),
    ...silenceOf(workload),
  ]
  return found.filter(({ count }) => count > 0)

  function reorderedOf(all: Workload, { ordering: { total } }: Known) {
    const witnesses = ordering.witnesses.map(({ delivery, extent, lateUs }) => ({
      ...witnessOf(all, arrival, delivery),
      extent,
      lateMs: lateUs / 1000,
    }))
    return { count: total.reordered, witnesses }
  }
}

interface Collected {
  count: number
  witnesses: Witness[]
}

function finding(kind: FindingKind, { count, witnesses }: Collected, words: string): Finding {
  const explain = `${count} planted: ${words}`
  return { kind, type: null, source: null, severity: 'fault', count, explain, witnesses }
}

function collect(
  workload: Workload,
  arrival: ArrivalOrder,
  isOne: (d: number) => boolean,
): Collected {
  const witnesses: Witness[] = []
  let count = 0
  for (const d of arrival.order) {
    if (!isOne(d)) continue
    count++
    if (count <= MOST_WITNESSES) witnesses.push(witnessOf(workload, arrival, d))
  }
  return { count, witnesses }
}

function witnessOf(workload: Workload, arrival: ArrivalOrder, d: number): Witness {
  const { events, deliveries } = workload
  const event = deliveries.event[d] ?? 0
  return {
    position: null,
    id: idOf(workload, d),
    key: keyText(events.key[event] ?? 0),
    time: timeText(events.timeUs[event] ?? 0),
    receivedAt: timeText(arrival.recordedUs[d] ?? 0),
    sequence: String(events.sequence[event] ?? 0),
  }
}

function lostOf({ events }: Workload): Collected {
  const witnesses: Witness[] = []
  let count = 0
  events.fault.forEach((fault, event) => {
    if (fault !== Fault.lost) return
    count++
    if (count > MOST_WITNESSES) return
    const key = keyText(events.key[event] ?? 0)
    witnesses.push({ position: null, key, sequence: String(events.sequence[event] ?? 0) })
  })
  return { count, witnesses }
}

function undecodableOf({ undecodable, undecodables }: WrittenArchive): Collected {
  const witnesses = undecodables.map(({ kind, path, record }) => ({
    position: { path, record },
    role: kind,
  }))
  return { count: undecodable, witnesses }
}

function silenceOf({ events, rows }: Workload): Finding[] {
  const { silentHourUs, silentRow } = events
  const base = { kind: 'coverage', severity: 'fault', count: 1, witnesses: [] } as const
  const row = silentRow === null ? undefined : rows[silentRow]
  const found: Finding[] = []
  if (row) {
    const halfway = timeText(events.timeUs[Math.ceil(events.count / 2)] ?? 0)
    const explain = `${row.type} of ${row.source} falls silent at ${halfway}`
    found.push({ ...base, type: row.type, source: row.source, explain, witnesses: [] })
  }
  if (silentHourUs !== null) {
    const explain = `nothing arrives in the hour from ${timeText(silentHourUs)}`
    found.push({ ...base, type: null, source: null, explain, witnesses: [] })
  }
  return found
}
