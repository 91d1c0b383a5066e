import type { MetricPoint } from '../aws/cloudwatch.js'
import { countText, durationText, times } from '../stats/findings/phrases.js'
import { functionFindings } from './functions.js'
import type { Measured } from './kind.js'
import type { ShardRow, StreamRow } from './result.js'

/** How near retention is to what is read, of all that it grants, where it is said. */
const NEAR_RETENTION = 0.1
/** By how much who reads falls behind from the first minute to the last, where it is said. */
const GROWTH_MS = 60_000

type Found = Measured['findings'][number]

/** What is wrong with a stream, or will be, in words; the worst first.
 *
 * @param ages how far behind who polls it was, by the minute
 * @param application whose place in each shard was asked for; undefined: a recording's */
export function streamFindings(
  row: StreamRow,
  ages: readonly MetricPoint[],
  application?: string,
): Found[] {
  const own = [lossOf(row), receptionOf(row), growthOf(ages), ...throttlesOf(row)]
  const ofFunctions = functionFindings(row.functions ?? [], row.retentionMs)
  const all = [...shardFindings(row, application), ...ofFunctions, ...own]
  return all.filter((found) => found !== undefined)
}

/** Where retention is near to what somebody has not read, or nobody reads. */
export function shardFindings(
  { byShard = [], retentionMs }: Pick<StreamRow, 'byShard' | 'retentionMs'>,
  application?: string,
): Found[] {
  const unread = application === undefined ? 'is not recorded' : `${application} has not read`
  const losses = byShard.flatMap(({ shard, lossInMs }: ShardRow): Found[] => {
    if (lossInMs === null || lossInMs > retentionMs * NEAR_RETENTION) return []
    const when = lossInMs === 0 ? '' : `in ${durationText(lossInMs)} `
    const explain = `${when}retention removes what ${unread} of ${shard}`
    return [{ kind: 'loss', severity: 'fault', explain }]
  })
  const free = byShard.filter(({ owner, behindMs, isOpen }) => isFree(owner, behindMs, isOpen))
  const idle = free.map(({ shard }): Found => {
    const explain = `no worker of ${application} holds the lease of ${shard}`
    return { kind: 'notReceived', severity: 'fault', explain }
  })
  return [...losses, ...idle]
}

/** Of a closed shard that is read to its end nobody needs the lease. */
function isFree(owner: ShardRow['owner'], behindMs: number | null, isOpen: boolean): boolean {
  return owner === null && (isOpen || behindMs !== 0)
}

function lossOf({ lossInMs, retentionMs }: StreamRow): Found | undefined {
  if (lossInMs === null || lossInMs > retentionMs * NEAR_RETENTION) return undefined
  const explain =
    lossInMs === 0
      ? 'retention removes records now that who polls it has not read'
      : `in ${durationText(lossInMs)} retention removes what who polls it has not read`
  return { kind: 'loss', severity: 'fault', explain }
}

function receptionOf(row: StreamRow): Found | undefined {
  const { writtenPerS, readPerS, behindMs, consumers } = row
  if (row.functions?.some(({ isEnabled }) => isEnabled)) return undefined
  if (!writtenPerS || readPerS || behindMs !== null) return undefined
  if (consumers === null || consumers.length > 0) return undefined
  const perMinute = countText(Math.ceil(writtenPerS * 60))
  const explain = `nobody reads it, and ${perMinute} records a minute are written`
  return { kind: 'notReceived', severity: 'fault', explain }
}

function growthOf(ages: readonly MetricPoint[]): Found | undefined {
  const [first, last] = [ages[0], ages.at(-1)]
  if (first === undefined || last === undefined || last.value < first.value + GROWTH_MS) {
    return undefined
  }
  const explain =
    `who polls it falls behind: ${durationText(last.value)}, after ${durationText(first.value)} ` +
    `${durationText(last.atMs - first.atMs)} before`
  return { kind: 'growing', severity: 'warning', explain }
}

function throttlesOf({ readsThrottled, writesThrottled }: StreamRow): (Found | undefined)[] {
  return [['reads', readsThrottled] as const, ['writes', writesThrottled] as const].map(
    ([what, count]) =>
      count
        ? {
            kind: 'throttled',
            severity: 'warning',
            explain: `its ${what} were throttled ${times(count)}`,
          }
        : undefined,
  )
}
