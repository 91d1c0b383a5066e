import type { Fault, Snapshot, TypeFigures } from './model.js'
import { nameOf } from './model.js'
import type { Shown } from './recent-events.js'
import type { Ui } from './ui.js'

/** A p99 that far above the median is worth a look. */
const TAIL_TIMES = 50
const TAIL_LEAST_MS = 1_000

/** Whether the slowest take conspicuously longer than most. */
export function hasTail({ p50, p99 }: TypeFigures | Snapshot['total']): boolean {
  return p50 !== null && p99 !== null && p99 > TAIL_LEAST_MS && p99 > p50 * TAIL_TIMES
}

/** The share of events with something wrong, and what only seems so last. */
function wrongness(row: TypeFigures): number {
  const { events, repeats, reordered, skewed } = row
  return (repeats + reordered + skewed) / Math.max(1, events) + (hasTail(row) ? 1 : 0)
}

const byName = (a: TypeFigures, b: TypeFigures) => (a.name < b.name ? -1 : 1)

const orders: Record<Ui['sort'], (a: TypeFigures, b: TypeFigures) => number> = {
  wrong: (a, b) => wrongness(b) - wrongness(a) || b.rate - a.rate || byName(a, b),
  rate: (a, b) => b.rate - a.rate || byName(a, b),
  p99: (a, b) => (b.p99 ?? -1) - (a.p99 ?? -1) || byName(a, b),
  name: byName,
}

/** The types that are wanted, in the order that was chosen. */
export function shownTypes({ types }: Snapshot, { sort, filter }: Ui): TypeFigures[] {
  const wanted = types.filter(({ name }) => has(name, filter))
  // What a filter finds in events alone leaves the table as it is.
  return (wanted.length > 0 ? wanted : [...types]).sort(orders[sort])
}

export function shownEvents({ events }: Snapshot, { filter }: Ui): Shown[] {
  if (filter === '') return events
  return events.filter(({ event, source }) => {
    const { key, id, entities } = event
    return [nameOf(event), key ?? '', id ?? '', source, ...entities].some((text) =>
      has(text, filter),
    )
  })
}

export function shownFaults({ faults }: Snapshot, { filter }: Ui): Fault[] {
  if (filter === '') return faults
  return faults.filter(({ name, explain, shown }) =>
    [name, explain, shown?.event.key ?? '', shown?.event.id ?? ''].some((text) =>
      has(text, filter),
    ),
  )
}

function has(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}
