import type { Duckdb } from '../engines/duckdb.js'
import { quoteText } from '../engines/leaf-tree.js'
import type { Position } from '../event/event.js'
import { STATUS_KIND, unacknowledgedWords } from './sent-status.js'

/** How identities are told apart, and which words mean that a sending was acknowledged. */
export interface ArrivalOptions {
  identity: 'source+id' | 'id'
  acknowledged: readonly string[]
}

/** A delivery that was taken in. */
export interface Arrival {
  stage: number
  pos: number
  id: string | null
  timeUs: number | null
  receivedUs: number | null
}

/** Parts that identities fall into, so that few are counted at the same time. */
export const PARTS = 256
/** Values that mean nothing to evt, and are remembered to be shown. */
const MOST_VALUES = 10_000

const tables = [
  'CREATE TABLE kinds (kind INTEGER, type VARCHAR, source VARCHAR)',
  'CREATE TABLE arrivals (stage UTINYINT, pos BIGINT, part UTINYINT, identity UHUGEINT, ' +
    'kind INTEGER, time_us BIGINT, received_us BIGINT, acknowledged TINYINT, id VARCHAR)',
  'CREATE TABLE places (stage UTINYINT, pos BIGINT, path VARCHAR, record BIGINT)',
  'CREATE TABLE statuses (stage UTINYINT, value VARCHAR, events BIGINT)',
]

/** The deliveries of all stages, narrow, in tables of DuckDB: what it has no room for it keeps on
 * disk. An identity is its MD5, with one of 256 parts; the id stands beside it, to be shown. */
export class Arrivals {
  private numbered = 0

  private constructor(
    private readonly duckdb: Duckdb,
    private readonly options: ArrivalOptions,
  ) {}

  static async create(duckdb: Duckdb, options: ArrivalOptions): Promise<Arrivals> {
    for (const sql of tables) await duckdb.rows(sql)
    return new Arrivals(duckdb, options)
  }

  /** Takes the rows of a relation with `pos` and the columns of the view `events`. */
  async take(stage: number, relation: string): Promise<void> {
    const { duckdb } = this
    await duckdb.rows(`INSERT INTO kinds
      SELECT (SELECT count(*) FROM kinds) + row_number() OVER (), n.type, n.source
      FROM (SELECT DISTINCT type, source FROM ${relation}) n
      WHERE NOT EXISTS (SELECT 1 FROM kinds k WHERE k.type = n.type AND k.source = n.source)`)
    await duckdb.rows(`INSERT INTO arrivals
      SELECT ${stage}, a.pos, CAST(a.identity & ${PARTS - 1} AS UTINYINT), a.identity, k.kind,
        a.event_time_us, a.received_at_us, ${this.acknowledged()}, a.id
      FROM (SELECT *, ${this.identity()} AS identity, ${statusOf} AS status FROM ${relation}) a
      JOIN kinds k ON k.type = a.type AND k.source = a.source`)
    await this.takeStatuses(stage, relation)
  }

  /** The same for what has no number that says where it is: the position itself is kept. */
  async takeNumbered(stage: number, relation: string): Promise<void> {
    const { duckdb, numbered } = this
    await duckdb.rows(`CREATE OR REPLACE TEMP TABLE numbered AS
      SELECT * REPLACE (${numbered} + row_number() OVER () AS pos) FROM ${relation}`)
    const [[rows] = []] = await duckdb.rows(
      `INSERT INTO places SELECT ${stage}, pos, position.path, position.record FROM numbered`,
    )
    this.numbered += Number(rows)
    await this.take(stage, 'numbered')
  }

  async placesOf(arrivals: readonly Pick<Arrival, 'stage' | 'pos'>[]): Promise<Position[]> {
    if (arrivals.length === 0) return []
    const found = await this.duckdb.rows(
      `SELECT stage, pos, path, record FROM places WHERE (stage, pos) IN (${pairsOf(arrivals)})`,
    )
    const byPos = new Map(found.map(([stage, pos, ...place]) => [`${stage} ${pos}`, place]))
    return arrivals.map(({ stage, pos }) => {
      const [path, record] = byPos.get(`${stage} ${pos}`) ?? []
      return { path: String(path), record: Number(record) }
    })
  }

  /** Deliveries by their stage and position, as text `stage pos`. */
  async arrivalsAt(
    places: readonly Pick<Arrival, 'stage' | 'pos'>[],
  ): Promise<Map<string, Arrival>> {
    if (places.length === 0) return new Map()
    const rows = await this.duckdb.rows(
      `SELECT ${shown} FROM arrivals WHERE (stage, pos) IN (${pairsOf(places)})`,
    )
    return new Map(rows.map((row) => [`${row[0]} ${row[1]}`, arrivalOf(row)]))
  }

