import type { JsonValue } from '../../event/event.js'
import type { Resource } from '../template/stack.js'
import type { Wiring } from '../wiring.js'
import {
  deadLetters,
  filtersOf,
  isFalse,
  mapping,
  mappings,
  numberOf,
  type Reader,
} from './reader.js'

const TIMEOUT_S = 3
/** As often as it takes, until retention ends it. */
const FOR_EVER = -1

const lambda: Reader = {
  node: (resource) => {
    const { properties } = resource
    const { Timeout, ReservedConcurrentExecutions: reserved } = properties
    return {
      kind: 'function',
      name: properties['FunctionName'],
      facts: {
        timeoutS: Timeout === undefined ? TIMEOUT_S : numberOf(resource, 'Timeout', Timeout),
        reservedConcurrency: numberOf(resource, 'ReservedConcurrentExecutions', reserved),
      },
    }
  },
  wire(resource, wiring) {
    const { properties } = resource
    const id = wiring.idOf(resource)
    wiring.hold(resource, properties['Role'], id)
    const values = Object.values(mapping(mapping(properties['Environment'])['Variables']))
    const texts = values.filter((value) => typeof value === 'string')
    wiring.mention(
      id,
      texts.flatMap((text) => wiring.known(resource, text)),
    )
    const arn = mapping(properties['DeadLetterConfig'])['TargetArn']
    deadLetters(resource, wiring, { from: id, arn, what: 'the dead-letter queue of the function' })
  },
}

const eventSource: Reader = {
  wire(resource, wiring) {
    const { properties } = resource
    const of = { what: 'the function of the mapping', kind: 'function' as const }
    const to = wiring.find(resource, properties['FunctionName'], of)
    const from = wiring.find(resource, sourceOf(properties), { what: 'the source of the mapping' })
    if (to === undefined || from === undefined) return
    const failed = mapping(mapping(properties['DestinationConfig'])['OnFailure'])['Destination']
    const what = 'the destination of what fails'
    const hasDlq = deadLetters(resource, wiring, { from: to, arn: failed, what })
    const { MaximumRetryAttempts: retries, MaximumRecordAgeInSeconds: age } = properties
    const factor = properties['ParallelizationFactor']
    const most = mapping(properties['ScalingConfig'])['MaximumConcurrency']
    wiring.builder.edge({
      ...{ from, to, via: 'mapping', when: filtersOf(resource, properties['FilterCriteria']) },
      facts: {
        hasDlq,
        hasRetryLimit: isLimit(retries) || isLimit(age),
        isDisabled: isFalse(properties['Enabled']) || undefined,
        maximumConcurrency: numberOf(resource, 'MaximumConcurrency', most),
        parallelizationFactor: numberOf(resource, 'ParallelizationFactor', factor),
      },
    })
  },
}

function isLimit(value: JsonValue | undefined): boolean {
  return value !== undefined && Number(value) !== FOR_EVER
}

/** Kafka and others, which have no ARN, by the name of what they are. */
function sourceOf(properties: Readonly<Record<string, JsonValue>>): JsonValue | undefined {
  const arn = properties['EventSourceArn']
  if (arn !== undefined && arn !== null) return arn
  return properties['SelfManagedEventSource'] === undefined ? undefined : 'arn:-:kafka:-:-:own'
}

/** Events that Lambda makes of what a function returns, on a bus. */
const outcomes = { OnSuccess: 'Success', OnFailure: 'Failure' } as const

const invokeConfig: Reader = {
  wire(resource, wiring) {
    const { properties } = resource
    const of = { what: 'the function of the destinations', kind: 'function' as const }
    const from = wiring.find(resource, properties['FunctionName'], of)
    if (from === undefined) return
    for (const when of ['OnSuccess', 'OnFailure'] as const) {
      const arn = mapping(mapping(properties['DestinationConfig'])[when])['Destination']
      const to = wiring.find(resource, arn, { what: `the destination of ${when}` })
      if (to === undefined) continue
      const type = `Lambda Function Invocation Result - ${outcomes[when]}`
      const isBus = wiring.builder.kindOf(to) === 'bus'
      wiring.builder.edge({
        ...{ from, to, via: when === 'OnSuccess' ? 'destination' : 'failure' },
        sends: isBus ? { source: ['lambda'], 'detail-type': [type] } : null,
      })
    }
  },
}

/** A task of ECS reads queues and sends as its role lets it. */
const task: Reader = {
  node: ({ properties }) => ({ kind: 'task', name: properties['Family'] }),
  wire(resource, wiring) {
    wiring.hold(resource, resource.properties['TaskRoleArn'], wiring.idOf(resource))
  },
}

