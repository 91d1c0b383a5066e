import type { AwsService } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import { openKinesis } from './kinesis-client.js'
import type { AwsOptions } from './options.js'
import { type AnswerTimes, answerStep, timed } from './server-clock.js'

/** Something that a service has. */
interface Named {
  readonly name: string
  readonly arn: string | undefined
}

/** What one call tells of what a service has. */
interface FirstPage {
  readonly found: readonly Named[]
  readonly isMore: boolean
}

interface PageOptions extends AwsOptions {
  readonly signal: AbortSignal
  onAnswer(times: AnswerTimes): void
}

interface Listing {
  /** As IAM names it. */
  readonly action: string
  /** @throws EvtError that says what failed */
  ask(options: PageOptions): Promise<FirstPage>
}

/** For each service whose resources are SOURCEs, the call that lists them. */
export const listings: Readonly<Record<AwsService, Listing>> = {
  dynamodb: { action: 'dynamodb:ListTables', ask: tables },
  eventbridge: { action: 'events:ListEventBuses', ask: buses },
  kinesis: { action: 'kinesis:ListStreams', ask: streams },
  logs: { action: 'logs:DescribeLogGroups', ask: logGroups },
  sns: { action: 'sns:ListTopics', ask: topics },
  sqs: { action: 'sqs:ListQueues', ask: queues },
}

async function tables(options: PageOptions): Promise<FirstPage> {
  const sdk = await import('@aws-sdk/client-dynamodb')
  const client = new sdk.DynamoDBClient(clientSettings(options))
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const sent = client.send(new sdk.ListTablesCommand({}), { abortSignal: options.signal })
  const { TableNames = [], LastEvaluatedTableName } = await answered(sent, client, options, {
    ...{ action: listings.dynamodb.action, on: 'the tables' },
  })
  const found = TableNames.map((name) => ({ name, arn: undefined }))
  return { found, isMore: Boolean(LastEvaluatedTableName) }
}

async function buses(options: PageOptions): Promise<FirstPage> {
  const sdk = await import('@aws-sdk/client-eventbridge')
  const client = new sdk.EventBridgeClient(clientSettings(options))
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const command = new sdk.ListEventBusesCommand({ Limit: 100 })
  const sent = client.send(command, { abortSignal: options.signal })
  const { EventBuses = [], NextToken } = await answered(sent, client, options, {
    ...{ action: listings.eventbridge.action, on: 'the buses' },
  })
  const found = EventBuses.map(({ Name: name = '', Arn: arn }) => ({ name, arn }))
  return { found, isMore: Boolean(NextToken) }
}

async function streams(options: PageOptions): Promise<FirstPage> {
  const { sdk, client } = await openKinesis(options)
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const sent = client.send(new sdk.ListStreamsCommand({}), { abortSignal: options.signal })
  const { StreamNames = [], HasMoreStreams } = await answered(sent, client, options, {
    ...{ action: listings.kinesis.action, on: 'the streams' },
  })
  const found = StreamNames.map((name) => ({ name, arn: undefined }))
  return { found, isMore: HasMoreStreams === true }
}

async function logGroups(options: PageOptions): Promise<FirstPage> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const client = new sdk.CloudWatchLogsClient(clientSettings(options))
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const command = new sdk.DescribeLogGroupsCommand({ limit: 50 })
  const sent = client.send(command, { abortSignal: options.signal })
  const { logGroups: groups = [], nextToken } = await answered(sent, client, options, {
    ...{ action: listings.logs.action, on: 'the log groups' },
  })
  const found = groups.map(({ logGroupName: name = '', arn }) => ({ name, arn }))
  return { found, isMore: Boolean(nextToken) }
}

async function topics(options: PageOptions): Promise<FirstPage> {
  const sdk = await import('@aws-sdk/client-sns')
  const client = new sdk.SNSClient(clientSettings(options))
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const sent = client.send(new sdk.ListTopicsCommand({}), { abortSignal: options.signal })
  const { Topics = [], NextToken } = await answered(sent, client, options, {
    ...{ action: listings.sns.action, on: 'the topics' },
  })
  const found = Topics.map(({ TopicArn: arn = '' }) => ({ name: arn.split(':')[5] ?? '', arn }))
  return { found, isMore: Boolean(NextToken) }
}

async function queues(options: PageOptions): Promise<FirstPage> {
  const sdk = await import('@aws-sdk/client-sqs')
  const client = new sdk.SQSClient(clientSettings(options))
  client.middlewareStack.add(timed(options.onAnswer), answerStep)
  // Without a number SQS does not say whether there are more.
  const command = new sdk.ListQueuesCommand({ MaxResults: 1_000 })
  const sent = client.send(command, { abortSignal: options.signal })
  const { QueueUrls = [], NextToken } = await answered(sent, client, options, {
    ...{ action: listings.sqs.action, on: 'the queues' },
  })
  const found = QueueUrls.map((url) => ({ name: url.split('/').at(-1) ?? '', arn: undefined }))
  return { found, isMore: Boolean(NextToken) }
}

async function answered<T>(
  sent: Promise<T>,
  client: { readonly config: { region(): Promise<string> }; destroy(): void },
  { signal }: PageOptions,
  call: { readonly action: string; readonly on: string },
): Promise<T> {
  try {
    return await sent
  } catch (error) {
    throw await awsFailure(error, { ...call, signal, region: () => client.config.region() })
  } finally {
    client.destroy()
  }
}
