import { EvtError } from '../errors.js'
import { readingsOf } from '../questions/readings.js'
import type { TrinoStatement } from '../questions/trino-places.js'
import type { AthenaArchive } from './archive.js'
import { LINES_TABLE } from './ddl.js'

const USD_PER_TB = 5
const MB = 1e6
const LEAST_BILLED_MB = 10

/** What a query costs at list price: by the MB, and 10 MB at least. */
export function athenaUsd(bytes: number): number {
  return (Math.max(LEAST_BILLED_MB, Math.ceil(bytes / MB)) * USD_PER_TB) / 1e6
}

/** The most that queries will scan, told before they are asked. */
interface Estimate {
  readonly mostBytes: number
  readonly usd: number
}

interface Limits {
  readonly onEstimate?: ((estimate: Estimate) => void) | undefined
  /** What `--max-bytes` says: of all that is asked. */
  readonly maxBytes?: number | undefined
}

/**
 * Tells what statements will scan of `bytes`: each reading of the table scans it once.
 *
 * @throws EvtError `usage` where that is more than may be
 */
export function checkScan(
  statements: readonly TrinoStatement[],
  bytes: number,
  archive: Pick<AthenaArchive, 'maxScanBytes' | 'workgroup'>,
  limits: Limits,
): void {
  const most = statements.map(({ sql }) => bytes * readingsOf(sql, LINES_TABLE))
  checkBytes(most, archive, limits)
}

/** The same of what each of several queries will scan at most. */
export function checkBytes(
  most: readonly number[],
  { maxScanBytes, workgroup }: Pick<AthenaArchive, 'maxScanBytes' | 'workgroup'>,
  { onEstimate, maxBytes = Infinity }: Limits,
): void {
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
