import type { ResultRows } from '../engines/engine.js'
import { entryOf, type ReplayEntry, type ReplayRow, rowReader, sendIdOf } from './entry.js'
import { type Injection, injectedCopy } from './injection.js'
import type { Marking } from './marking.js'
import { type Snapshot, States } from './states.js'

/** What is made of rows on their way. */
export interface Making {
  readonly marking: Marking
  readonly injection: Injection | null
  /** Changes what is sent of a row. */
  readonly transform: ((row: ReplayRow) => Promise<ReplayRow>) | null
  readonly snapshot: Snapshot | null
}

/** The entries of rows, numbered from 1 in the order of sending; a list for each chunk. */
export async function* entriesOf(
  rows: ResultRows,
  { marking, injection, transform, snapshot }: Making,
): AsyncGenerator<ReplayEntry[]> {
  let n = 0
  for await (const found of snapshot ? withStates(rows, snapshot) : rowsOf(rows)) {
    const entries: ReplayEntry[] = []
    for (const each of found) {
      const row = transform ? await transform(each) : each
      const made = entryOf(row, ++n, marking)
      // A rule may give events of several sources one name, and they stay several.
      const entry = transform
        ? { ...made, sendId: sendIdOf(each), entities: made.entities ?? each.entities }
        : made
      entries.push(entry)
      const copy = injection && injectedCopy(entry, injection)
      if (copy) entries.push({ ...copy, n: ++n })
    }
    yield entries
  }
}

async function* rowsOf({ columns, chunks }: ResultRows): AsyncGenerator<ReplayRow[]> {
  const rowOf = rowReader(columns)
  for await (const chunk of chunks) yield chunk.map(rowOf)
}

/** The rows of entities come first, and become their states. */
async function* withStates(rows: ResultRows, snapshot: Snapshot): AsyncGenerator<ReplayRow[]> {
  const states = new States(snapshot)
  for await (const found of rowsOf(rows)) {
    yield found.flatMap((row) => {
      if (row.folds !== null) return states.add(row) ?? []
      const last = states.end()
      return last ? [last, row] : [row]
    })
  }
  const last = states.end()
  if (last) yield [last]
}
