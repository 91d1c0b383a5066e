import { randomUUID } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Manifest,
  type Part,
  type PartKind,
  RECORDS_A_GROUP,
} from '../archive-index/manifest.js'
import { columnsInEvents } from '../archive-index/relations.js'
import { fileHash } from '../archives/file-hash.js'
import { makeFolder } from '../archives/make-folder.js'
import type { Duckdb } from '../engines/duckdb.js'
import { type EventTables, POSITION_BITS } from '../engines/events-table.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'

/** Rows of what DuckDB hands from step to step. It ends no group within. */
const CHUNK_ROWS = 2_048
const ENTITIES_A_GROUP = 8_192
/** Folders of dates in one part: times are what producers say. */
const MOST_DATES = 200
/** Of the four threads of Node, the others are for what is read and written meanwhile. */
const SYNCED_AT_ONCE = 2

const columns = columnsInEvents.map(quoteName).join(', ')

/** When a row arrived, else when it happened. */
const arrival = 'coalesce(received_at_us, event_time_us)'
const arrivalOrder = `${arrival}, pos`
/** After all times: rows that have none are the last. */
const NEVER_US = 2n ** 63n - 1n

interface Layout {
  /** The column that has a folder for each value. */
  by?: string | undefined
  /** How many rows make a group. */
  group?: number
  /** Where the part goes, below those of its kind. */
  folder?: string
}

/** How the rows of each kind of part lie. */
const layouts: Record<PartKind, Layout> = {
  events: { by: 'date' },
  records: { group: RECORDS_A_GROUP },
  entities: { by: 'bucket', group: ENTITIES_A_GROUP },
  undecodable: {},
}

/**
 * Writes what tables hold as parts of an index. A part counts once the manifest names it.
 *
 * - `events/date=…/`: the columns of the view `events` but for its documents and what follows from
 *   others, by date of arrival, in order of arrival
 * - `records/`: by position, what an event can be read again from
 * - `entities/bucket=…/`: by entity and arrival, where its events are
 * - `undecodable/`: by position
 */
export class IndexWriter {
  private entityRows = 0
  private readonly syncing: Promise<void>[] = []
  /** No name comes again: another evt may still read what a part of that name was before. */
  private readonly suffix = randomUUID().slice(0, 8)

  constructor(
    private readonly duckdb: Duckdb,
    private readonly folder: string,
    private readonly manifest: Manifest,
  ) {}

  /** Makes what is kept until {@link writeEntities}. */
  async begin(): Promise<void> {
    await this.duckdb.rows(
      'CREATE TEMP TABLE entity_rows (entity VARCHAR, arrival_us BIGINT, pos BIGINT)',
    )
    await this.duckdb.rows('CREATE TEMP TABLE begun (path VARCHAR, number BIGINT)')
  }

  /** Says which number the object of a path has: its undecodable records are known by the path. */
  async beginObject(path: string, number: number): Promise<void> {
    await this.duckdb.rows('DELETE FROM begun WHERE path = $1', [path])
    await this.duckdb.rows('INSERT INTO begun VALUES ($1, $2)', [path, BigInt(number)])
  }

  /** Writes what tables hold, and empties them. */
  async writeTables(tables: EventTables): Promise<void> {
    await this.writeEvents('archive')
    const [[bad = 0] = []] = await this.duckdb.rows('SELECT count(*) FROM undecodable')
    if (Number(bad) > 0) await this.write('undecodable', undecodableSql, layouts.undecodable)
    await tables.empty()
  }

  /** Writes the rows of a relation with the columns of the table `archive`, which come in about the
   * order of their positions. */
  async writeEvents(relation: string): Promise<void> {
    const { duckdb } = this
    const [[rows = 0] = []] = await duckdb.rows(
      `INSERT INTO entity_rows SELECT unnest(${entitiesOnce}), ${arrival}, pos
       FROM ${relation} WHERE len(entities) > 0`,
    )
    this.entityRows += Number(rows)
    if (!(await this.writeByDate(relation))) return
    await this.writeRecords(relation)
  }

