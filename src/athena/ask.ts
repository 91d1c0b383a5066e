import type { AskedQuery, Athena, QueryState } from '../aws/athena.js'
import { type AthenaColumn, athenaColumn, athenaValue } from '../engines/athena-rows.js'
import type { ResultRows, Statement } from '../engines/engine.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import { lookedAt } from '../questions/asked-archive.js'
import type { Chosen } from '../questions/chosen.js'
import { checkFlows } from '../questions/flows.js'
import { readingsOf } from '../questions/readings.js'
import {
  countedRecords,
  type TrinoArchive,
  type TrinoStatement,
  trinoQuestion,
} from '../questions/trino-question.js'
import { noObjects } from '../reading/absence.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { type AthenaArchive, type AthenaNames, athenaArchive } from './archive.js'
import { LINES_TABLE } from './ddl.js'
import { partitionsIn, partitionValue } from './layout.js'
import { preflight } from './preflight.js'
import { checkRegion, checkTable, openAthena } from './setup.js'
import { linesOf } from './view-ddl.js'

export interface AthenaRequest extends ReadRequest, AthenaNames {
  readonly chosen: Chosen
  /** Told before, with the most that it will scan, and while queries run. */
  onEstimate?(estimate: { mostBytes: number; usd: number }): void
  onState?(state: QueryState): void
}

/** What Athena read for an answer. */
export interface AthenaSearched {
  /** That have records, and that were listed and are not empty. */
  readonly objects: number
  readonly listed: number
  readonly records: number
  readonly undecodable: number
  /** Records that evt alone can read. */
  readonly unsure: number
  readonly chosen: number
  readonly scannedBytes: number
  readonly usd: number
}

interface AthenaAnswer {
  readonly rows: ResultRows
  readonly searched: AthenaSearched
}

const USD_PER_TB = 5
const MB = 1e6
const LEAST_BILLED_MB = 10

/** What a query costs at list price: by the MB, and 10 MB at least. */
function athenaUsd(bytes: number): number {
  return (Math.max(LEAST_BILLED_MB, Math.ceil(bytes / MB)) * USD_PER_TB) / 1e6
}

/**
 * Asks Athena a question about an archive that `evt athena setup` was run for. Beside the question
 * a second query counts what was read: what Athena cannot read is never silently missing.
 *
 * @throws EvtError `usage` where it is wrong, Athena was not set up, or it would scan too much
 */
export async function askAthena(
  statement: Statement,
  request: AthenaRequest,
  take: (answer: AthenaAnswer) => Promise<void>,
): Promise<void> {
  if (request.chosen.filter) {
    const hint = 'write it in SQL, by json_extract_scalar of payload; or leave out --engine athena'
    throw new EvtError('Athena does not know --filter', { code: 'usage', hint })
  }
  const looks = await lookedAt(statement)
  const archive = await athenaArchive(request, request)
  checkFlows(looks.tables, archive.opened.config.flows ?? {}, statement.values['flow'])
  await checkRegion(archive, request)
  const reading = { mapping: archive.opened.mapping, presets: request.presets }
  const plan = await preflight(archive.objects, reading)
  const athena = await openAthena(archive, request)
  try {
    await checkSetup(athena, archive)
    const { where, bytes, listed } = chosenPart(archive, request.range)
    const asked: TrinoArchive = {
      ...{ plan, lines: linesOf(archive, where), chosen: request.chosen },
      flows: archive.opened.config.flows ?? {},
    }
    const question = await trinoQuestion(statement, asked, looks)
    const counted = countedRecords(asked)
    checkScan([question, counted], bytes, archive, request)
    await answered(athena, { archive, listed, question, counted, request }, take)
  } finally {
    athena.close()
  }
}

interface Asking {
  archive: AthenaArchive
  listed: number
  question: TrinoStatement
  counted: TrinoStatement
  request: AthenaRequest
}

async function answered(
  athena: Athena,
  { archive, listed, question, counted, request }: Asking,
  take: (answer: AthenaAnswer) => Promise<void>,
): Promise<void> {
  const { database } = archive
  const run = (statement: TrinoStatement) =>
    athena.run({ ...statement, database }, (state) => request.onState?.(state))
  const asked = await run(question)
  if (request.signal.aborted) throw new EvtError('interrupted', { code: 'interrupted' })
  const counts = await run(counted)
  const searched = await searchedBy(athena, counts, asked)
  await take({ rows: await rowsOf(athena, asked), searched: { ...searched, listed } })
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

async function searchedBy(
  athena: Athena,
  counts: AskedQuery,
  asked: AskedQuery,
): Promise<Omit<AthenaSearched, 'listed'>> {
  const page = await athena.pages(counts.id).next()
  const [row = []] = page.done ? [] : page.value.rows
  const [objects = 0, records = 0, undecodable = 0, unsure = 0, chosen = 0] = row.map(Number)
  return {
    ...{ objects, records, undecodable, unsure, chosen },
    scannedBytes: asked.scannedBytes + counts.scannedBytes,
    usd: athenaUsd(asked.scannedBytes) + athenaUsd(counts.scannedBytes),
  }
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
function chosenPart(
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

/** Each reading of the table scans it once. What --max-bytes says is of all that is asked. */
function checkScan(
  statements: readonly TrinoStatement[],
  bytes: number,
  { maxScanBytes, workgroup }: AthenaArchive,
  { onEstimate, maxBytes = Infinity }: AthenaRequest,
): void {
  const most = statements.map(({ sql }) => bytes * readingsOf(sql, LINES_TABLE))
  const mostBytes = most.reduce((sum, each) => sum + each, 0)
  onEstimate?.({ mostBytes, usd: most.reduce((sum, each) => sum + athenaUsd(each), 0) })
  if (mostBytes > maxBytes) {
    const [would, limit] = [mostBytes, maxBytes].map((n) => n.toLocaleString('en'))
    throw new EvtError(
      `up to ${would} bytes would be scanned, more than --max-bytes ${limit}; nothing was asked`,
      {
        code: 'usage',
        hint: 'narrow it by --since and --until where the archive is laid out by time',
      },
    )
  }
  const largest = Math.max(...most)
  if (largest <= maxScanBytes) return
  const [would, limit] = [largest, maxScanBytes].map((n) => n.toLocaleString('en'))
  throw new EvtError(
    `the query would scan up to ${would} bytes, more than maxScan: ${limit}; nothing was asked`,
    {
      code: 'usage',
      hint:
        'narrow it by --since and --until where the archive is laid out by time, or raise ' +
        `athena.maxScan in evt.yaml and the limit of the workgroup ${workgroup}`,
    },
  )
}
