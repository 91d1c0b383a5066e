import { Athena, type TableState } from '../aws/athena.js'
import { bucketRegion } from '../aws/bucket-region.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { EvtError } from '../errors.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { type AthenaArchive, type AthenaNames, athenaArchive } from './archive.js'
import {
  databaseDdl,
  EVENTS_VIEW,
  LAYOUT_PROPERTY,
  LINES_TABLE,
  SOURCE_PROPERTY,
  tableDdl,
} from './ddl.js'
import { checkIndexTable, indexDdl, indexTables, kinds } from './index-ddl.js'
import { checkedIndex, type RemoteIndex } from './index-place.js'
import { type Layout, partitionValue } from './layout.js'
import { preflight } from './preflight.js'
import { eventsViewDdl, isEventsView } from './view-ddl.js'

interface SetupRequest extends ReadRequest, AthenaNames {
  /** Where Athena puts results: `s3://bucket/prefix/`. */
  readonly results: string | undefined
  /** Where the archive's index is, which evt index build put to S3. */
  readonly indexTo: string | undefined
}

/** What is to be made, and what of it is there. */
export interface SetupPlan {
  readonly source: string
  readonly layout: string
  readonly objects: number
  readonly bytes: number
  /** Why there is no table of lines; null where there is. */
  readonly unreadable: string | null
  /** The index that there are tables of, and how many of the objects it has as they are now. */
  readonly index: { location: string; objects: number; events: number } | null
  readonly database: string
  readonly workgroup: { name: string; isNew: boolean; results: string; maxScanBytes: number }
  /** In order. */
  readonly statements: readonly string[]
}

interface Setup {
  readonly plan: SetupPlan
  /** @throws EvtError that says what was not made */
  apply(onStatement: (done: number) => void): Promise<void>
  close(): void
}

/**
 * Plans what Athena needs to be asked about an archive. Nothing is changed.
 *
 * @throws EvtError `usage` where Athena cannot read it, or what is there is in the way
 */
export async function planSetup(request: SetupRequest): Promise<Setup> {
  const archive = await athenaArchive(request, request)
  await checkRegion(archive, request)
  const index = request.indexTo && (await checkedIndex(request.indexTo, archive, request))
  const sampled = await sampledOf(archive, request)
  const athena = await openAthena(archive, request)
  try {
    const workgroup = await workgroupOf(archive, request, athena)
    checkResults(workgroup.results, archive)
    const { database } = archive
    const there = (name: string) => athena.table(database, name, !workgroup.isNew)
    checkTable(await there(LINES_TABLE), archive)
    checkView(await there(EVENTS_VIEW), database)
    const indexed = index ? { ...archive, index: index.location } : null
    for (const kind of indexed ? kinds : []) {
      if (indexed) checkIndexTable(kind, await there(indexTables[kind]), indexed)
    }
    const lines = 'plan' in sampled ? linesDdl(archive, sampled.plan) : []
    const plan: SetupPlan = {
      ...{ source: archive.location, layout: archive.layout?.title ?? 'none', database },
      ...{ objects: archive.objects.length, bytes: sizeOf(archive), workgroup },
      unreadable: 'unreadable' in sampled ? sampled.unreadable : null,
      index: index ? countsOf(index) : null,
      statements: [databaseDdl(database), ...lines, ...(indexed ? indexDdl(indexed) : [])],
    }
    return { plan, apply: (told) => apply(athena, plan, told), close: () => athena.close() }
  } catch (error) {
    athena.close()
    throw error
  }
}

function linesDdl(archive: AthenaArchive, sampled: ProjectionPlan): string[] {
  return [tableDdl(archive), eventsViewDdl(archive, sampled)]
}

function countsOf({ location, open: { covered } }: RemoteIndex) {
  const events = covered.reduce((sum, { indexed }) => sum + indexed.events, 0)
  return { location, objects: covered.length, events }
}

/** How Athena reads the lines; where there is an index, it does not have to. */
async function sampledOf(
  { objects, opened }: AthenaArchive,
  { presets, indexTo }: SetupRequest,
): Promise<{ plan: ProjectionPlan } | { unreadable: string }> {
  try {
    return { plan: await preflight(objects, { mapping: opened.mapping, presets }) }
  } catch (error) {
    if (indexTo === undefined || !(error instanceof EvtError) || error.code !== 'usage') throw error
    return { unreadable: error.message }
  }
}

/** All that is stored below the prefix. */
function sizeOf({ objects }: Pick<AthenaArchive, 'objects'>): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

export async function openAthena(
  { workgroup }: Pick<AthenaArchive, 'workgroup'>,
  { aws, signal }: Pick<ReadRequest, 'aws' | 'signal'>,
): Promise<Athena> {
  return Athena.open({ ...aws, workgroup, signal })
}

/** @throws EvtError `usage` where the bucket is elsewhere: it would cost a transfer, or fail */
export async function checkRegion(
  { bucket }: AthenaArchive,
  { aws }: Pick<ReadRequest, 'aws'>,
): Promise<void> {
  const { own, asked } = await bucketRegion(bucket, aws ?? {})
  if (own === undefined || own === asked) return
  const message = `the bucket ${bucket} is in ${own}, and Athena would be asked in ${asked}`
  throw new EvtError(message, { code: 'usage', hint: `--region ${own}` })
}

