import type { DuckDBValue } from '@duckdb/node-api'
import type { Decoded, JsonValue, Position } from '../event/event.js'
import { readJson } from '../event/json.js'
import type { Duckdb } from './duckdb.js'
import { type EventColumn, eventColumns, undecodableColumns } from './event-columns.js'
import { type Cell, eventRow, wellFormedJson } from './event-rows.js'
import { eventsViewSql } from './events-view.js'
import { quoteName, quoteText } from './leaf-tree.js'
import type { ProjectionPlan } from './record-sql.js'

const BATCH_CHARACTERS = 4 * 1024 * 1024
const DOCUMENTS_AT_ONCE = 2_048

/** What of an archive is kept. */
export interface Kept {
  /** SQL over the columns of {@link eventColumns}; by default all events are kept. */
  where?: string | undefined
  /** Decides what of that is kept in the end. What is added by {@link EventTables.add} has passed
   * it. */
  isKept?: ((document: JsonValue) => boolean) | undefined
  /** Columns that no question looks at: they are NULL. */
  without?: readonly EventColumn[]
}

const POSITION_BITS = 33

/** The tables of an archive that holds nothing. */
export const emptyTables: readonly string[] = [
  `CREATE TEMP TABLE archive (pos BIGINT, ${definition(eventColumns)})`,
  `CREATE TEMP TABLE undecodable (${definition(undecodableColumns)})`,
]

/**
 * The table `archive` of the events of an archive, and the table `undecodable`, for questions in
 * SQL. `pos` is their order of position: by object, then record; numbers may be missing.
 */
export class EventTables {
  /** Events before any selection. */
  events = 0
  kept = 0
  undecodable = 0
  private object = 0
  private before = { events: 0, kept: 0, undecodable: 0 }

  private constructor(
    private readonly duckdb: Duckdb,
    private readonly selected: string,
    private readonly where: string,
    private readonly isKept: Kept['isKept'],
  ) {}

  static async create(duckdb: Duckdb, kept: Kept = {}): Promise<EventTables> {
    const { where = 'true', without = [], isKept } = kept
    const columns = Object.entries(eventColumns).map(([name, type]) =>
      // The keys of an object literal are its names.
      without.includes(name as EventColumn)
        ? `CAST(NULL AS ${type}) AS ${quoteName(name)}`
        : quoteName(name),
    )
    for (const sql of emptyTables) await duckdb.rows(sql)
    return new EventTables(duckdb, columns.join(', '), where, isKept)
  }

  /** Begins the next object: what is kept from now on comes after what was kept. */
  beginObject(): void {
    this.object += 1
    const { events, kept, undecodable } = this
    this.before = { events, kept, undecodable }
  }

  private get firstPos(): string {
    return `(CAST(${this.object} AS BIGINT) << ${POSITION_BITS})`
  }

  /** Reads the records of a relation, and sets aside those that SQL surely reads as the decoder
   * does, until {@link keepStaged}.
   * @returns where the others are, which the decoder has to read, and how many there are in all */
  async stage(
    plan: ProjectionPlan,
    relation: string,
  ): Promise<{ rest: Position[]; records: number }> {
    const { duckdb } = this
    const view = eventsViewSql(plan, relation)
    await duckdb.rows(`CREATE OR REPLACE TEMP TABLE staged AS ${view}`)
    const rest = await duckdb.rows(
      'SELECT position.path, position.record FROM staged WHERE NOT certain ORDER BY position',
    )
    const [[records = 0] = []] = await duckdb.rows('SELECT count(*) FROM staged')
    return {
      rest: rest.map(([path, record]) => ({ path: String(path), record: Number(record) })),
      records: Number(records),
    }
  }

  async keepStaged(): Promise<void> {
    const [[count = 0] = []] = await this.duckdb.rows(
      'SELECT count(*) FILTER (WHERE certain) FROM staged',
    )
    this.events += Number(count)
    const matching = this.isKept ? await this.matching(this.isKept) : 'true'
    await this.keep(`(SELECT * EXCLUDE certain FROM staged WHERE certain AND ${matching})`)
    await this.dropStaged()
  }

