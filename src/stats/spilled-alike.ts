import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import type { Deliveries } from './deliveries.js'
import { classesIn, goesByTime, ofSameTime } from './findings/alike.js'
import { type Alike, type Asked, type Grounds, MAX_COMPARED } from './findings/grounds.js'
import type { Survey } from './findings/survey.js'
import { deliveriesView, rowSql } from './spilled.js'
import { doubles } from './words.js'

/** How many there are, and whether they are fetched: all, those of the very same time, or none. */
interface Found {
  count: number
  fetched: 'all' | 'same time' | 'none'
  /** How many of them are not. */
  left: number
}

const nothing: Found = { count: 0, fetched: 'none', left: 0 }

/** First deliveries that may be one publication, of what was spilled and judged; see
 * findings/alike.ts. */
export class SpilledAlike {
  private constructor(
    private readonly duckdb: Duckdb,
    private readonly inSequence: Found,
    private readonly inTime: Found,
  ) {}

  /** Finds them, and adds those that are to be fetched to `wanted`. */
  static async find(
    duckdb: Duckdb,
    all: Deliveries,
    survey: Survey,
    { isCompared, mostNear }: Asked,
  ): Promise<SpilledAlike> {
    const groups = (isWanted: (byTime: boolean) => boolean) =>
      rowSql(all.groups.map(({ order }, n) => (isWanted(order === 'time') ? n : null)))
    const sequenced = groups((byTime) => !byTime)
    const byTime = `CASE WHEN flags & 16 <> 0 THEN group_no ELSE ${groups((is) => is)} END`
    const isNear = mostNear > 0 && goesByTime(all, survey)
    return new SpilledAlike(
      duckdb,
      isCompared ? await inSequence(duckdb, sequenced) : nothing,
      isNear ? await inTime(duckdb, byTime, mostNear) : nothing,
    )
  }

  async read(deliveries: Deliveries): Promise<Pick<Grounds, 'inSequence' | 'inTime'>> {
    const { inSequence: sequence, inTime: time } = this
    const near = classesIn(deliveries, await this.buckets(deliveries, 'alike_times', time), false)
    const sameTime = time.fetched === 'same time'
    return {
      inSequence: {
        classes: classesIn(
          deliveries,
          await this.buckets(deliveries, 'alike_places', sequence),
          true,
        ),
        left: sequence.left,
      },
      inTime: { classes: sameTime ? ofSameTime(deliveries, near) : near, left: time.left },
    } satisfies Record<string, Alike>
  }

  private async buckets(deliveries: Deliveries, table: string, { fetched }: Found) {
    const buckets = new Map<number, number[]>()
    if (fetched === 'none') return buckets.values()
    const sql = `SELECT CAST(pos AS DOUBLE), CAST(bucket AS DOUBLE) FROM ${table}
      WHERE ${fetchedOf(fetched)} ORDER BY pos`
    for await (const chunk of this.duckdb.chunks(sql)) {
      const [positions, firsts] = [doubles(chunk, 0), doubles(chunk, 1)]
      for (let n = 0; n < chunk.rowCount; n++) {
        const bucket = firsts[n] as number
        const rows = buckets.get(bucket) ?? []
        if (rows.length === 0) buckets.set(bucket, rows)
        rows.push(deliveries.atOf(positions[n] as number))
      }
    }
    return buckets.values()
  }
}

async function inSequence(duckdb: Duckdb, row: string): Promise<Found> {
  await duckdb.rows(deliveriesView(row))
  await duckdb.rows(`CREATE TABLE alike_places AS ${await querySql('stats/alike-places')}`)
  const [[found] = []] = await duckdb.rows('SELECT count(*) FROM alike_places')
  const count = Number(found)
  if (count > MAX_COMPARED) return { count, fetched: 'none', left: count }
  await duckdb.rows('INSERT INTO wanted SELECT pos FROM alike_places')
  return { count, fetched: 'all', left: 0 }
}

async function inTime(duckdb: Duckdb, row: string, most: number): Promise<Found> {
  await duckdb.rows(deliveriesView(row))
  await duckdb.rows(`CREATE TABLE alike_times AS ${await querySql('stats/alike-times')}`)
  const [counts = []] = await duckdb.rows(
    'SELECT count(*), coalesce(sum(same_time), 0) FROM alike_times',
  )
  const [count = 0, same = 0] = counts.map(Number)
  const fetched = count <= most ? 'all' : same <= most ? 'same time' : 'none'
  if (fetched === 'none') return { count, fetched, left: count }
  await duckdb.rows(`INSERT INTO wanted SELECT pos FROM alike_times WHERE ${fetchedOf(fetched)}`)
  return { count, fetched, left: fetched === 'all' ? 0 : count - same }
}

function fetchedOf(fetched: Found['fetched']): string {
  return fetched === 'same time' ? 'same_time = 1' : 'true'
}