  /** @returns false where there are none */
  private async writeByDate(relation: string): Promise<boolean> {
    const order = (await this.isInOrder(relation)) ? '' : ` ORDER BY ${arrivalOrder}`
    const days = await this.duckdb.rows(
      `SELECT DISTINCT ${day} AS day FROM ${relation} ORDER BY day LIMIT ${MOST_DATES + 1}`,
    )
    const [[only] = []] = days
    if (days.length === 1) {
      const alone = { ...layouts.events, by: undefined, folder: `date=${String(only)}` }
      await this.write('events', `${eventsSql(relation)}${order}`, alone)
    } else if (days.length > 0) {
      const date = days.length > MOST_DATES ? commonDay(relation) : day
      await this.write('events', `${eventsSql(relation, date)}${order}`, layouts.events)
    }
    return days.length > 0
  }

  /** Whether rows come in order of arrival: to look costs a tenth of sorting them. */
  private async isInOrder(relation: string): Promise<boolean> {
    const [[rows = 0] = []] = await this.duckdb.rows(
      `SELECT count(*)
       FROM (SELECT came, pos, lag(came) OVER () AS came_before, lag(pos) OVER () AS before
         FROM (SELECT coalesce(${arrival}, ${NEVER_US}) AS came, pos FROM ${relation}))
       WHERE came < came_before OR (came = came_before AND pos < before)`,
    )
    return Number(rows) === 0
  }

  /** How many rows wait for {@link writeEntities}. */
  get waitingEntities(): number {
    return this.entityRows
  }

  async writeEntities(): Promise<void> {
    if (this.entityRows === 0) return
    await this.writeEntitiesOf('entity_rows')
    await this.duckdb.rows('DELETE FROM entity_rows')
    this.entityRows = 0
  }

  /** Writes rows of parts of a kind again, as one part. */
  async rewrite(kind: PartKind, rows: string): Promise<void> {
    if (kind === 'events') {
      await this.writeByDate(rows)
      return
    }
    const [[any = 0] = []] = await this.duckdb.rows(`SELECT count(*) FROM ${rows}`)
    if (Number(any) === 0) return
    if (kind === 'entities') await this.writeEntitiesOf(rows)
    else if (kind === 'records') await this.writeRecords(`(FROM ${rows} ORDER BY pos)`)
    else await this.write(kind, `SELECT * FROM ${rows} ORDER BY pos`, layouts[kind])
  }

  /** A join by a condition that is no comparison hands on the rows of a chunk that meet it, for one
   * row of the other side after the other. That is how chunks become as small as groups are. */
  private async writeRecords(rows: string): Promise<void> {
    const numbered = `(SELECT pos, raw, "row", row_number() OVER () - 1 AS n FROM ${rows})`
    const sql = `SELECT pos, raw, "row" FROM ${numbered}
      JOIN (SELECT range AS nth FROM range(${CHUNK_ROWS / RECORDS_A_GROUP}))
      ON ((n % ${CHUNK_ROWS}) // ${RECORDS_A_GROUP}) - nth = 0`
    await this.write('records', sql, layouts.records)
  }

  /** Entities are few beside their rows: to hash them, and to sort them as numbers, costs half of
   * what the same with their texts does. */
  private async writeEntitiesOf(rows: string): Promise<void> {
    await this.duckdb.rows(`CREATE OR REPLACE TEMP TABLE numbered AS
      SELECT entity, bucket, row_number() OVER (ORDER BY bucket, entity) AS number
      FROM (SELECT entity, left(sha256(entity), 2) AS bucket
        FROM (SELECT DISTINCT entity FROM ${rows}))`)
    const sorted = `(SELECT number, arrival_us, pos FROM ${rows} JOIN numbered USING (entity)
      ORDER BY number, arrival_us, pos)`
    const sql = `SELECT entity, arrival_us, pos, bucket FROM ${sorted} JOIN numbered USING (number)`
    await this.write('entities', sql, layouts.entities)
    await this.duckdb.rows('DROP TABLE numbered')
  }

