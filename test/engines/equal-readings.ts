import { expect } from 'vitest'
import type { Chain } from '../../src/engines/chain-sql.js'
import type { Duckdb } from '../../src/engines/duckdb.js'
import { miscounts } from '../../src/engines/line-scan.js'
import type { Decoded, EventRecord } from '../../src/event/event.js'
import {
  decoderReading,
  type Lines,
  narrowReading,
  narrowRows,
  planOf,
  type Row,
  valuesOf,
  viewReading,
  viewRow,
  withoutUncheckedKind,
} from './readings.js'

/** Reads lines, of which each is one record, in three ways and holds them equal. A record that SQL
 * leaves to the decoder is equal as it is.
 * @returns which records SQL read, in the narrow relation and in the view */
export async function expectEqualReadings(
  duckdb: Duckdb,
  lines: Lines,
  chains: readonly Chain[],
  sampled = false,
) {
  const decoded = await decoderReading(lines)
  if (!decoded) throw new Error('a line has several records')
  const samples = sampled ? await valuesOf(lines.file) : undefined
  const plan = planOf(lines, chains, samples)
  const lost = decoded.some((each) => each?.kind === 'undecodable' && miscounts(each.undecodable))
  const narrow = lost ? decoded.map(() => null) : await narrowReading(duckdb, plan, lines)
  const view = await viewReading(duckdb, plan, lines)
  expect([narrow.length, view.length]).toEqual([decoded.length, decoded.length])
  const events = decoded.flatMap((each) => (each?.kind === 'event' ? [each.event] : []))
  const rows = await narrowRows(duckdb, events)
  expectEqual(narrow, decoded, (event) => rows[events.indexOf(event)], withoutUncheckedKind)
  expectEqual(view, decoded, viewRow)
  return {
    decoded,
    narrow: narrow.map((row) => row !== null),
    view: view.map((row) => row !== null),
  }
}

function expectEqual(
  rows: readonly (Row | null)[],
  decoded: readonly (Decoded | undefined)[],
  expected: (event: EventRecord) => Row | undefined,
  comparable = (row: Row, _: EventRecord) => row,
): void {
  for (const [n, row] of rows.entries()) {
    const each = decoded[n]
    if (row === null) continue
    if (each?.kind === 'event') expect(comparable(row, each.event)).toEqual(expected(each.event))
    else expect({ row, is: each }).toEqual('no row, for the record is no event or several')
  }
}
