import type { DuckDBValue } from '@duckdb/node-api'
import type { Decoded, JsonValue } from '../event/event.js'
import type { Duckdb } from './duckdb.js'
import { type EventColumn, eventColumns, undecodableColumns } from './event-columns.js'
import { eventRow } from './event-rows.js'
import { eventsViewSql } from './events-view.js'
import { documentOf, jsonOf, rowsOfJson, unnested } from './json-rows.js'
import { quoteName, quoteText } from './leaf-tree.js'
import type { ProjectionPlan } from './record-sql.js'

const DOCUMENTS_AT_ONCE = 2_048
const MANY = 50_000

/** What of an archive is kept. */
export interface Kept {
  /** SQL over the columns of {@link eventColumns}; by default all events are kept. */
  where?: string | undefined
  /** Decides what of that is kept in the end. What is added by {@link EventTables.add} has passed
   * it. */
  isKept?: ((document: JsonValue) => boolean) | undefined
  /** Columns that no question looks at: they are NULL. */
  without?: readonly EventColumn[]
  /** Whether the table also has what events can be read again from: `raw`, the text of the record,
   * or, where that is not the event alone, `row`, the row as JSON. */
  records?: boolean
  /** Gets many rows at once instead of the table, as a relation with its columns, which is gone
   * when this ends. */
  many?: ((relation: string) => Promise<void>) | undefined
}

/** Records that were read by SQL and are set aside. */
export interface Staged {
  readonly table: string
  /** Where those are that the decoder has to read, as their numbers in the relation. */
  readonly rest: readonly number[]
  /** How many there are in all. */
  readonly records: number
}

/** `pos` is the number of the object, then of the record. */
export const POSITION_BITS = 33

/** The tables of an archive that holds nothing. */
export const emptyTables: readonly string[] = tablesOf({})

function tablesOf({ records = false }: Pick<Kept, 'records'>): string[] {
  const more = records ? ', raw VARCHAR, "row" VARCHAR' : ''
  return [
    `CREATE TEMP TABLE archive (pos BIGINT, ${definition(eventColumns)}${more})`,
    `CREATE TEMP TABLE undecodable (${definition(undecodableColumns)})`,
  ]
}

/**
 * The table `archive` of the events of an archive, and the table `undecodable`, for questions in
 * SQL. `pos` is their order of position: by object, then record; numbers may be missing.
 */
export class EventTables {
  /** Events before any selection. */
  events = 0
  kept = 0
  undecodable = 0
  /** Rows that the tables hold now. */
  held = 0
  /** Whether rows were put into the table in order of position. */
  isInOrder = true
  /** Whether the rows are elsewhere, in no order. */
  isView = false
  private object = 0
  private numbers: ReadonlyMap<string, number> | undefined
  private before = { events: 0, kept: 0, undecodable: 0 }
  private stagings = 0

  private constructor(
    private readonly duckdb: Duckdb,
    private readonly options: Kept,
  ) {}

  static async create(duckdb: Duckdb, kept: Kept = {}): Promise<EventTables> {
    for (const sql of tablesOf(kept)) await duckdb.rows(sql)
    return new EventTables(duckdb, kept)
  }

  /** Begins the next object, or the one of this number: what is kept from now on comes after what
   * was kept. */
  beginObject(number = this.object + 1): void {
    this.object = number
    this.numbers = undefined
    const { events, kept, undecodable } = this
    this.before = { events, kept, undecodable }
  }

  /** Begins several objects at once, which have these numbers by their paths. */
  beginObjects(numbers: ReadonlyMap<string, number>): void {
    this.beginObject(Math.max(...numbers.values()))
    if (numbers.size > 1) this.numbers = numbers
  }

  private get firstPos(): string {
    return firstPosOf(`${this.object}`)
  }

  /** The same of a row of one of several objects. */
  private get firstPosOfRow(): string {
    if (!this.numbers) return this.firstPos
    const cases = [...this.numbers].map(
      ([path, number]) => `WHEN ${quoteText(path)} THEN ${number}`,
    )
    const none = `error('a record of an object that was not begun')`
    return firstPosOf(`CASE position.path ${cases.join(' ')} ELSE ${none} END`)
  }