  /** Up to so many deliveries at a stage of each identity that one of these is of, by position. */
  async alike(stage: number, positions: readonly number[], most: number): Promise<Arrival[][]> {
    if (positions.length === 0) return []
    const rows = await this.duckdb.rows(
      `SELECT ${shown}, first_pos FROM (
         SELECT a.*, f.pos AS first_pos,
           row_number() OVER (PARTITION BY a.identity ORDER BY a.pos) AS nth
         FROM arrivals a JOIN arrivals f ON f.identity = a.identity
         WHERE a.stage = ${stage} AND f.stage = ${stage} AND f.pos IN (${positions.join()}))
       WHERE nth <= ${most} ORDER BY pos`,
    )
    return positions.map((pos) => rows.filter((row) => Number(row.at(-1)) === pos).map(arrivalOf))
  }

  /** Takes the sending of what has no status for not acknowledged, where its type should say. */
  async tell(stage: number, isToTell: (type: string) => boolean): Promise<void> {
    const kinds = await this.duckdb.rows('SELECT kind, type FROM kinds')
    const telling = kinds.filter(([, type]) => isToTell(String(type))).map(([kind]) => kind)
    if (telling.length === 0) return
    await this.duckdb.rows(
      `UPDATE arrivals SET acknowledged = 0 WHERE stage = ${stage}
       AND acknowledged IS NULL AND kind IN (${telling.join(', ')})`,
    )
  }

  /** The first deliveries of a stage that have no id. */
  async unidentified(stage: number, most: number): Promise<Arrival[]> {
    const rows = await this.duckdb.rows(
      `SELECT ${shown} FROM arrivals WHERE stage = ${stage} AND identity IS NULL
       ORDER BY pos LIMIT ${most}`,
    )
    return rows.map(arrivalOf)
  }

  /** Values of sentStatus that are none of the words, the most frequent first. */
  async unknownStatuses(stage: number): Promise<{ value: string; events: number }[]> {
    const rows = await this.duckdb.rows(
      `SELECT value, sum(events) FROM statuses WHERE stage = ${stage}
       GROUP BY value ORDER BY sum(events) DESC, value`,
    )
    return rows.map(([value, events]) => ({ value: String(value), events: Number(events) }))
  }

  private identity(): string {
    // The length keeps apart what would read the same one behind the other.
    const name = this.options.identity === 'id' ? 'id' : `concat(strlen(source), ':', source, id)`
    return `CASE WHEN id IS NOT NULL THEN md5_number(${name}) END`
  }

  private acknowledged(): string {
    return `CASE WHEN a.status IS NOT NULL THEN CASE WHEN ${this.isWord()} THEN 1 ELSE 0 END END`
  }

  private isWord(more: readonly string[] = []): string {
    const words = [...this.options.acknowledged, ...more].map((word) => word.toLowerCase())
    return `a.status IN (${words.map(quoteText).join(', ')})`
  }

  private async takeStatuses(stage: number, relation: string): Promise<void> {
    const [[held] = []] = await this.duckdb.rows('SELECT count(*) FROM statuses')
    if (Number(held) >= MOST_VALUES) return
    const known = this.isWord(unacknowledgedWords)
    await this.duckdb.rows(`INSERT INTO statuses
      SELECT ${stage}, a.status, count(*) FROM (SELECT ${statusOf} AS status FROM ${relation}) a
      WHERE a.status IS NOT NULL AND NOT ${known} GROUP BY a.status LIMIT ${MOST_VALUES}`)
  }
}

/** Where the status is mapped, it is the one entity: see {@link withStatus}. */
const statusOf = `lower(substr(entities[1], ${STATUS_KIND.length + 2}))`

const shown = 'stage, pos, id, time_us, received_us'

function pairsOf(places: readonly Pick<Arrival, 'stage' | 'pos'>[]): string {
  return places.map(({ stage, pos }) => `(${stage}, ${pos})`).join(', ')
}

function arrivalOf([stage, pos, id, timeUs, receivedUs]: readonly unknown[]): Arrival {
  const number = (value: unknown) => (value === null ? null : Number(value))
  const textOf = (value: unknown) => (value === null ? null : String(value))
  return {
    ...{ stage: Number(stage), pos: Number(pos), id: textOf(id) },
    ...{ timeUs: number(timeUs), receivedUs: number(receivedUs) },
  }
}
