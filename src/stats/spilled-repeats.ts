import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import {
  type Asked,
  type Delays,
  type Grounds,
  MAX_COMPARED,
  MAX_COPIES,
  type RepeatsOfRow,
} from './findings/grounds.js'
import { doubles } from './words.js'

/** Repeated identities of what was spilled and judged. */
export class SpilledRepeats {
  private constructor(
    private readonly duckdb: Duckdb,
    private readonly considered: number,
    private readonly deliveries: number,
    /** Whether all copies are fetched, to be compared. */
    private readonly isWhole: boolean,
  ) {}

  /** Finds them by the view `deliveries`, and adds those that are to be fetched to `wanted`. */
  static async find(duckdb: Duckdb, { considered, isCompared }: Asked): Promise<SpilledRepeats> {
    await duckdb.rows(`CREATE TABLE repeated AS ${await querySql('stats/repeated')}`)
    await duckdb.rows(`CREATE TABLE identities AS ${await querySql('stats/identities')}`)
    const [[count] = []] = await duckdb.rows('SELECT count(*) FROM repeated')
    const deliveries = Number(count)
    const isWhole = isCompared && deliveries <= MAX_COMPARED
    const found = new SpilledRepeats(duckdb, considered, deliveries, isWhole)
    await duckdb.rows(`INSERT INTO wanted SELECT m.pos FROM ${found.fetched()}`)
    return found
  }

  async read(atOf: (pos: number) => number): Promise<Pick<Grounds, 'repeated' | 'repeats'>> {
    const groups: number[][] = []
    const repeats = await this.delays()
    const sql = `SELECT ${['m.pos', 'm.n', 'i.grp', 'i.nth'].map(asDouble)}
      FROM ${this.fetched()} ORDER BY i.again_pos, m.n`
    for await (const chunk of this.duckdb.chunks(sql)) {
      const [positions, copies, rows, nths] = [0, 1, 2, 3].map((n) => doubles(chunk, n))
      for (let n = 0; n < chunk.rowCount; n++) {
        const copy = copies?.[n] as number
        const at = atOf(positions?.[n] as number)
        if (copy === 1) groups.push([at])
        else groups.at(-1)?.push(at)
        if ((nths?.[n] as number) > this.considered || copy > MAX_COPIES) continue
        const ofRow = repeats.get(rows?.[n] as number)
        if (copy === 1) ofRow?.groups.push([at])
        else ofRow?.groups.at(-1)?.push(at)
      }
    }
    const { deliveries, isWhole } = this
    return { repeated: { deliveries, groups: isWhole ? groups : null }, repeats }
  }

  private fetched(): string {
    const some = `i.nth <= ${this.considered} AND m.n <= ${MAX_COPIES}`
    return (
      'repeated m JOIN identities i ON i.identity = m.identity ' +
      `WHERE ${this.isWhole ? 'true' : some}`
    )
  }

  private async delays(): Promise<Map<number, RepeatsOfRow>> {
    const found = new Map<number, RepeatsOfRow>()
    const rows = await this.duckdb.rows('SELECT DISTINCT grp FROM identities')
    const none = () => ({ events: 0, medianUs: 0, mostUs: 0, late: 0 })
    for (const [row] of rows) found.set(Number(row), { groups: [], delays: none() })
    for (const [row, ...values] of await this.duckdb.rows(await querySql('stats/delays'))) {
      const [events = 0, medianUs = 0, mostUs = 0, late = 0] = values.map(Number)
      const delays: Delays = { events, medianUs, mostUs, late }
      found.set(Number(row), { groups: [], delays })
    }
    return found
  }
}

function asDouble(column: string): string {
  return `CAST(${column} AS DOUBLE)`
}