const logFilter: Reader = {
  wire(resource, wiring) {
    const { LogGroupName: group, DestinationArn: arn, FilterPattern: when } = resource.properties
    const of = { what: 'the log group of the filter', kind: 'logGroup' as const }
    const from = wiring.find(resource, logName(group), of)
    const to = wiring.find(resource, arn, { what: 'the destination of the logs' })
    if (from === undefined || to === undefined) return
    const chosen = typeof when === 'string' && when !== '' ? when : null
    wiring.builder.edge({ from, to, via: 'logs', when: chosen })
    const writer = typeof group === 'string' ? /^\/aws\/lambda\/(.+)$/.exec(group)?.[1] : undefined
    for (const id of writer === undefined ? [] : wiring.known(resource, writer, ['function'])) {
      wiring.builder.edge({ from: id, to: from, via: 'logs' })
    }
  },
}

/** `/aws/lambda/${Bill}` is a name of its own, not that of the function. */
function logName(group: JsonValue | undefined): JsonValue | undefined {
  const inner = typeof group === 'string' ? /^(\/.*)\$\{([^}]*)\}$/.exec(group) : undefined
  return inner ? `${inner[1]}${inner[2]}` : group
}

const connector: Reader = {
  wire(resource, wiring) {
    const { Source, Destination, Permissions } = resource.properties
    const from = wiring.find(resource, Source, { what: 'the source of the connector' })
    const to = wiring.find(resource, Destination, { what: 'the destination of the connector' })
    if (from === undefined || to === undefined) return
    if (!Array.isArray(Permissions) || !Permissions.includes('Write')) return
    wiring.builder.permit({ from, to, via: 'permission', when: 'Write' })
  },
}

const apiEvent: Reader = {
  wire(resource, wiring) {
    const { Api, Arn } = resource.properties
    const from = wiring.find(resource, Api, { what: 'the API', kind: 'api' })
    const to = wiring.find(resource, Arn, { what: 'what the API calls' })
    if (from !== undefined && to !== undefined) {
      wiring.builder.edge({ from, to, via: 'integration' })
    }
  },
}

const bucket: Reader = {
  node: ({ properties }) => ({ kind: 'bucket', name: properties['BucketName'] }),
  wire(resource, wiring) {
    const config = resource.properties['NotificationConfiguration']
    notify(resource, wiring, wiring.idOf(resource), config)
  },
}

/** What CDK, and here SAM, put beside a bucket. */
const notifications: Reader = {
  wire(resource, wiring) {
    const { BucketName: name, NotificationConfiguration: config } = resource.properties
    const of = { what: 'the bucket of the notifications', kind: 'bucket' as const }
    const from = wiring.find(resource, name, of)
    if (from !== undefined) notify(resource, wiring, from, config)
  },
}

function notify(
  resource: Resource,
  wiring: Wiring,
  from: string,
  given: JsonValue | undefined,
): void {
  const config = mapping(given)
  for (const [name, ofOne] of Object.entries(config)) {
    if (!/^(Lambda|LambdaFunction|Queue|Topic)Configurations$/.test(name)) continue
    for (const one of mappings(ofOne)) {
      const { LambdaFunctionArn, Queue, QueueArn, Topic, TopicArn } = one
      const ofLambda = one['Function'] ?? LambdaFunctionArn
      const arn = ofLambda ?? Queue ?? QueueArn ?? Topic ?? TopicArn
      const to = wiring.find(resource, arn, { what: 'the target of the notification' })
      const { Event, Events, Filter } = one
      const events = Event ?? Events ?? null
      const when = Filter === undefined ? { events } : { events, filter: Filter }
      if (to !== undefined) wiring.builder.edge({ from, to, via: 'notification', when })
    }
  }
  const toBus = config['EventBridgeConfiguration']
  if (toBus === undefined || isFalse(mapping(toBus)['EventBridgeEnabled'])) return
  const sends = { source: ['aws.s3'] }
  wiring.builder.edge({ from, to: wiring.defaultBus(resource), via: 'notification', sends })
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::Lambda::Function': lambda,
  'AWS::Lambda::EventSourceMapping': eventSource,
  'AWS::Lambda::EventInvokeConfig': invokeConfig,
  'AWS::ECS::TaskDefinition': task,
  'AWS::Logs::LogGroup': {
    node: ({ properties }) => ({ kind: 'logGroup', name: properties['LogGroupName'] }),
  },
  'AWS::Logs::SubscriptionFilter': logFilter,
  'AWS::Serverless::Connector': connector,
  'AWS::Serverless::ApiEvent': apiEvent,
  'AWS::S3::Bucket': bucket,
  'Custom::S3BucketNotifications': notifications,
}
