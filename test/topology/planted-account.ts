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
  await plantCallers(moto, arn)
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

/** What sends by the clock, for a caller, or for a thing. */
async function plantCallers({ call }: Moto, arn: Arn): Promise<void> {
  const RoleArn = `arn:aws:iam::${account}:role/bill`
  await call('scheduler', 'create_schedule', {
    ...{ Name: 'nightly', ScheduleExpression: 'rate(1 day)', State: 'DISABLED' },
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      ...{ Arn: arn('events', 'event-bus/shop'), RoleArn },
      EventBridgeParameters: { Source: 'clock', DetailType: 'night' },
      DeadLetterConfig: { Arn: arn('sqs', 'failed') },
    },
  })
  const { ApiId } = await call('apigatewayv2', 'create_api', { Name: 'web', ProtocolType: 'HTTP' })
  await call('apigatewayv2', 'create_integration', {
    ...{ ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: arn('lambda', 'function:bill') },
    PayloadFormatVersion: '2.0',
  })
  const { id: restApiId } = await call('apigateway', 'create_rest_api', { name: 'old' })
  const { items } = await call('apigateway', 'get_resources', { restApiId })
  const [root] = items as { id: string }[]
  const of = { restApiId, resourceId: root?.id, httpMethod: 'POST' }
  await call('apigateway', 'put_method', { ...of, authorizationType: 'NONE' })
  await call('apigateway', 'put_integration', {
    ...{ ...of, type: 'AWS', integrationHttpMethod: 'POST' },
    uri: `arn:aws:apigateway:eu-west-1:sqs:path/${account}/billing`,
  })
  await call('appsync', 'create_graphql_api', {
    ...{ name: 'graph', authenticationType: 'API_KEY' },
  })
  await call('iot', 'create_topic_rule', {
    ruleName: 'heat',
    topicRulePayload: {
      ...{ sql: "SELECT * FROM 'heat'", ruleDisabled: false },
      actions: [{ sqs: { roleArn: RoleArn, queueUrl: QUEUE_URL, useBase64: false } }],
      errorAction: { sns: { targetArn: arn('sns', 'news'), roleArn: RoleArn } },
    },
  })
}

const QUEUE_URL = `https://sqs.eu-west-1.amazonaws.com/${account}/billing`
