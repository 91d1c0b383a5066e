import { EvtError } from '../errors.js'
import type { EventRecord } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import { typeMatcher } from '../event/type-globs.js'
import { writeHdr } from '../meters/hdr-v2.js'
import type { HiddenNames } from '../questions/hidden-names.js'
import type { LabelOf } from '../stats/deliveries.js'
import { bucketsOf } from '../stats/hlog/write-log.js'
import type { LatencyInterval, TypeLatencies } from '../stats/latency-intervals.js'
import { runEventStats, type StatsRun } from '../stats/run.js'
import type { TypeCounts } from '../stats/type-counts.js'
import type { Member, OfType } from './own-types.js'
import type { PublishRequest } from './request.js'

/** Of which keys or entities an event is, each once. What evt.yaml hides is told as hidden. */
export type MembersOf = (event: EventRecord) => string[]

export function membersBy(by: Member, names: HiddenNames | undefined): MembersOf {
  if (by === 'entity') {
    return ({ entities }) => [...new Set(names ? entities.map(names.entity) : entities)]
  }
  return ({ key }) => (key === null ? [] : [names?.field('key', key) ?? key])
}

/** So many names are counted at once; those that came least often make room for others. */
const MOST_COUNTED = 500_000

/**
 * The keys or entities of an archive by how many events they have: it is read for them alone, since
 * which of them have metrics has to be known before they are measured.
 *
 * @throws EvtError `usage` for a source that can be read only once
 */
export async function rankedMembers(
  request: PublishRequest,
  membersOf: MembersOf,
): Promise<OfType[]> {
  if (request.given.includes('-')) {
    throw new EvtError('metrics by key or entity take two readings, and - can be read once', {
      ...{ code: 'usage', hint: 'write it to a file first' },
    })
  }
  const counts = new Map<string, number>()
  const isWanted = chosenBy(request)
  const labelOf: LabelOf = (event) => {
    if (!isWanted(event)) return null
    for (const name of membersOf(event)) counts.set(name, (counts.get(name) ?? 0) + 1)
    if (counts.size > MOST_COUNTED) forgetRare(counts)
    return null
  }
  const choices = { ...request.choices, windowUs: null, intervals: false, labelOf }
  const { failure } = await runEventStats({ ...request, choices })
  if (failure) throw failure
  return [...counts]
    .sort(([a, some], [b, others]) => others - some || compareText(a, b))
    .map(([type]) => ({ type, source: '' }))
}

function forgetRare(counts: Map<string, number>): void {
  for (let least = 1; counts.size > MOST_COUNTED / 2; least++) {
    for (const [name, count] of counts) if (count <= least) counts.delete(name)
  }
}

/** What a label is asked of may not be selected. */
function chosenBy({ range, choices }: PublishRequest): (event: EventRecord) => boolean {
  const { sinceUs, untilUs } = range
  const isOfType = choices.types.length === 0 ? () => true : typeMatcher(choices.types)
  return ({ type, timeUs, receivedAtUs }) => {
    const us = receivedAtUs ?? timeUs
    const isIn = us !== null && us >= (sinceUs ?? -Infinity) && us < (untilUs ?? Infinity)
    return isIn && isOfType(type)
  }
}

/** Labels that say of which of these an event is. */
export function labelsOf(own: readonly OfType[], membersOf: MembersOf): LabelOf {
  const names = new Set(own.map(({ type }) => type))
  return (event) => {
    const found = membersOf(event).filter((name) => names.has(name))
    return found.length === 0 ? null : JSON.stringify(found.sort())
  }
}

/** What was measured by label, by what labels name: an event may be of several. */
export function byMember({
  intervals = [],
  windowTypes = new Map(),
}: Pick<StatsRun, 'intervals' | 'windowTypes'>): Pick<StatsRun, 'intervals' | 'windowTypes'> {
  return {
    intervals: intervals.map(
      (interval): LatencyInterval => ({
        ...interval,
        rows: folded(interval.rows, addedLatencies),
      }),
    ),
    windowTypes: new Map(
      [...windowTypes].map(([startUs, rows]) => [startUs, folded(rows, addedCounts)]),
    ),
  }
}

function folded<Row extends OfType>(
  rows: readonly Row[],
  added: (row: Row, other: Row) => Row,
): Row[] {
  const found = new Map<string, Row>()
  for (const row of rows) {
    if (row.type === '') continue
    const names: string[] = JSON.parse(row.type)
    for (const type of names) {
      const known = found.get(type)
      const own = { ...row, type }
      found.set(type, known ? added(known, own) : own)
    }
  }
  return [...found.values()]
}

function addedCounts(row: TypeCounts, other: TypeCounts): TypeCounts {
  return {
    ...row,
    events: row.events + other.events,
    distinct: sum(row.distinct, other.distinct),
    duplicates: sum(row.duplicates, other.duplicates),
    reordered: sum(row.reordered, other.reordered),
    overflow: row.overflow + other.overflow,
    newestUs: end(Math.max, row.newestUs ?? undefined, other.newestUs ?? undefined) ?? null,
  }
}

function addedLatencies(row: TypeLatencies, other: TypeLatencies): TypeLatencies {
  const histogram = bucketsOf(row.hdr)
  histogram.merge(bucketsOf(other.hdr))
  return {
    ...row,
    hdr: writeHdr(histogram),
    minMs: end(Math.min, row.minMs, other.minMs),
    maxMs: end(Math.max, row.maxMs, other.maxMs),
    overflow: (row.overflow ?? 0) + (other.overflow ?? 0),
  }
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b
}

function end(
  of: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : of(a, b)
}
