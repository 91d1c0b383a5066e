import type { ResourceAddress } from '../aws/address.js'
import { openTable } from '../aws/dynamodb.js'
import { mappingActions } from '../aws/event-source-mappings.js'
import { openTableStream, type TableChange } from '../aws/table-stream.js'
import { EvtError } from '../errors.js'
import { RETENTION_HOURS, streamArnOf } from '../taps/table-stream.js'
import { ageMetric, functionFindings, functionsOf } from './functions.js'
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
  iamActions: [...reading, ...leaseActions, ...mappingActions, 'cloudwatch:GetMetricData'],
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
      const { unknown, ...figures } = await figuresOf(name, arn, asking)
      const row: TableRow = {
        ...{ source: asking.source, kind: 'table', name, isOff, shards: openShards, retentionMs },
        ...{ closedShards: shards.length - openShards, ...figures },
        byShard: await shardRows(sharded, asking),
      }
      const ofFunctions = functionFindings(row.functions ?? [], retentionMs)
      const found = [...shardFindings(row, asking.application), ...ofFunctions, ...unknown]
      return { row, findings: found }
    } finally {
      stream.close()
    }
  },
}

/** What all who poll the stream have read, and how far its functions are, as CloudWatch has it. */
async function figuresOf(name: string, arn: string, asking: Asking) {
  const StreamLabel = arn.slice(arn.lastIndexOf('/') + 1)
  const { invoked, rows, unknown } = await functionsOf([arn], asking)
  const [read = [], ...ages] = await asking.points([
    {
      ...{ namespace: 'AWS/DynamoDB', name: 'ReturnedRecordsCount', statistic: 'Sum' },
      dimensions: { TableName: name, Operation: 'GetRecords', StreamLabel },
    },
    ...invoked.map(ageMetric),
  ])
  const minutes = rateMinutes([read])
  const readPerS = minutes === undefined ? null : perSecond(read, minutes)
  return { metrics: spanOf(minutes), readPerS, functions: rows(ages), unknown }
}
