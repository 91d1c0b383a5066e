import type { DuckDBValue } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import type { Deliveries } from './deliveries.js'
import type { Asked, Grounds } from './findings/grounds.js'
import { sampledPositions } from './findings/sample.js'
import { Paces, sampleStep } from './findings/silent-types.js'
import { type Survey, Surveyor } from './findings/survey.js'
import { arrivalUs, deliveriesView, rowSql } from './spilled.js'
import { SpilledAlike } from './spilled-alike.js'
import { acrossSources, sharedStreams } from './spilled-counters.js'
import { SpilledReordered } from './spilled-reordered.js'
import { SpilledRepeats } from './spilled-repeats.js'
import { pickedDeliveries, spilledPages } from './spilled-rows.js'

/**
 * What findings are made of where the deliveries were spilled and judged: the same as heldGrounds
 * finds in memory. What counts is counted by SQL; of the deliveries only those are fetched that a
 * finding may show or read again, a number that has a bound.
 */
export async function spilledGrounds(
  duckdb: Duckdb,
  all: Deliveries,
  asked: Asked,
): Promise<Grounds> {
  const { survey, paces } = await surveyed(duckdb, all, asked)
  await duckdb.rows('CREATE TABLE wanted (pos DOUBLE)')
  await want(duckdb, positionsOf(all, survey, paces))
  await duckdb.rows(deliveriesView(rowSql(all.groups.map((_, n) => asked.rowOfGroup(n)))))
  const repeats = await SpilledRepeats.find(duckdb, asked)
  const reordered = await SpilledReordered.find(duckdb, asked)
  const keysByPosition = await keysByPositionIn(duckdb)
  const alike = await SpilledAlike.find(duckdb, all, survey, asked)
  const across = await acrossSources(duckdb, all, asked.considered)
  const deliveries = await pickedDeliveries(duckdb, all)
  const atOf = (pos: number) => deliveries.atOf(pos)
  return {
    deliveries,
    ...{ survey, paces: paces.ofRows, keysByPosition },
    ...(await repeats.read(atOf)),
    reordered: await reordered.read(atOf),
    ...(await alike.read(deliveries)),
    counters: {
      across: {
        count: across.count,
        pairs: across.pairs.map(([late, after]) => [atOf(late), atOf(after)]),
      },
      shared: () => sharedStreams(duckdb, all),
    },
  }
}

async function surveyed(
  duckdb: Duckdb,
  all: Deliveries,
  { rows, rowOfGroup, slowAboveUs }: Asked,
): Promise<{ survey: Survey; paces: Paces }> {
  const surveyor = new Surveyor(all.groups, rowOfGroup, slowAboveUs)
  for await (const page of spilledPages(duckdb, all)) surveyor.add(page)
  const survey = surveyor.read()
  const sampled = await duckdb.rows(
    `SELECT us FROM (SELECT pos, ${arrivalUs} AS us FROM narrow)
     WHERE CAST(pos AS BIGINT) % ${sampleStep(all.total)} = 0 AND us IS NOT NULL`,
  )
  const moments = Float64Array.from(sampled, ([us]) => Number(us)).sort()
  const paces = new Paces(moments, rows, survey)
  if (paces.ofRows.size > 0) {
    for await (const page of spilledPages(duckdb, all)) paces.add(page, rowOfGroup)
  }
  return { survey, paces }
}

/** What is looked at whatever was judged: outliers, samples, and the last of each object, whose
 * record number tells how deep the others lie. */
function positionsOf(all: Deliveries, survey: Survey, paces: Paces): Set<number> {
  const { ofObjects, ofTypes } = sampledPositions(all, survey)
  const outliers = survey.rows.flatMap(({ mostSkewed, slowest }) => [...mostSkewed, ...slowest])
  const ends = [...all.objects.slice(1).map(({ first }) => first), all.total]
  return new Set([
    ...ofObjects,
    ...ofTypes,
    ...outliers.map(({ pos }) => pos),
    ...survey.claims,
    ...survey.groups.flatMap(({ unsequenced }) => unsequenced),
    ...[...paces.ofRows.values()].map(({ lastPos }) => lastPos),
    ...ends.map((end) => end - 1),
  ])
}

async function want(duckdb: Duckdb, positions: ReadonlySet<number>): Promise<void> {
  const appender = await duckdb.connection.createAppender('wanted')
  for (const pos of positions) {
    appender.appendDouble(pos)
    appender.endRow()
  }
  appender.closeSync()
}

async function keysByPositionIn(duckdb: Duckdb): Promise<number> {
  const [[keys] = []]: DuckDBValue[][] = await duckdb.rows(await querySql('stats/untimed-keys'))
  return Number(keys)
}
