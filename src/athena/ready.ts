import type { ArchiveObject } from '../archives/object.js'
import type { AskedQuery, Athena, QueryState } from '../aws/athena.js'
import { type AthenaColumn, athenaColumn, athenaValue } from '../engines/athena-rows.js'
import type { ResultRows } from '../engines/engine.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { EvtError } from '../errors.js'
import type { TrinoStatement } from '../questions/trino-places.js'
import { noObjects } from '../reading/absence.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { type AthenaArchive, type AthenaNames, athenaArchive } from './archive.js'
import { LINES_TABLE, SOURCE_PROPERTY } from './ddl.js'
import { INDEX_PROPERTY, indexTables } from './index-ddl.js'
import { type RemoteIndex, remoteIndex } from './index-place.js'
import type { IndexInAthena } from './index-sql.js'
import { partitionsIn, partitionValue } from './layout.js'
import { preflight } from './preflight.js'
import { checkRegion, checkTable, openAthena } from './setup.js'

/** Who asks Athena, and what is told meanwhile. */
export interface AthenaAsking extends ReadRequest, AthenaNames {
  /** Told before, with the most that it will scan, and while queries run. */
  onEstimate?(estimate: { mostBytes: number; usd: number }): void
  onState?(state: QueryState): void
  /** Told why the index that setup was told of is not asked. */
  onUnused?(why: string): void
}

/** An archive that Athena is set up for. */
export interface ReadyArchive extends Ready {
  readonly plan: ProjectionPlan
}

/** An archive with an index in S3 that Athena has tables of. */
export interface ReadyIndex extends Ready, IndexInAthena {
  readonly index: RemoteIndex
}

interface Ready {
  readonly archive: AthenaArchive
  /** @throws EvtError what {@link Athena.run} throws; `interrupted` */
  run(statement: TrinoStatement): Promise<AskedQuery>
  rows(asked: AskedQuery): Promise<ResultRows>
}

/**
 * Makes sure that Athena can be asked about an archive, which `evt athena setup` was run for.
 *
 * @param check what is checked once the archive was listed, before anything else
 * @throws EvtError `usage` where Athena was not set up, or cannot read what is there
 */
export async function withAthena<T>(
  request: AthenaAsking,
  use: (ready: ReadyArchive) => Promise<T>,
  check: (archive: AthenaArchive) => void = () => {},
): Promise<T> {
  const archive = await athenaArchive(request, request)
  check(archive)
  await checkRegion(archive, request)
  const reading = { mapping: archive.opened.mapping, presets: request.presets }
  const plan = await preflight(archive.objects, reading)
  const athena = await openAthena(archive, request)
  try {
    await checkSetup(athena, archive)
    return await use({ ...askingOf(athena, archive, request), plan })
  } finally {
    athena.close()
  }
}

function askingOf(athena: Athena, archive: AthenaArchive, request: AthenaAsking): Ready {
  const { database } = archive
  const run = async (statement: TrinoStatement) => {
    if (request.signal.aborted) throw new EvtError('interrupted', { code: 'interrupted' })
    return athena.run({ ...statement, database }, (state) => request.onState?.(state))
  }
  return { archive, run, rows: (asked) => rowsOf(athena, asked) }
}

/**
 * The same of an index of the archive that setup was told of, whether Athena can read the archive
 * or not.
 *
 * @param objects those that are asked about
 * @returns undefined where there is none, or it does not say what the archive says
 */
export async function withAthenaIndex<T>(
  request: AthenaAsking,
  objects: readonly ArchiveObject[],
  use: (ready: ReadyIndex) => Promise<T>,
): Promise<T | undefined> {
  if (!request.index?.use) return undefined
  const archive = await athenaArchive(request, request)
  await checkRegion(archive, request)
  const athena = await openAthena(archive, request)
  try {
    const workgroup = await athena.workgroup()
    const { database } = archive
    const table = workgroup && (await athena.table(database, indexTables.entities))
    const { [SOURCE_PROPERTY]: of, [INDEX_PROPERTY]: location } = table?.parameters ?? {}
    if (of !== archive.location || location === undefined) return undefined
    const index = await remoteIndex(location, objects, archive, request)
    if ('why' in index) {
      request.onUnused?.(`the index in ${location} ${index.why}`)
      return undefined
    }
    const { manifest } = index.open
    const ready = { ...askingOf(athena, archive, request), database, location, manifest, index }
    return await use(ready)
  } finally {
    athena.close()
  }
}

async function rowsOf(athena: Athena, { id }: AskedQuery): Promise<ResultRows> {
  const pages = athena.pages(id)
  const first = await pages.next()
  const columns: readonly AthenaColumn[] = first.done ? [] : first.value.columns
  const typed = (rows: readonly (readonly (string | null)[])[]) =>
    rows.map((row) => columns.map((column, n) => athenaValue(row[n] ?? null, column)))
  async function* chunks() {
    if (!first.done) yield typed(first.value.rows)
    for await (const { rows } of pages) yield typed(rows)
  }
  return { columns: columns.map(athenaColumn), chunks: chunks() }
}

/** @throws EvtError `usage` where evt athena setup was not run for this archive */
async function checkSetup(athena: Athena, archive: AthenaArchive): Promise<void> {
  const hint = `evt athena setup ${archive.location} --results s3://BUCKET/PREFIX/`
  const workgroup = await athena.workgroup()
  const table = workgroup && (await athena.table(archive.database, LINES_TABLE))
  if (workgroup && table) return checkTable(table, archive)
  const what = workgroup
    ? `the table ${archive.database}.${LINES_TABLE}`
    : `the workgroup ${archive.workgroup}`
  throw new EvtError(`Athena is not set up: there is no ${what.slice(4)}`, { code: 'usage', hint })
}

/** The partitions that are asked about, as a condition, and their objects.
 * @throws EvtError `inconclusive` where there are none */
export function chosenPart(
  { layout, keys, objects, opened }: AthenaArchive,
  range: ReadRequest['range'],
): { where: string | undefined; bytes: number; listed: number } {
  if (!layout || (range.sinceUs === null && range.untilUs === null)) {
    return { where: undefined, ...sizeOf(objects) }
  }
  const values = keys.map((key) => partitionValue(layout, key))
  const some = partitionsIn(layout, values, range)
  if (some === null) throw noObjects(opened.sources, objects.length)
  const { first, last } = some
  const inside = objects.filter((_, n) => {
    const value = values[n] ?? ''
    return value >= first && value <= last
  })
  const where = `${quoteName(layout.column)} BETWEEN ${quoteText(first)} AND ${quoteText(last)}`
  return { where, ...sizeOf(inside) }
}

function sizeOf(objects: AthenaArchive['objects']): { bytes: number; listed: number } {
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return { bytes, listed: objects.filter(({ sizeBytes }) => sizeBytes > 0).length }
}
