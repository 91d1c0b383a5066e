import type { AttributeValue, QueryCommandInput, TableDescription } from '@aws-sdk/client-dynamodb'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** What of IAM the calls below need, on the table. */
const tableActions = ['dynamodb:DescribeTable', 'dynamodb:Query'] as const
type TableAction = (typeof tableActions)[number] | 'dynamodb:Scan'

export interface TableOptions extends AwsOptions {
  signal: AbortSignal
  /** Everything that IAM has to allow, where that is more than what these calls need. */
  needs?: readonly string[]
}

/** A table whose items are looked up; each call throws an EvtError that says what failed. */
export interface OpenTable {
  /** As it was named. */
  readonly name: string
  describe(): Promise<TableDescription>
  /** Two items at most whose partition key has this value, as they are now. */
  itemsAt(key: string, value: AttributeValue): Promise<Record<string, AttributeValue>[]>
  /** All items as they are now. */
  items(): AsyncIterable<Record<string, AttributeValue>>
  close(): void
}

/** @param name of the table, or its ARN, which says the region where nothing else does */
export async function openTable(name: string, options: TableOptions): Promise<OpenTable> {
  const ofArn = /^arn:[\w-]+:dynamodb:([\w-]+):/.exec(name)?.[1]
  const settings = clientSettings({ ...options, region: options.region ?? ofArn })
  const sdk = await import('@aws-sdk/client-dynamodb')
  const client = new sdk.DynamoDBClient(settings)
  const sent = { abortSignal: options.signal }
  const failed = (action: TableAction) => async (error: unknown) => {
    throw await awsFailure(error, {
      ...{
        action,
        on: `the table ${name}`,
        needs: options.needs ?? tableActions,
        signal: options.signal,
      },
      region: client.config.region,
    })
  }
  return {
    name,
    async describe() {
      const command = new sdk.DescribeTableCommand({ TableName: name })
      const found = await client.send(command, sent).catch(failed('dynamodb:DescribeTable'))
      return found.Table ?? {}
    },
    async itemsAt(key, value) {
      const query: QueryCommandInput = {
        TableName: name,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': key },
        ExpressionAttributeValues: { ':value': value },
        ConsistentRead: true,
        Limit: 2,
      }
      const command = new sdk.QueryCommand(query)
      const found = await client.send(command, sent).catch(failed('dynamodb:Query'))
      return found.Items ?? []
    },
    async *items() {
      let from: Record<string, AttributeValue> | undefined
      do {
        const command = new sdk.ScanCommand({
          ...{ TableName: name, ConsistentRead: true },
          ...(from && { ExclusiveStartKey: from }),
        })
        const page = await client.send(command, sent).catch(failed('dynamodb:Scan'))
        yield* page.Items ?? []
        from = page.LastEvaluatedKey
      } while (from)
    },
    close: () => client.destroy(),
  }
}
