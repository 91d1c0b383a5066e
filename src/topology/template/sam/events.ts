import type { JsonObject, JsonValue } from '../../../event/event.js'
import { isMapping, own, section } from '../parse.js'

/** Whom an event of SAM invokes. */
export interface Invoked {
  readonly id: string
  readonly arn: JsonValue
  /** Else a state machine. */
  readonly isFunction: boolean
}

type Maker = (id: string, given: JsonObject, invoked: Invoked) => JsonObject

/** The plain resources that an event of a function or state machine stands for. */
export function eventResources(name: string, event: JsonObject, invoked: Invoked): JsonObject {
  const type = String(event['Type'])
  const make = own(makers, type)
  const id = `${invoked.id}${name}`
  if (make) return make(id, section(event, 'Properties'), invoked)
  // What has no maker is named as a type that is not read.
  return { [id]: { Type: `AWS::Serverless::Event::${type}` } }
}

const makers: Readonly<Record<string, Maker>> = {
  SQS: mapping('Queue'),
  Kinesis: mapping('Stream'),
  DynamoDB: mapping('Stream'),
  MSK: mapping('Stream'),
  MQ: mapping('Broker'),
  SelfManagedKafka: mapping('KafkaBootstrapServers'),
  DocumentDB: mapping('Cluster'),
  SNS: subscription,
  EventBridgeRule: rule,
  CloudWatchEvent: rule,
  Schedule: clock,
  ScheduleV2: scheduler,
  S3: notification,
  IoTRule: iotRule,
  CloudWatchLogs: logFilter,
  Api: api('AWS::ApiGateway::RestApi', 'RestApiId', 'ServerlessRestApi'),
  HttpApi: api('AWS::ApiGatewayV2::Api', 'ApiId', 'ServerlessHttpApi'),
}

function mapping(source: string): Maker {
  return (id, given, { arn }) => ({
    [id]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { ...given, EventSourceArn: given[source] ?? null, FunctionName: arn },
    },
  })
}

function permission({ arn }: Invoked, principal: string): JsonObject {
  const Action = 'lambda:InvokeFunction'
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: arn, Principal: principal, Action },
  }
}

function subscription(id: string, given: JsonObject, invoked: Invoked): JsonObject {
  const { Topic: topic = null, SqsSubscription: viaQueue, ...rest } = given
  const to = (protocol: string, endpoint: JsonValue) => ({
    Type: 'AWS::SNS::Subscription',
    Properties: { ...rest, TopicArn: topic, Protocol: protocol, Endpoint: endpoint },
  })
  if (viaQueue === undefined || viaQueue === false) {
    return {
      [id]: to('lambda', invoked.arn),
      [`${id}Permission`]: permission(invoked, 'sns.amazonaws.com'),
    }
  }
  const settings = isMapping(viaQueue) ? viaQueue : {}
  const made = settings['QueueArn'] === undefined ? { [`${id}Queue`]: queue } : {}
  const arn = settings['QueueArn'] ?? { 'Fn::GetAtt': [`${id}Queue`, 'Arn'] }
  return {
    ...made,
    [id]: to('sqs', arn),
    [`${id}QueuePolicy`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [arn],
        PolicyDocument: allowing('sns.amazonaws.com', 'sqs:SendMessage', arn),
      },
    },
    [`${id}EventSourceMapping`]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { ...settings, EventSourceArn: arn, FunctionName: invoked.arn },
    },
  }
}

const queue: JsonObject = { Type: 'AWS::SQS::Queue', Properties: {} }

function allowing(service: string, action: string, resource: JsonValue): JsonObject {
  const Principal = { Service: service }
  // As SAM narrows it, to what it made.
  const Condition = { ArnEquals: { 'aws:SourceArn': 'by SAM' } }
  const statement = { Effect: 'Allow', Principal, Action: action, Resource: resource, Condition }
  return { Statement: [statement] }
}

function rule(id: string, given: JsonObject, invoked: Invoked): JsonObject {
  const { Pattern, EventBusName, State, Enabled, RuleName, Target, ...ofTarget } = given
  const bus = EventBusName === undefined ? {} : { EventBusName }
  return ruleWith(id, ofTarget, invoked, {
    ...bus,
    EventPattern: Pattern ?? {},
    ...(State !== undefined && { State }),
    ...(Enabled === false && { State: 'DISABLED' }),
    ...(RuleName !== undefined && { Name: RuleName }),
  })
}

