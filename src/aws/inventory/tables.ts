import { type Inventory, jsonOf } from './inquiry.js'

/** Tables, and the streams of Kinesis that they write their changes to. */
export const tables: Inventory = {
  service: 'dynamodb',
  actions: ['dynamodb:ListTables', 'dynamodb:DescribeKinesisStreamingDestination'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-dynamodb')
    return inquiry.using(new sdk.DynamoDBClient(inquiry.settings()), async (client) => {
      const names = await inquiry.all(
        'dynamodb:ListTables',
        'the tables',
        (after) => {
          const from = after === undefined ? {} : { ExclusiveStartTableName: after }
          return client.send(new sdk.ListTablesCommand(from), inquiry.sent)
        },
        ({ TableNames = [], LastEvaluatedTableName: next }) => ({ found: TableNames, next }),
      )
      return inquiry.each(names, async (TableName) => {
        const action = 'dynamodb:DescribeKinesisStreamingDestination'
        const answer = await inquiry.ask(action, `the table ${TableName}`, () => {
          const command = new sdk.DescribeKinesisStreamingDestinationCommand({ TableName })
          return client.send(command, inquiry.sent)
        })
        const active = answer?.KinesisDataStreamDestinations?.find(
          ({ DestinationStatus: status }) => /^(ACTIVE|ENABLING|UPDATING)$/.test(status ?? ''),
        )
        const given = { TableName, KinesisStreamSpecification: { StreamArn: active?.StreamArn } }
        const arn = inquiry.arn('dynamodb', `table/${TableName}`)
        return [{ type: 'AWS::DynamoDB::Table', arn, properties: jsonOf(given) }]
      })
    })
  },
}
