import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('streams', () => {
  let moto: Moto
  let at: Stage
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(async () => {
    await moto.reset()
    at = stage(moto.env)
  })
  afterEach(() => at.remove())
  afterAll(() => moto.stop())

  /** What `evt dlq` finds in a queue with these bodies. */
  async function dlqOf(...bodies: object[]) {
    const made = await moto.call('sqs', 'create_queue', { QueueName: 'given-up' })
    for (const body of bodies) {
      const sent = { QueueUrl: made['QueueUrl'], MessageBody: JSON.stringify(body) }
      await moto.call('sqs', 'send_message', sent)
    }
    const argv = ['dlq', 'sqs://given-up', '--yes', '--quiet', '-o', 'json']
    const child = startEvt([...argv, '--map', 'id=$.id', '--map', 'key=$.key'], at)
    const { exit } = await child.end
    expect({ exit, err: child.err.text }).toEqual({ exit: 0, err: '' })
    return JSON.parse(child.out.text)
  }

  const told = (kind: string, info: object) => ({
    requestContext: {
      ...{ requestId: 'r-1', condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:bill',
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    ...{ version: '1.0', timestamp: '2026-11-01T10:00:00.000Z', [kind]: info },
  })

  async function ordersStream() {
    await moto.call('kinesis', 'create_stream', { StreamName: 'orders', ShardCount: 1 })
    const numbers: string[] = []
    for (let n = 0; n < 5; n++) {
      const Data = JSON.stringify({ id: `e-${n}`, key: `k-${n % 2}`, type: 'OrderPlaced' })
      const put = { StreamName: 'orders', Data, PartitionKey: `k-${n % 2}` }
      const { SequenceNumber } = await moto.call('kinesis', 'put_record', put)
      numbers.push(String(SequenceNumber))
    }
    const range = (first: number, last: number) => ({
      ...{ shardId: 'shardId-000000000000', batchSize: last - first + 1 },
      ...{ startSequenceNumber: numbers[first], endSequenceNumber: numbers[last] },
      streamArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders',
    })
    return { numbers, range }
  }

  test('records of Kinesis are looked up, and the one that blocks the shard is named', async () => {
    const { numbers, range } = await ordersStream()
    const { groups, streams } = await dlqOf(
      told('KinesisBatchInfo', range(1, 3)),
      told('KinesisBatchInfo', range(2, 2)),
      { Type: 'Notification', Message: JSON.stringify(told('KinesisBatchInfo', range(2, 2))) },
    )
    expect(groups).toMatchObject([
      {
        ...{ type: null, source: null, messages: 3 },
        failure: { condition: 'RetryAttemptsExhausted', code: 'Unhandled' },
      },
    ])
    const record = (n: number) => ({ sequence: numbers[n], id: `e-${n}`, key: `k-${n % 2}` })
    expect(streams).toMatchObject([
      {
        ...{ kind: 'kinesis', shard: 'shardId-000000000000', batch: 3, messages: 1, missing: null },
        ...{ records: [record(1), record(2), record(3)], poison: numbers[2] },
      },
      { from: numbers[2], to: numbers[2], messages: 2, records: [record(2)], poison: numbers[2] },
    ])
  })

  test('what a stream holds no more, and a stream that is gone, are said', async () => {
    const { range } = await ordersStream()
    const gone = { ...range(0, 0), streamArn: range(0, 0).streamArn.replace('orders', 'gone') }
    const { streams } = await dlqOf(
      told('KinesisBatchInfo', gone),
      told('KinesisBatchInfo', { ...range(3, 4), batchSize: 4 }),
    )
    expect(streams).toMatchObject([
      { records: null, missing: 'the stream, or the shard, is gone' },
      { batch: 4, missing: 'the stream holds 2 of them no more', poison: null },
    ])
    expect(streams[1].records).toHaveLength(2)
  })

  test('changes of a table are looked up', async () => {
    const made = await moto.call('dynamodb', 'create_table', {
      ...{ TableName: 'orders', BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    })
    const put = (id: string) =>
      moto.call('dynamodb', 'put_item', { TableName: 'orders', Item: { id: { S: id } } })
    await put('o-1')
    await put('o-2')
    const streamArn = (made['TableDescription'] as { LatestStreamArn: string }).LatestStreamArn
    const described = await moto.call('dynamodbstreams', 'describe_stream', {
      StreamArn: streamArn,
    })
    const { Shards } = described['StreamDescription'] as { Shards: { ShardId: string }[] }
    const shardId = Shards[0]?.ShardId ?? ''
    const iterator = await moto.call('dynamodbstreams', 'get_shard_iterator', {
      ...{ StreamArn: streamArn, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' },
    })
    const page = await moto.call('dynamodbstreams', 'get_records', {
      ShardIterator: iterator['ShardIterator'],
    })
    const changes = page['Records'] as { dynamodb: { SequenceNumber: string } }[]
    const [first = '', second = ''] = changes.map(({ dynamodb }) => dynamodb.SequenceNumber)
    const { streams } = await dlqOf(
      told('DDBStreamBatchInfo', {
        ...{ shardId, streamArn, batchSize: 2 },
        ...{ startSequenceNumber: first, endSequenceNumber: second },
      }),
    )
    expect(streams).toMatchObject([
      {
        ...{ kind: 'dynamodb', missing: null, poison: null },
        records: [{ sequence: first }, { sequence: second }],
      },
    ])
  })
})
