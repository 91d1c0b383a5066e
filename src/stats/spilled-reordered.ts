import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import type { Asked, ReorderedOfRow } from './findings/grounds.js'

/** Reordered deliveries of what was spilled and judged. */
export class SpilledReordered {
  private constructor(
    private readonly duckdb: Duckdb,
    private readonly considered: number,
  ) {}

  /** Finds them by the view `deliveries`, and adds those that are to be fetched to `wanted`. */
  static async find(duckdb: Duckdb, { considered }: Asked): Promise<SpilledReordered> {
    const all = await querySql('stats/reordered-rows')
    await duckdb.rows(
      `CREATE TABLE shown AS SELECT * FROM (${all}) WHERE nth <= ${considered} OR worst = 1`,
    )
    await duckdb.rows('INSERT INTO wanted SELECT unnest([pos, after_pos]) FROM shown')
    return new SpilledReordered(duckdb, considered)
  }

  /** By row. */
  async read(atOf: (pos: number) => number): Promise<Map<number, ReorderedOfRow>> {
    const found = new Map<number, ReorderedOfRow>()
    const rows = await this.duckdb.rows(
      'SELECT grp, pos, after_pos, extent, late_us, nth, worst, untimed FROM shown ORDER BY pos',
    )
    for (const [row, pos, after, extent, lateUs, nth, worst, untimed] of rows) {
      const each = {
        at: atOf(Number(pos)),
        after: atOf(Number(after)),
        extent: Number(extent),
        lateUs: lateUs === null ? Number.NaN : Number(lateUs),
      }
      const known = found.get(Number(row)) ?? { some: [], worst: each, isTimed: !Number(untimed) }
      found.set(Number(row), known)
      if (Number(nth) <= this.considered) known.some.push(each)
      if (Number(worst) === 1) known.worst = each
    }
    return found
  }
}