  /** Reads the records of a relation, which are numbered from 1, and sets aside those that SQL
   * surely reads as the decoder does, until {@link keepStaged} or {@link dropStaged}. Other
   * statements may run meanwhile.
   * @returns null where the signal aborts before all are set aside */
  async stage(
    plan: ProjectionPlan,
    relation: string,
    signal?: AbortSignal,
  ): Promise<Staged | null> {
    const { duckdb } = this
    const { without = [], isKept, records: raw = false } = this.options
    const unread = isKept ? without.filter((name) => name !== 'document') : without
    this.stagings += 1
    const table = `staged_${this.stagings}`
    const view = eventsViewSql(plan, relation, { without: unread, raw })
    try {
      await duckdb.beside(`CREATE TABLE ${table} AS ${view}`, signal)
    } catch (error) {
      if (signal?.aborted) return null
      throw error
    }
    const rest = await duckdb.rows(
      `SELECT position.record FROM ${table} WHERE NOT certain ORDER BY position.record`,
    )
    const [[records = 0] = []] = await duckdb.rows(`SELECT count(*) FROM ${table}`)
    return { table, rest: rest.map(([record]) => Number(record)), records: Number(records) }
  }

  /** @param firstRecord the number that the first record of the relation has in its object */
  async keepStaged({ table, rest, records }: Staged, firstRecord = 1): Promise<void> {
    this.events += records - rest.length
    // The others are put behind them.
    if (rest.length > 0) this.isInOrder = false
    const matching = this.options.isKept ? await this.matching(table, this.options.isKept) : 'true'
    const moved =
      firstRecord === 1
        ? ''
        : `REPLACE ({'path': position.path, 'record': position.record + ${firstRecord - 1}}
             AS position)`
    const row = this.options.records ? ', CAST(NULL AS VARCHAR) AS "row"' : ''
    const relation =
      `(SELECT * EXCLUDE certain ${moved}${row} FROM ${table} ` + `WHERE certain AND ${matching})`
    const { many } = this.options
    if (many && records >= MANY) {
      await many(`(${this.rowsOf(relation)})`)
      this.kept += records - rest.length
    } else await this.keep(relation)
    await this.dropStaged(table)
  }

  /** Reads the documents that were set aside, some at a time.
   * @returns what holds of the rows that are kept */
  private async matching(table: string, isKept: (document: JsonValue) => boolean): Promise<string> {
    const { duckdb } = this
    await duckdb.rows('CREATE OR REPLACE TEMP TABLE matching (id BIGINT)')
    const [[rows = 0] = []] = await duckdb.rows(`SELECT count(*) FROM ${table}`)
    const { where = 'true' } = this.options
    for (let from = 0; from < Number(rows); from += DOCUMENTS_AT_ONCE) {
      const some = `rowid >= ${from} AND rowid < ${from + DOCUMENTS_AT_ONCE}`
      const documents = await duckdb.rows(
        `SELECT rowid, document FROM ${table} WHERE certain AND ${some} AND (${where})`,
      )
      const ids = documents.filter(([, text]) => isKept(jsonOf(text))).map(([id]) => Number(id))
      const values = [JSON.stringify(ids)]
      await duckdb.rows(`INSERT INTO matching SELECT unnest(from_json($1, '["BIGINT"]'))`, values)
    }
    return 'rowid IN (SELECT id FROM matching)'
  }

  async dropStaged(table: string): Promise<void> {
    await this.duckdb.rows(`DROP TABLE IF EXISTS ${table}`)
    await this.duckdb.rows('DROP TABLE IF EXISTS matching')
  }

  /** Adds what the decoder read. */
  async add(decoded: readonly Decoded[]): Promise<void> {
    const events = decoded.flatMap((d) => (d.kind === 'event' ? [eventRow(d.event)] : []))
    const others = decoded.flatMap((d) => (d.kind === 'undecodable' ? [d.undecodable] : []))
    this.events += events.length
    const { records = false } = this.options
    for (const { from, values } of unnested(eventColumns, events, { row: records })) {
      await this.keep(from, values)
    }
    const rows = others.map(({ reason, detail, position, sizeBytes, head }) => ({
      reason,
      detail,
      position: { path: position.path, record: position.record },
      bytes: sizeBytes,
      head: Buffer.from(head).toString('base64'),
    }))
    this.undecodable += rows.length
    this.held += rows.length
    for (const { from, values } of unnested(undecodableColumns, rows)) {
      await this.duckdb.rows(`INSERT INTO undecodable SELECT * FROM ${from}`, values)
    }
  }

