import type { ResultRows, ResultValue } from '../engines/engine.js'
import { RowTally } from '../stats/row-tally.js'

/** What queries/stats/figures.sql tells of a row beside its tally. */
export interface RowCounts {
  readonly events: number
  readonly times: number
  readonly arrivals: number
  readonly noIdentity: number
  readonly noSequence: number
  /** Not checked, since nobody knows their order. */
  readonly untold: number
  readonly unsureFirst: number
  /** The least latency of a first delivery: negative where skewed; null where none is known. */
  readonly leastUs: number | null
  /** Of the reordered: whether it is known how late each was, and whether of the worst. */
  isTimed: boolean
}

/** What it tells of all records. */
export interface RecordCounts {
  readonly records: number
  readonly objects: number
  readonly undecodable: number
  readonly unsure: number
  readonly events: number
  readonly keys: number
  readonly untimedKeys: number
  readonly span: readonly (number | null)[]
}

export interface Figures {
  /** By the column `grp`. */
  readonly rows: ReadonlyMap<string, { tally: RowTally; counts: RowCounts }>
  readonly all: RecordCounts
}

/** Which of GROUPING SETS a line is of: a bit for each column that it is not grouped by. */
const levels = { all: 31, row: 15, cause: 7, bucket: 11, lateness: 12 } as const

/** Takes the lines of figures.sql, in any order. */
export async function figuresOf({ columns, chunks }: ResultRows): Promise<Figures> {
  const lines: Line[] = []
  const at = new Map(columns.map(({ name }, n) => [name, n]))
  for await (const rows of chunks) {
    for (const row of rows) lines.push((name) => row[at.get(name) ?? -1] ?? null)
  }
  const ofLevel = (level: number) => lines.filter((line) => Number(line('level')) === level)
  const rows = new Map<string, { tally: RowTally; counts: RowCounts }>()
  for (const line of ofLevel(levels.row)) {
    const grp = line('grp')
    if (grp !== null) rows.set(String(grp), { tally: tallyOf(line), counts: countsOf(line) })
  }
  const rowOf = (line: Line) => rows.get(String(line('grp')))
  for (const line of ofLevel(levels.cause)) {
    const cause = line('cause')
    if (cause !== 'replay' && cause !== 'redelivery' && cause !== 'sameId') continue
    rowOf(line)?.tally.addRepeat(cause, numberOf(line('events')))
  }
  for (const line of ofLevel(levels.bucket)) {
    if (line('lowest_us') === null) continue
    rowOf(line)?.tally.latency.loadBucket(numberOf(line('lowest_us')), numberOf(line('events')))
  }
  for (const line of ofLevel(levels.lateness)) {
    const row = rowOf(line)
    if (!row || line('extent') === null) continue
    const lateUs = line('late_us') === null ? Number.NaN : numberOf(line('late_us'))
    row.tally.addReordered({ extent: numberOf(line('extent')), lateUs }, numberOf(line('events')))
    if (Number.isNaN(lateUs)) row.counts.isTimed = false
  }
  const [all = () => null] = ofLevel(levels.all)
  return { rows, all: recordsOf(all) }
}

type Line = (name: string) => ResultValue

/** The columns of queries/stats/rows.sql after the first. */
const loaded = [
  ...['events', 'no_identity', 'times', 'whole_millis', 'whole_seconds', 'checked', 'keys'],
  ...['skewed', 'overflow', 'min_us', 'max_us', 'sum_us'],
]

function tallyOf(line: Line): RowTally {
  const tally = new RowTally()
  tally.load(loaded.map((name) => numberOrNull(line(name))))
  return tally
}

function countsOf(line: Line): RowCounts {
  return {
    events: numberOf(line('events')),
    times: numberOf(line('times')),
    arrivals: numberOf(line('arrivals')),
    noIdentity: numberOf(line('no_identity')),
    noSequence: numberOf(line('no_sequence')),
    untold: numberOf(line('untold')),
    unsureFirst: numberOf(line('unsure_first')),
    leastUs: line('least_us') === null ? null : numberOf(line('least_us')),
    isTimed: true,
  }
}

function recordsOf(line: Line): RecordCounts {
  const span = ['first_us', 'last_us', 'first_received_us', 'last_received_us']
  return {
    records: numberOf(line('events')),
    objects: numberOf(line('objects')),
    undecodable: numberOf(line('undecodable')),
    unsure: numberOf(line('unsure')),
    events: numberOf(line('all_events')),
    keys: numberOf(line('keys')),
    untimedKeys: numberOf(line('untimed_keys')),
    span: span.map((name) => (line(name) === null ? null : numberOf(line(name)))),
  }
}

function numberOf(value: ResultValue): number {
  return Number(value ?? 0)
}

/** A sum may have more digits than a number. */
function numberOrNull(value: ResultValue): string | number | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null
}