function clock(id: string, given: JsonObject, invoked: Invoked): JsonObject {
  const { Schedule, State, Enabled, Name, ...ofTarget } = given
  return ruleWith(id, ofTarget, invoked, {
    ScheduleExpression: Schedule ?? null,
    ...(State !== undefined && { State }),
    ...(Enabled === false && { State: 'DISABLED' }),
    ...(Name !== undefined && { Name }),
  })
}

function ruleWith(
  id: string,
  ofTarget: JsonObject,
  invoked: Invoked,
  properties: JsonObject,
): JsonObject {
  const { DeadLetterConfig: given, ...rest } = ofTarget
  const dlq = deadLetters(id, given)
  const role = invoked.isFunction ? {} : { RoleArn: 'made by SAM' }
  const target = { Id: id, Arn: invoked.arn, ...rest, ...role, ...dlq.config }
  return {
    [id]: { Type: 'AWS::Events::Rule', Properties: { ...properties, Targets: [target] } },
    ...dlq.made,
    ...(invoked.isFunction && { [`${id}Permission`]: permission(invoked, 'events.amazonaws.com') }),
  }
}

/** A queue that is named, or that SAM makes with a policy. */
function deadLetters(id: string, given: JsonValue | undefined) {
  if (!isMapping(given)) return { config: {}, made: {} }
  if (given['Arn'] !== undefined) return { config: { DeadLetterConfig: given }, made: {} }
  const name = String(given['QueueLogicalId'] ?? `${id}Queue`)
  const arn = { 'Fn::GetAtt': [name, 'Arn'] }
  const policy = {
    Queues: [arn],
    PolicyDocument: allowing('events.amazonaws.com', 'sqs:SendMessage', arn),
  }
  return {
    config: { DeadLetterConfig: { Arn: arn } },
    made: {
      [name]: queue,
      [`${name}Policy`]: { Type: 'AWS::SQS::QueuePolicy', Properties: policy },
    },
  }
}

function scheduler(id: string, given: JsonObject, { arn }: Invoked): JsonObject {
  const { ScheduleExpression, State, Name, RoleArn, DeadLetterConfig, ...rest } = given
  const dlq = deadLetters(id, DeadLetterConfig)
  return {
    [id]: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ...{ ScheduleExpression: ScheduleExpression ?? null },
        ...(State !== undefined && { State }),
        ...(Name !== undefined && { Name }),
        Target: { ...rest, Arn: arn, RoleArn: RoleArn ?? 'made by SAM', ...dlq.config },
      },
    },
    ...dlq.made,
  }
}

/** SAM puts the notification into the bucket; here it stands beside it, which reads the same. */
function notification(id: string, given: JsonObject, invoked: Invoked): JsonObject {
  const { Bucket: bucket = null, Events: events = null, Filter: filter } = given
  const one = {
    Event: events,
    Function: invoked.arn,
    ...(filter !== undefined && { Filter: filter }),
  }
  return {
    [id]: {
      Type: 'Custom::S3BucketNotifications',
      Properties: {
        BucketName: bucket,
        NotificationConfiguration: { LambdaConfigurations: [one] },
      },
    },
    [`${id}Permission`]: permission(invoked, 's3.amazonaws.com'),
  }
}

function iotRule(id: string, { Sql: sql = null }: JsonObject, invoked: Invoked): JsonObject {
  const Actions = [{ Lambda: { FunctionArn: invoked.arn } }]
  return {
    [id]: {
      Type: 'AWS::IoT::TopicRule',
      Properties: { TopicRulePayload: { Sql: sql, Actions } },
    },
    [`${id}Permission`]: permission(invoked, 'iot.amazonaws.com'),
  }
}

function logFilter(id: string, given: JsonObject, { arn }: Invoked): JsonObject {
  return {
    [id]: {
      Type: 'AWS::Logs::SubscriptionFilter',
      Properties: { ...given, DestinationArn: arn },
    },
  }
}

function api(type: string, key: string, usual: string): Maker {
  return (id, given, { arn }) => {
    const made = given[key] === undefined ? { [usual]: { Type: type, Properties: {} } } : {}
    const of = given[key] ?? { Ref: usual }
    return {
      ...made,
      [id]: {
        Type: 'AWS::Serverless::ApiEvent',
        Properties: { Api: of, Arn: arn },
      },
    }
  }
}
