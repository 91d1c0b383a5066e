import type { ResourceAddress } from '../aws/address.js'
import { openTable } from '../aws/dynamodb.js'
import { openTableStream, type TableChange } from '../aws/table-stream.js'
import { EvtError } from '../errors.js'
import { RETENTION_HOURS, streamArnOf } from '../taps/table-stream.js'
import type { Asking, LagKind, Measured } from './kind.js'
import { leaseActions } from './leases.js'
import { perSecond, rateMinutes, spanOf } from './minutes.js'
import type { TableRow } from './result.js'
import { asksShards, type ShardedStream, shardRows } from './shard-rows.js'
import { shardFindings } from './stream-findings.js'

const needs = ['dynamodb:DescribeTable', 'dynamodb:DescribeStream']
const reading = [...needs, 'dynamodb:GetShardIterator', 'dynamodb:GetRecords']
const retentionMs = RETENTION_HOURS * 3_600_000

/** Streams of tables of DynamoDB: shards, what is read of them, and how far a recording is. */
export const table: LagKind = {
  iamActions: [...reading, ...leaseActions, 'cloudwatch:GetMetricData'],
  async measure(address: ResourceAddress, asking): Promise<Measured> {
    const { name, part, region } = address
    if (part !== undefined) {
      const hint = `write dynamodb://${name}`
      throw new EvtError('evt lag asks the stream of a table as a whole', { code: 'usage', hint })
    }
    const aws = { ...asking.aws, region: region ?? asking.aws.region }
    const asked = asksShards(asking) ? reading : needs
    const open = await openTable(name, { ...aws, needs: asked })
    const arn = await streamArnOf(open, address).finally(() => open.close())
    const stream = await openTableStream(arn, { ...aws, table: name, needs: asked })
    try {
      const { shards, isOff } = await stream.describe()
      const sharded: ShardedStream<TableChange> = {
        ...{ ...stream, place: `dynamodb://${name}`, arn, madeMs: null, shards, retentionMs },
        writtenMs: ({ dynamodb }) => dynamodb?.ApproximateCreationDateTime?.getTime(),
      }
      const openShards = shards.filter(({ isClosed }) => !isClosed).length
      const row: TableRow = {
        ...{ source: asking.source, kind: 'table', name, isOff, shards: openShards, retentionMs },
        ...{ closedShards: shards.length - openShards, ...(await readRate(name, arn, asking)) },
        byShard: await shardRows(sharded, asking),
      }
      return { row, findings: shardFindings(row, asking.application) }
    } finally {
      stream.close()
    }
  },
}

/** What all who poll the stream have read, as CloudWatch has it. */
async function readRate(name: string, arn: string, { points }: Asking) {
  const StreamLabel = arn.slice(arn.lastIndexOf('/') + 1)
  const series = await points([
    {
      ...{ namespace: 'AWS/DynamoDB', name: 'ReturnedRecordsCount', statistic: 'Sum' },
      dimensions: { TableName: name, Operation: 'GetRecords', StreamLabel },
    },
  ])
  const minutes = rateMinutes(series)
  const readPerS = minutes === undefined ? null : perSecond(series[0], minutes)
  return { metrics: spanOf(minutes), readPerS }
}