/** @throws EvtError `usage` where the table is another one */
export function checkTable(table: TableState | null, archive: AthenaArchive): void {
  if (table === null) return
  const { database, location, layout, keys } = archive
  const name = `${database}.${LINES_TABLE}`
  const hint = 'evt athena teardown, or another --database'
  const wanted = [...['line', 'rest'], ...(layout ? [layout.column] : [])]
  const found = [...table.columns, ...table.partitions]
  if (found.join() !== wanted.join()) {
    const message = `the table ${name} is there with other columns: ${found.join(', ')}`
    throw new EvtError(message, { code: 'usage', hint })
  }
  const of = table.parameters[SOURCE_PROPERTY]
  if (of !== location) {
    const message = `the table ${name} is of ${of ?? 'something else'}, not of ${location}`
    throw new EvtError(message, { code: 'usage', hint })
  }
  const isSame = table.parameters[LAYOUT_PROPERTY] === (layout?.title ?? 'none')
  if (isSame && (!layout || isWithin(table, layout, keys))) return
  const message = `the objects below ${location} are laid out otherwise than the table ${name} says`
  throw new EvtError(message, { code: 'usage', hint })
}

/** @throws EvtError `usage` where it is somebody else's: it would be replaced */
function checkView(view: TableState | null, database: string): void {
  if (view === null || isEventsView(view)) return
  const message = `${database}.${EVENTS_VIEW} is there, and was not made by evt`
  throw new EvtError(message, { code: 'usage', hint: 'another --database' })
}

/** @throws EvtError `usage` where results would be read as events */
function checkResults(results: string, { location }: AthenaArchive): void {
  if (!results.startsWith(location)) return
  throw new EvtError(`results in ${results} would be objects of the archive ${location}`, {
    ...{ code: 'usage', hint: '--results s3://BUCKET/PREFIX/ beside the archive' },
  })
}

/** Whether the table's partitions begin with the first that there is. */
function isWithin({ parameters }: TableState, layout: Layout, keys: readonly string[]): boolean {
  const [start = ''] = (parameters[`projection.${layout.column}.range`] ?? '').split(',')
  return keys.every((key) => partitionValue(layout, key) >= start)
}

/** AWS takes no lower limit of a workgroup. */
const LEAST_LIMIT_BYTES = 10_000_000

async function workgroupOf(
  { workgroup: name, ...archive }: AthenaArchive,
  { results }: SetupRequest,
  athena: Athena,
): Promise<SetupPlan['workgroup']> {
  const maxScanBytes = Math.max(LEAST_LIMIT_BYTES, archive.maxScanBytes)
  const known = await athena.workgroup()
  const hint = '--results s3://BUCKET/PREFIX/'
  if (known === null) {
    if (results !== undefined) {
      return { name, isNew: true, results: withSlash(results), maxScanBytes }
    }
    const message = 'nobody says where Athena puts results'
    throw new EvtError(message, { code: 'usage', hint })
  }
  const { outputLocation, mostScannedBytes } = known
  const own = results === undefined ? undefined : withSlash(results)
  if (known.enforces && own !== undefined && withSlash(outputLocation ?? '') !== own) {
    const places = `${outputLocation}, not ${own}`
    const message = `the workgroup ${name} enforces that results go to ${places}`
    throw new EvtError(message, { code: 'usage', hint: 'leave out --results' })
  }
  const place = known.enforces ? outputLocation : (own ?? outputLocation)
  // Questions are asked later, without --results.
  if (outputLocation === undefined || place === undefined) {
    const message = `the workgroup ${name} does not say where results go`
    const other = 'another --workgroup, which evt makes, or give it a location of results'
    throw new EvtError(message, { code: 'usage', hint: other })
  }
  if (mostScannedBytes === undefined || mostScannedBytes > maxScanBytes) {
    const limit = mostScannedBytes?.toLocaleString('en') ?? 'any number of'
    const most = maxScanBytes.toLocaleString('en')
    throw new EvtError(
      `the workgroup ${name} lets a query scan ${limit} bytes, more than maxScan: ${most}`,
      {
        code: 'usage',
        hint: 'another --workgroup, which evt makes, or athena.maxScan in evt.yaml',
      },
    )
  }
  return { name, isNew: false, results: place, maxScanBytes: mostScannedBytes }
}

async function apply(
  athena: Athena,
  { workgroup, statements }: SetupPlan,
  onStatement: (done: number) => void,
): Promise<void> {
  if (workgroup.isNew) await athena.makeWorkgroup(workgroup.results, workgroup.maxScanBytes)
  for (const [n, sql] of statements.entries()) {
    await athena.run({ sql, outputLocation: workgroup.results })
    onStatement(n + 1)
  }
}

function withSlash(location: string): string {
  return location.endsWith('/') ? location : `${location}/`
}
