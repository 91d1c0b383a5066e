import type { ResultRows } from '../engines/engine.js'
import { entryOf, type ReplayEntry, type ReplayRow, rowReader } from './entry.js'
import { type Injection, injectedCopy } from './injection.js'
import type { Marking } from './marking.js'

/** What is made of rows on their way. */
export interface Making {
  readonly marking: Marking
  readonly injection: Injection | null
  /** Changes what is sent of a row. */
  readonly transform: ((row: ReplayRow) => Promise<ReplayRow>) | null
}

/** The entries of rows, numbered from 1 in the order of sending; a list for each chunk. */
export async function* entriesOf(
  { columns, chunks }: ResultRows,
  { marking, injection, transform }: Making,
): AsyncGenerator<ReplayEntry[]> {
  const rowOf = rowReader(columns)
  let n = 0
  for await (const chunk of chunks) {
    const entries: ReplayEntry[] = []
    for (const cells of chunk) {
      const found = rowOf(cells)
      const row = transform ? await transform(found) : found
      const entry = entryOf(row, ++n, marking)
      entries.push(entry)
      const copy = injection && injectedCopy(entry, injection)
      if (copy) entries.push({ ...copy, n: ++n })
    }
    yield entries
  }
}
