import { expect, test } from 'vitest'
import type { Manifest, Part } from '../../src/archive-index/manifest.js'
import { recordsAt } from '../../src/athena/index-sql.js'

const MB = 1_000_000

/** A part of `records/` of 8,192 rows and a megabyte. */
function part(file: string, first: number, more: Partial<Part> = {}): Part {
  const rows = 8_192
  const at = { firstPos: first, lastPos: first + rows - 1 }
  return { file: `records/${file}.parquet`, bytes: MB, mtimeMs: 1, rows, ...at, ...more }
}

function mostOf(records: readonly Part[], positions: readonly number[]): number {
  const parts = { events: [], entities: [], undecodable: [], records: [...records] }
  const manifest: Pick<Manifest, 'parts'> = { parts }
  const index = { database: 'events', location: 's3://acme/index/', manifest: manifest as Manifest }
  return recordsAt(index, positions).reduce((sum, { mostBytes }) => sum + mostBytes, 0)
}

test('what records cost is estimated by the groups that each part says', () => {
  const small = part('small', 0, { groupRows: 512 })
  const large = part('large', 10_000)
  // Two groups of sixteen, and two of the four that parts had before they said it.
  expect(mostOf([small, large], [77])).toBe(MB / 8)
  expect(mostOf([small, large], [10_077])).toBe(MB / 2)
  expect(mostOf([small, large], [77, 10_077])).toBe(MB / 8 + MB / 2)
  expect(mostOf([small], [0, 2_000, 4_000, 6_000, 7_000, 7_700, 8_000, 8_100])).toBe(MB)
})
