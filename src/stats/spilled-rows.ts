import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { Deliveries } from './deliveries.js'
import { bytes, doubles } from './words.js'

/** A row group of DuckDB's: it passes over the others without reading them. */
const PAGE_ROWS = 122_880

/** The columns of deliveries, with the mark of what came again. */
const columns = (sequence: string) => `n.pos, CAST(n.group_no AS DOUBLE), CAST(n.record AS DOUBLE),
  n.time_us, n.received_us, ${sequence},
  CAST(CASE WHEN r.pos IS NULL THEN n.flags ELSE n.flags | 32 END AS UTINYINT)`

/**
 * All spilled deliveries in order of position, so many at a time, without identities and keys. A
 * page is good until the next is asked for.
 */
export async function* spilledPages(duckdb: Duckdb, all: Deliveries): AsyncGenerator<Deliveries> {
  const page = new Deliveries(PAGE_ROWS, all)
  for (let from = 0; from < all.total; from += PAGE_ROWS) {
    page.base = from
    page.count = 0
    const within = (table: string) =>
      `(SELECT * FROM ${table} WHERE pos >= ${from} AND pos < ${from + PAGE_ROWS})`
    // A sequence that is text has a rank as its place: that there is one is all that pages tell.
    const sql = `SELECT ${columns('n.place')}
      FROM ${within('narrow')} n LEFT JOIN ${within('repeats')} r ON r.pos = n.pos ORDER BY n.pos`
    for await (const chunk of duckdb.scan(sql)) appendRows(page, chunk)
    yield page
  }
}

/** Some of many deliveries, in order of position. */
export class PickedDeliveries extends Deliveries {
  /** @param positions ascending */
  constructor(
    private readonly all: Deliveries,
    private readonly positions: Float64Array,
  ) {
    super(positions.length, all)
  }

  override get total(): number {
    return this.all.total
  }

  override posOf(at: number): number {
    return this.positions[at] ?? -1
  }

  override atOf(pos: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.positions[middle] as number) < pos) low = middle + 1
      else high = middle
    }
    return this.positions[low] === pos ? low : -1
  }
}

/** Fetches the spilled deliveries whose positions the table `wanted` has. */
export async function pickedDeliveries(duckdb: Duckdb, all: Deliveries): Promise<PickedDeliveries> {
  await duckdb.rows('CREATE TABLE picked AS SELECT DISTINCT pos FROM wanted')
  const [[count] = []] = await duckdb.rows('SELECT count(*) FROM picked')
  const positions = new Float64Array(Number(count))
  const picked = new PickedDeliveries(all, positions)
  // The rank among texts has taken the place of the number of a sequence.
  const sql = `SELECT ${columns('coalesce(k.number, n.place)')}, t.text
    FROM narrow n JOIN picked p ON p.pos = n.pos
    LEFT JOIN repeats r ON r.pos = n.pos LEFT JOIN texts t ON t.pos = n.pos
    LEFT JOIN ranked k ON k.pos = n.pos ORDER BY n.pos`
  const byTime = all.groups.map(({ order }) => order === 'time')
  for await (const chunk of duckdb.chunks(sql)) {
    const first = picked.count
    positions.set(doubles(chunk, 0), first)
    appendRows(picked, chunk)
    for (const [n, text] of chunk.getColumnValues(7).entries()) {
      if (typeof text === 'string') picked.textSequences.set(first + n, text)
      if (byTime[picked.groupOf[first + n] as number]) picked.sequences[first + n] = Number.NaN
    }
  }
  return picked
}

function appendRows(deliveries: Deliveries, chunk: DuckDBDataChunk): void {
  const at = deliveries.count
  deliveries.groupOf.set(doubles(chunk, 1), at)
  deliveries.records.set(doubles(chunk, 2), at)
  deliveries.timesUs.set(doubles(chunk, 3), at)
  deliveries.receivedUs.set(doubles(chunk, 4), at)
  deliveries.sequences.set(doubles(chunk, 5), at)
  deliveries.flags.set(bytes(chunk, 6), at)
  deliveries.count += chunk.rowCount
}
