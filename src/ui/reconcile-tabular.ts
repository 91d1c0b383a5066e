import type { ReconcileResult, ReconcileRow, ReconcileTypeRow } from '../reconcile/result.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

const figures = [
  ...(['sent', 'received', 'lost', 'unexpected', 'duplicated', 'late', 'recovered'] as const),
  ...(['inFlight', 'lostUnacknowledged'] as const),
]

/** One row a type, with two stages; with more, one for each type and each two stages that are set
 * side by side, the first and the last first. With windows, their rows follow, without a type. */
export function reconcileTabular(result: ReconcileResult): Tabular {
  const { schema, partial, stages, hops = [], windows } = result
  const text = (name: string): TabularColumn => ({ name, type: 'text' })
  const columns: TabularColumn[] = [
    ...['from', 'to', 'type', 'source'].map(text),
    ...(windows
      ? (['start', 'end'] as const).map((name) => ({ name, type: 'time' as const }))
      : []),
    ...figures.map((name) => ({ name, type: 'integer' as const })),
  ]
  const whole = { from: stages[0]?.name ?? '', to: stages.at(-1)?.name ?? '', ...result }
  const rows = [whole, ...hops].flatMap(({ from, to, types, windows: slots }): TabularValue[][] => [
    ...types.map((row) => [from, to, ...named(row), ...(windows ? [null, null] : []), ...of(row)]),
    ...(slots ?? []).map((row) => [from, to, null, null, row.start, row.end, ...of(row)]),
  ])
  return { columns, rows, metadata: { schema, partial: String(partial) } }
}

const named = ({ type, source }: ReconcileTypeRow) => [type, source]
const of = (row: ReconcileRow) => figures.map((name) => row[name])
