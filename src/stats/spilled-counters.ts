import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import type { Deliveries } from './deliveries.js'
import { type SharedStreams, sourceNumbers } from './findings/grounds.js'
import { deliveriesView, rowSql } from './spilled.js'

/** Deliveries that are reordered after one of another source, by position; of as many as are
 * considered the pairs, which it adds to the table `wanted`. */
export async function acrossSources(
  duckdb: Duckdb,
  all: Deliveries,
  considered: number,
): Promise<{ count: number; pairs: [late: number, after: number][] }> {
  await duckdb.rows(sourcesView(all))
  await duckdb.rows(`CREATE TABLE across AS ${await querySql('stats/across')}`)
  const [[count] = []] = await duckdb.rows('SELECT count(*) FROM across')
  const first = `(SELECT * FROM across ORDER BY pos LIMIT ${considered})`
  await duckdb.rows(`INSERT INTO wanted SELECT unnest([pos, after_pos]) FROM ${first}`)
  const rows = await duckdb.rows(`SELECT pos, after_pos FROM ${first} ORDER BY pos`)
  return { count: Number(count), pairs: rows.map(([a, b]) => [Number(a), Number(b)]) }
}

/** What the streams that several sources feed show of each source. */
export async function sharedStreams(duckdb: Duckdb, all: Deliveries): Promise<SharedStreams> {
  await duckdb.rows(sourcesView(all))
  const sources = (await duckdb.rows(await querySql('stats/counters'))).map((row) => {
    const [source = 0, firstPos = 0, checked = 0, reordered = 0, ...rest] = row.map(Number)
    const [alone = 0, steps = 0, ones = 0] = rest
    return { source, firstPos, checked, reordered, alone, steps, ones }
  })
  const sum = (name: 'checked' | 'reordered' | 'alone' | 'steps' | 'ones') =>
    sources.reduce((all, each) => all + each[name], 0)
  const steps = sum('steps')
  return {
    sources: sources
      .sort((a, b) => b.checked - a.checked || a.firstPos - b.firstPos)
      .map(({ source }) => source),
    checked: sum('checked'),
    reordered: sum('reordered'),
    alone: sum('alone'),
    stepsOfOne: steps === 0 ? 0 : sum('ones') / steps,
  }
}

function sourcesView(all: Deliveries): string {
  const numbers = sourceNumbers(all)
  return deliveriesView(rowSql(numbers.map((number) => (number < 0 ? null : number))))
}
