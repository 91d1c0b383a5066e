import type { Moto } from '../testbed/moto.js'

const account = '123456789012'

/** Makes a shop in an account: one of everything that is asked about. */
export async function plantShop(moto: Moto): Promise<void> {
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${moto.region}:${account}:${resource}`
  await plantQueues(moto, arn)
  await plantFunction(moto, arn)
  await plantBus(moto, arn)
  await plantTopic(moto, arn)
  await plantStreams(moto, arn)
}

type Arn = (service: string, resource: string) => string

async function plantQueues({ call }: Moto, arn: Arn): Promise<void> {
  await call('sqs', 'create_queue', { QueueName: 'failed' })
  const redrive = { deadLetterTargetArn: arn('sqs', 'failed'), maxReceiveCount: 5 }
  const Principal = { Service: 'events.amazonaws.com' }
  const statement = { Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: '*' }
  const Attributes = {
    VisibilityTimeout: '60',
    RedrivePolicy: JSON.stringify(redrive),
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  }
  await call('sqs', 'create_queue', { QueueName: 'billing', Attributes })
}

async function plantFunction({ call }: Moto, arn: Arn): Promise<void> {
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }
  await call('iam', 'create_role', {
    ...{ RoleName: 'bill', AssumeRolePolicyDocument: document(trust) },
  })
  const sends = {
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: arn('events', 'event-bus/shop'),
  }
  await call('iam', 'put_role_policy', {
    ...{ RoleName: 'bill', PolicyName: 'sends', PolicyDocument: document(sends) },
  })
  await call('lambda', 'create_function', {
    ...{ FunctionName: 'bill', Runtime: 'nodejs20.x', Handler: 'index.handler', Timeout: 7 },
    ...{ Role: `arn:aws:iam::${account}:role/bill`, Code: { ZipFile: 'none' } },
  })
  await call('lambda', 'put_function_concurrency', {
    ...{ FunctionName: 'bill', ReservedConcurrentExecutions: 2 },
  })
  await call('lambda', 'create_event_source_mapping', {
    ...{ FunctionName: 'bill', EventSourceArn: arn('sqs', 'billing') },
  })
}

async function plantBus({ call }: Moto, arn: Arn): Promise<void> {
  await call('events', 'create_event_bus', { Name: 'shop' })
  const of = { EventBusName: 'shop' }
  const EventPattern = JSON.stringify({ source: ['shop'] })
  await call('events', 'put_rule', { Name: 'to-billing', EventPattern, ...of })
  const target = { Id: 'billing', Arn: arn('sqs', 'billing'), InputPath: '$.detail' }
  const DeadLetterConfig = { Arn: arn('sqs', 'failed') }
  await call('events', 'put_targets', {
    ...{ Rule: 'to-billing', ...of, Targets: [{ ...target, DeadLetterConfig }] },
  })
  await call('events', 'create_archive', {
    ...{ ArchiveName: 'all', EventSourceArn: arn('events', 'event-bus/shop') },
  })
  const secret = { ApiKeyName: 'key', ApiKeyValue: 'a' }
  const { ConnectionArn } = await call('events', 'create_connection', {
    ...{ Name: 'hook', AuthorizationType: 'API_KEY' },
    AuthParameters: { ApiKeyAuthParameters: secret },
  })
  await call('events', 'create_api_destination', {
    ...{ Name: 'hook', ConnectionArn, InvocationEndpoint: 'https://a.test/', HttpMethod: 'POST' },
  })
}

async function plantTopic({ call }: Moto, arn: Arn): Promise<void> {
  await call('sns', 'create_topic', { Name: 'news' })
  const FilterPolicy = JSON.stringify({ kind: ['paid'] })
  await call('sns', 'subscribe', {
    ...{ TopicArn: arn('sns', 'news'), Protocol: 'sqs', Endpoint: arn('sqs', 'billing') },
    Attributes: { FilterPolicy, RawMessageDelivery: 'true' },
  })
  await call('s3', 'create_bucket', {
    ...{ Bucket: 'inbox', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } },
  })
  const topic = { TopicArn: arn('sns', 'news'), Events: ['s3:ObjectCreated:*'] }
  await call('s3', 'put_bucket_notification_configuration', {
    ...{ Bucket: 'inbox', NotificationConfiguration: { TopicConfigurations: [topic] } },
  })
}

async function plantStreams({ call }: Moto, arn: Arn): Promise<void> {
  await call('kinesis', 'create_stream', { StreamName: 'clicks', ShardCount: 1 })
  const stream = arn('kinesis', 'stream/clicks')
  await call('kinesis', 'register_stream_consumer', { StreamARN: stream, ConsumerName: 'fast' })
  const role = { RoleARN: `arn:aws:iam::${account}:role/bill` }
  await call('firehose', 'create_delivery_stream', {
    ...{ DeliveryStreamName: 'keep', DeliveryStreamType: 'KinesisStreamAsSource' },
    KinesisStreamSourceConfiguration: { KinesisStreamARN: stream, ...role },
    ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::inbox', ...role },
  })
  const definition = {
    StartAt: 'Send',
    States: {
      Send: {
        ...{ Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true },
        Parameters: { QueueUrl: arn('sqs', 'failed'), MessageBody: 'a' },
      },
    },
  }
  await call('stepfunctions', 'create_state_machine', {
    ...{ name: 'order', definition: JSON.stringify(definition) },
    roleArn: `arn:aws:iam::${account}:role/bill`,
  })
  await call('pipes', 'create_pipe', {
    ...{ Name: 'clicked', Source: stream, Target: arn('events', 'event-bus/shop') },
    RoleArn: `arn:aws:iam::${account}:role/bill`,
    SourceParameters: { FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":["b"]}}' }] } },
  })
  await call('dynamodb', 'create_table', {
    ...{ TableName: 'orders', BillingMode: 'PAY_PER_REQUEST' },
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  })
}