  /** Adds the rows of a relation with the columns of the table. What they are of is not counted. */
  async addRelation(relation: string): Promise<void> {
    const { where = 'true' } = this.options
    this.isInOrder = false
    const sql = `INSERT INTO archive SELECT * FROM ${relation} WHERE ${where}`
    const [[count = 0] = []] = await this.duckdb.rows(sql)
    this.kept += Number(count)
  }

  /** Makes the table, which is empty, a view of the rows of a relation: nothing is kept of them. */
  async replaceBy(relation: string): Promise<void> {
    const { where = 'true' } = this.options
    await this.duckdb.rows('DROP TABLE archive')
    await this.duckdb.rows(`CREATE TEMP VIEW archive AS SELECT * FROM ${relation} WHERE ${where}`)
    this.isView = true
    const [[count = 0] = []] = await this.duckdb.rows('SELECT count(*) FROM archive')
    this.kept = Number(count)
  }

  /** Puts the rows of the table in order of position. */
  async sort(): Promise<void> {
    if (this.isInOrder) return
    await this.duckdb.rows('CREATE TEMP TABLE sorted AS SELECT * FROM archive ORDER BY pos')
    await this.duckdb.rows('DROP TABLE archive')
    await this.duckdb.rows('ALTER TABLE sorted RENAME TO archive')
    this.isInOrder = true
  }

  /** Adds rows as their JSON, as the column `row` has them, of an object with this path. What they
   * are of is not counted. */
  async addRows(texts: readonly string[], path: string): Promise<void> {
    const { isKept } = this.options
    const kept = isKept ? texts.filter((text) => isKept(documentOf(text))) : texts
    if (kept.length === 0) return
    this.isInOrder = false
    const texted = `(SELECT unnest(from_json($1, '["JSON"]')) AS json)`
    const moved = `{'path': $2, 'record': position.record} AS position`
    const relation = `(SELECT * REPLACE (${moved}) FROM ${rowsOfJson(eventColumns, texted)})`
    await this.keep(relation, [`[${kept.join(',')}]`, path])
  }

  /** Forgets what was read of the object that was begun last. */
  async dropObject(path: string): Promise<void> {
    await this.duckdb.rows(`DELETE FROM archive WHERE pos >= ${this.firstPos}`)
    await this.duckdb.rows('DELETE FROM undecodable WHERE position.path = $1', [path])
    Object.assign(this, this.before)
  }

  /** Takes the events of a relation that are selected into the table. */
  private async keep(relation: string, values: DuckDBValue[] = []): Promise<void> {
    const [[count = 0] = []] = await this.duckdb.rows(
      `INSERT INTO archive ${this.rowsOf(relation)}`,
      values,
    )
    this.kept += Number(count)
    this.held += Number(count)
  }

  /** Empties the tables: what they held is elsewhere. */
  async empty(): Promise<void> {
    await this.duckdb.rows('DELETE FROM archive')
    await this.duckdb.rows('DELETE FROM undecodable')
    this.held = 0
  }

  /** The events of a relation that are selected, as rows of the table. */
  private rowsOf(relation: string): string {
    const { where = 'true', without = [], records } = this.options
    const columns = Object.entries(eventColumns).map(([name, type]) =>
      // The keys of an object literal are its names.
      without.includes(name as EventColumn)
        ? `CAST(NULL AS ${type}) AS ${quoteName(name)}`
        : quoteName(name),
    )
    if (records) columns.push('raw', '"row"')
    const pos = `${this.firstPosOfRow} + position.record AS pos`
    return `SELECT ${pos}, ${columns.join(', ')} FROM (SELECT * FROM ${relation} WHERE ${where})`
  }
}

function firstPosOf(number: string): string {
  return `(CAST(${number} AS BIGINT) << ${POSITION_BITS})`
}

function definition(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${quoteName(name)} ${type}`)
    .join(', ')
}
