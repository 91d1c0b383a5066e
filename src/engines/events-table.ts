import type { Decoded, Position } from '../event/event.js'
import type { Duckdb } from './duckdb.js'
import { eventColumns, undecodableColumns } from './event-columns.js'
import { type Cell, eventRow, wellFormedJson } from './event-rows.js'
import { eventsViewSql } from './events-view.js'
import { quoteName, quoteText } from './leaf-tree.js'
import type { ProjectionPlan } from './record-sql.js'

const BATCH_CHARACTERS = 4 * 1024 * 1024

/** The tables `events` and `undecodable` of an archive, for questions in SQL. */
export class EventTables {
  private constructor(private readonly duckdb: Duckdb) {}

  static async create(duckdb: Duckdb): Promise<EventTables> {
    await duckdb.rows(`CREATE TEMP TABLE events (${definition(eventColumns)})`)
    await duckdb.rows(`CREATE TEMP TABLE undecodable (${definition(undecodableColumns)})`)
    return new EventTables(duckdb)
  }

  /** Loads the records of a relation that SQL surely reads as the decoder does.
   * @returns where the others are, which the decoder has to read */
  async load(plan: ProjectionPlan, relation: string): Promise<Position[]> {
    const { duckdb } = this
    const view = eventsViewSql(plan, relation)
    await duckdb.rows(`CREATE OR REPLACE TEMP TABLE staged AS ${view}`)
    await duckdb.rows('INSERT INTO events SELECT * EXCLUDE certain FROM staged WHERE certain')
    const rest = await duckdb.rows(
      'SELECT position.path, position.record FROM staged WHERE NOT certain ORDER BY position',
    )
    await duckdb.rows('DROP TABLE staged')
    return rest.map(([path, record]) => ({ path: String(path), record: Number(record) }))
  }

  /** Adds what the decoder read. */
  async add(decoded: readonly Decoded[]): Promise<void> {
    const events = decoded.flatMap((d) => (d.kind === 'event' ? [eventRow(d.event)] : []))
    const others = decoded.flatMap((d) => (d.kind === 'undecodable' ? [d.undecodable] : []))
    await this.insert('events', eventColumns, events)
    const rows = others.map(({ reason, detail, position, sizeBytes, head }) => ({
      reason,
      detail,
      position: { path: position.path, record: position.record },
      bytes: sizeBytes,
      head: Buffer.from(head).toString('base64'),
    }))
    await this.insert('undecodable', undecodableColumns, rows)
  }

  private async insert<Column extends string>(
    table: string,
    columns: Readonly<Record<Column, string>>,
    rows: readonly Record<Column, Cell>[],
  ): Promise<void> {
    const types = Object.entries<string>(columns)
    const structure = Object.fromEntries(
      types.map(([name, type]) => [name, jsonType[type] ?? type]),
    )
    const values = types.map(([name, type]) => `${fromJson[type] ?? ''}(r.${quoteName(name)})`)
    const sql =
      `INSERT INTO ${table} SELECT ${values.join(', ')} FROM (SELECT unnest(from_json(` +
      `$1, ${quoteText(JSON.stringify([structure]))})) AS r)`
    for (const batch of batches(rows.map((row) => wellFormedJson(JSON.stringify(row))))) {
      await this.duckdb.rows(sql, [`[${batch.join(',')}]`])
    }
  }
}

/** What JSON has no type for, and how it is made of what is written instead. */
const jsonType: Readonly<Record<string, string>> = { TIMESTAMP_MS: 'BIGINT', BLOB: 'VARCHAR' }
const fromJson: Readonly<Record<string, string>> = {
  TIMESTAMP_MS: 'make_timestamp_ms',
  BLOB: 'from_base64',
}

function definition(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${quoteName(name)} ${type}`)
    .join(', ')
}

function* batches(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let characters = 0
  for (const text of texts) {
    batch.push(text)
    characters += text.length
    if (characters < BATCH_CHARACTERS) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}