  /** Reads the documents that were set aside, some at a time.
   * @returns what holds of the rows that are kept */
  private async matching(isKept: (document: JsonValue) => boolean): Promise<string> {
    const { duckdb } = this
    await duckdb.rows('CREATE OR REPLACE TEMP TABLE matching (id BIGINT)')
    const [[rows = 0] = []] = await duckdb.rows('SELECT count(*) FROM staged')
    for (let from = 0; from < Number(rows); from += DOCUMENTS_AT_ONCE) {
      const some = `rowid >= ${from} AND rowid < ${from + DOCUMENTS_AT_ONCE}`
      const documents = await duckdb.rows(
        `SELECT rowid, document FROM staged WHERE certain AND ${some} AND (${this.where})`,
      )
      const ids = documents.filter(([, text]) => isKept(jsonOf(text))).map(([id]) => Number(id))
      const values = [JSON.stringify(ids)]
      await duckdb.rows(`INSERT INTO matching SELECT unnest(from_json($1, '["BIGINT"]'))`, values)
    }
    return 'rowid IN (SELECT id FROM matching)'
  }

  async dropStaged(): Promise<void> {
    await this.duckdb.rows('DROP TABLE IF EXISTS staged')
    await this.duckdb.rows('DROP TABLE IF EXISTS matching')
  }

  /** Adds what the decoder read. */
  async add(decoded: readonly Decoded[]): Promise<void> {
    const events = decoded.flatMap((d) => (d.kind === 'event' ? [eventRow(d.event)] : []))
    const others = decoded.flatMap((d) => (d.kind === 'undecodable' ? [d.undecodable] : []))
    this.events += events.length
    for (const { from, values } of unnested(eventColumns, events)) await this.keep(from, values)
    const rows = others.map(({ reason, detail, position, sizeBytes, head }) => ({
      reason,
      detail,
      position: { path: position.path, record: position.record },
      bytes: sizeBytes,
      head: Buffer.from(head).toString('base64'),
    }))
    this.undecodable += rows.length
    for (const { from, values } of unnested(undecodableColumns, rows)) {
      await this.duckdb.rows(`INSERT INTO undecodable SELECT * FROM ${from}`, values)
    }
  }

  /** Forgets what was read of the object that was begun last. */
  async dropObject(path: string): Promise<void> {
    await this.dropStaged()
    await this.duckdb.rows(`DELETE FROM archive WHERE pos >= ${this.firstPos}`)
    await this.duckdb.rows('DELETE FROM undecodable WHERE position.path = $1', [path])
    Object.assign(this, this.before)
  }

  /** Takes the events of a relation that are selected into the table. */
  private async keep(relation: string, values: DuckDBValue[] = []): Promise<void> {
    const pos = `${this.firstPos} + position.record`
    const selected = `(SELECT * FROM ${relation} WHERE ${this.where})`
    const sql = `INSERT INTO archive SELECT ${pos}, ${this.selected} FROM ${selected}`
    const [[count = 0] = []] = await this.duckdb.rows(sql, values)
    this.kept += Number(count)
  }
}

/** Rows as relations of their columns, a few megabytes of JSON each. */
function* unnested<Column extends string>(
  columns: Readonly<Record<Column, string>>,
  rows: readonly Record<Column, Cell>[],
): Generator<{ from: string; values: DuckDBValue[] }> {
  const types = Object.entries<string>(columns)
  const structure = Object.fromEntries(types.map(([name, type]) => [name, jsonType[type] ?? type]))
  const values = types.map(
    ([name, type]) => `${fromJson[type] ?? ''}(r.${quoteName(name)}) AS ${quoteName(name)}`,
  )
  const from =
    `(SELECT ${values.join(', ')} FROM (SELECT unnest(from_json(` +
    `$1, ${quoteText(JSON.stringify([structure]))})) AS r))`
  for (const batch of batches(rows.map((row) => wellFormedJson(JSON.stringify(row))))) {
    yield { from, values: [`[${batch.join(',')}]`] }
  }
}

/** What JSON has no type for, and how it is made of what is written instead. */
const jsonType: Readonly<Record<string, string>> = { TIMESTAMP_MS: 'BIGINT', BLOB: 'VARCHAR' }
const fromJson: Readonly<Record<string, string>> = {
  TIMESTAMP_MS: 'make_timestamp_ms',
  BLOB: 'from_base64',
}

/** What SQL surely reads as the decoder does, is JSON. */
function jsonOf(document: DuckDBValue | undefined): JsonValue {
  const reading = readJson(String(document))
  if (!reading.ok) throw new Error(`a document of SQL ${reading.detail}`)
  return reading.value
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
