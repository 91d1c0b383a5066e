import type { DuckDBType } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { sequenceSort } from '../event/sequence.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'
import { PARTS } from './ordered-places.js'
import { createHops, takeHops } from './spilled-hops.js'
import { variantsOf } from './streams.js'

const ROWS_A_CHUNK = 2048

const columns = [
  ['pos', 'DOUBLE'],
  ['identity', 'UBIGINT'],
  ['group_no', 'UINTEGER'],
  ['key_hash', 'BIGINT'],
  ['stream', 'BIGINT'],
  ['place', 'DOUBLE'],
  ['time_us', 'DOUBLE'],
  ['received_us', 'DOUBLE'],
  ['transport', 'UINTEGER'],
  ['record', 'UINTEGER'],
  ['flags', 'UTINYINT'],
] as const

const partNames = Array.from({ length: PARTS }, (_, n) => `part_${n}`)

/**
 * Deliveries in a DuckDB table, for archives that do not fit into memory: what DuckDB has no room
 * for it keeps on disk. Positions count on from what was taken before.
 */
export class Spill {
  rows = 0

  constructor(private readonly duckdb: Duckdb) {}

  get isUsed(): boolean {
    return this.rows > 0
  }

  /** Takes all deliveries over, and leaves room for more. */
  async take(deliveries: Deliveries): Promise<void> {
    const { count } = deliveries
    if (count === 0) return
    if (!this.isUsed) await this.create()
    const { DuckDBDataChunk, BIGINT, DOUBLE, UBIGINT, UINTEGER, UTINYINT } = await import(
      '@duckdb/node-api'
    )
    const types: Record<string, DuckDBType> = { BIGINT, DOUBLE, UBIGINT, UINTEGER, UTINYINT }
    const appender = await this.duckdb.connection.createAppender('narrow')
    const write = columnWriter(deliveries, this.rows)
    // One for all: they would be given back only when the garbage is collected, after the last.
    const chunk = DuckDBDataChunk.create(columns.map(([, type]) => types[type] ?? DOUBLE))
    for (let from = 0; from < count; from += ROWS_A_CHUNK) {
      const rows = Math.min(ROWS_A_CHUNK, count - from)
      if (chunk.rowCount !== rows) chunk.rowCount = rows
      for (const [n, [name]] of columns.entries()) {
        const vector = chunk.getColumnVector(n)
        // The client's vectors keep their typed array to themselves, and value by value is slow.
        write(name, Reflect.get(vector, 'items'), from, rows)
        vector.flush()
      }
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    await this.takeTexts(deliveries)
    await this.takePlaces(deliveries)
    await takeHops(this.duckdb, deliveries, this.rows)
    this.rows += count
    deliveries.taken(count)
  }

  private async create(): Promise<void> {
    const declared = columns.map(([name, type]) => `${name} ${type}`)
    await this.duckdb.rows(`CREATE TABLE narrow (${declared.join(', ')})`)
    await this.duckdb.rows('CREATE TABLE texts (pos DOUBLE, sort_text VARCHAR, text VARCHAR)')
    await createHops(this.duckdb)
    const numbers = partNames.map((name) => `${name} DOUBLE`).join(', ')
    await this.duckdb.rows(`CREATE TABLE places (pos DOUBLE, place_hash BIGINT, ${numbers})`)
  }

  private async takeTexts({ textSequences, groups, groupOf }: Deliveries): Promise<void> {
    if (textSequences.size === 0) return
    const appender = await this.duckdb.connection.createAppender('texts')
    for (const [at, text] of textSequences) {
      const order = groups[groupOf[at] as number]?.order
      appender.appendDouble(this.rows + at)
      appender.appendVarchar(sequenceSort(text, order === 'text' ? 'text' : 'integer'))
      appender.appendVarchar(text)
      appender.endRow()
    }
    appender.closeSync()
  }

  /** Deliveries of ordered places are in a table of their own, which others do without. */
  private async takePlaces({ orderedPlaces, count }: Deliveries): Promise<void> {
    if (!orderedPlaces) return
    const appender = await this.duckdb.connection.createAppender('places')
    const hashes = new BigInt64Array(orderedPlaces.names.hashes().buffer)
    for (let at = 0; at < count; at++) {
      const place = orderedPlaces.numberOf(at)
      if (place < 0) continue
      appender.appendDouble(this.rows + at)
      appender.appendBigInt(hashes[place] as bigint)
      for (const n of partNames.keys()) appender.appendDouble(orderedPlaces.partOf(at, n))
      appender.endRow()
    }
    appender.closeSync()
  }
}

/** Fills one column of one chunk. */
function columnWriter(deliveries: Deliveries, base: number) {
  const byTime = deliveries.groups.map(({ order }) => order === 'time')
  const { identities, groupOf, timesUs, receivedUs, sequences, flags } = deliveries
  const writeKeys = keyWriter(deliveries)
  const numbers: Record<string, Uint32Array> = {
    group_no: groupOf,
    transport: deliveries.transports,
    record: deliveries.records,
  }
  const part = <A extends Uint32Array | Float64Array | Uint8Array>(
    of: A,
    from: number,
    rows: number,
  ) => of.subarray(from, from + rows)
  return (name: string, to: unknown, from: number, rows: number): void => {
    if (to instanceof BigInt64Array) {
      const halves = new Uint32Array(to.buffer, to.byteOffset, rows * 2)
      writeKeys(halves, name === 'stream', from)
    } else if (to instanceof BigUint64Array) {
      new Uint32Array(to.buffer, to.byteOffset, rows * 2).set(part(identities, from * 2, rows * 2))
    } else if (to instanceof Uint8Array) to.set(part(flags, from, rows))
    else if (to instanceof Uint32Array) {
      to.set(part(numbers[name] ?? groupOf, from, rows))
    } else if (to instanceof Float64Array) {
      for (let n = 0; n < rows; n++) {
        const at = from + n
        const group = groupOf[at] as number
        if (name === 'pos') to[n] = base + at
        else if (name === 'time_us') to[n] = timesUs[at] as number
        else if (name === 'received_us') to[n] = receivedUs[at] as number
        else to[n] = (byTime[group] ? timesUs[at] : sequences[at]) as number
      }
    }
  }
}

/** Fills a column with the hashes of keys, or of streams: the hash of the key, which each variant
 * but the first changes in a way of its own. 0 where there is no key. */
function keyWriter(deliveries: Deliveries) {
  const { flags, keyOf, groupOf, keys } = deliveries
  const hashes = keys.hashes()
  const variants = variantsOf(deliveries)
  return (to: Uint32Array, ofStreams: boolean, from: number): void => {
    for (let n = 0; n * 2 < to.length; n++) {
      const at = from + n
      const hasKey = ((flags[at] as number) & deliveryFlags.noKey) === 0
      const key = (keyOf[at] as number) * 2
      const variant = ofStreams ? (variants[groupOf[at] as number] as number) : 0
      const [low, high] = hasKey ? [hashes[key] as number, hashes[key + 1] as number] : [0, 0]
      to[n * 2] = low ^ Math.imul(variant, 0x9e3779b1)
      to[n * 2 + 1] = high ^ Math.imul(variant, 0x85ebca6b)
    }
  }
}