  /** Writes the rows of a query, of which there are some, as a part, or as one for each value of a
   * column. */
  private async write(
    kind: PartKind,
    sql: string,
    { by, group, folder: inside = '' }: Layout,
  ): Promise<void> {
    const { folder, manifest, duckdb } = this
    const name = `part-${String(manifest.nextPart).padStart(6, '0')}-${this.suffix}`
    manifest.nextPart += 1
    const below = join(folder, kind, inside)
    await makeFolder(below)
    const target = by === undefined ? join(below, `${name}.parquet`) : below
    const options = [
      'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, RETURN_STATS',
      ...(group === undefined ? [] : [`ROW_GROUP_SIZE ${group}`]),
      // To keep an order of threads, it would make chunks full again.
      ...(kind === 'records' ? ['PRESERVE_ORDER false'] : []),
      ...(by === undefined
        ? []
        : [`PARTITION_BY (${by}), FILENAME_PATTERN '${name}-{i}', OVERWRITE_OR_IGNORE`]),
    ]
    const written = await duckdb.rows(
      `COPY (${sql}) TO ${quoteText(target)} (${options.join(', ')})`,
    )
    const files = written.map((row) => partOf(row, folder))
    const said = kind === 'records' ? { groupRows: RECORDS_A_GROUP } : {}
    const parts = files.map((part) => ({ ...part, ...said, mtimeMs: 0 }))
    manifest.parts[kind].push(...parts)
    const synced = this.syncAll(parts, kind)
    // Its failure belongs to who waits for it.
    synced.catch(() => undefined)
    this.syncing.push(synced)
  }

  /** Waits until all that was written is on the disk: a manifest must not outlive what it names. */
  async synced(): Promise<void> {
    await Promise.all(this.syncing.splice(0))
  }

  private async syncAll(parts: readonly Part[], kind: PartKind): Promise<void> {
    for (let at = 0; at < parts.length; at += SYNCED_AT_ONCE) {
      const some = parts.slice(at, at + SYNCED_AT_ONCE)
      await Promise.all(some.map((part) => this.sync(part, kind)))
    }
  }

  private async sync(part: Part, kind: PartKind): Promise<void> {
    const file = join(this.folder, part.file)
    if (kind === 'entities') part.sha256 = (await fileHash(file)).sha256
    const handle = await open(file, 'r')
    try {
      await handle.sync()
      part.mtimeMs = (await handle.stat()).mtimeMs
    } finally {
      await handle.close()
    }
  }
}

const day = `coalesce(CAST(CAST(make_timestamp(${arrival}) AS DATE) AS VARCHAR), 'unknown')`

/** Days that are few beside the others share a folder. */
function commonDay(relation: string): string {
  const common = `SELECT day FROM (SELECT ${day} AS day FROM ${relation}) GROUP BY day
    ORDER BY day = 'unknown' DESC, count(*) DESC, day LIMIT ${MOST_DATES}`
  return `CASE WHEN ${day} IN (${common}) THEN ${day} ELSE 'other' END`
}

function eventsSql(relation: string, date?: string): string {
  const more = date === undefined ? '' : `, ${date} AS date`
  return `SELECT pos, ${columns}${more} FROM ${relation}`
}

/** An event may name an entity more than once. */
const entitiesOnce =
  'CASE WHEN len(entities) = 1 OR (len(entities) = 2 AND entities[1] <> entities[2]) ' +
  'THEN entities ELSE list_distinct(entities) END'

const undecodableSql = `SELECT (b.number << ${POSITION_BITS}) + u.position.record AS pos, u.*
  FROM undecodable u JOIN begun b ON b.path = u.position.path ORDER BY 1`

/** What RETURN_STATS tells of a file: its name, rows, bytes, footer, and each column. */
function partOf(
  [file, rows, bytes, , statistics]: readonly unknown[],
  folder: string,
): Omit<Part, 'mtimeMs'> {
  const ofPos = entry(statistics, '"pos"')
  return {
    file: String(file).slice(folder.length + 1),
    rows: Number(rows),
    bytes: Number(bytes),
    firstPos: Number(entry(ofPos, 'min')),
    lastPos: Number(entry(ofPos, 'max')),
  }
}

/** A value of one of DuckDB's maps. */
function entry(map: unknown, key: string): unknown {
  const entries: unknown = typeof map === 'object' && map !== null && Reflect.get(map, 'entries')
  if (!Array.isArray(entries)) return undefined
  return entries.find((each: { key: unknown }) => each.key === key)?.value
}
