import type { JsonObject, JsonValue } from '../../event/event.js'
import type { Resource } from '../template/stack.js'
import { onlyToken } from '../template/tokens.js'
import type { Wiring } from '../wiring.js'
import { keyUsersOf } from './keys.js'
import {
  deadLetters,
  documentOf,
  isTrue,
  mapping,
  mappings,
  numberOf,
  type Reader,
} from './reader.js'

const RETENTION_S = 345_600
const VISIBILITY_S = 30

const topic: Reader = {
  node: (resource) => {
    const { TopicName: name, FifoTopic: fifo, KmsMasterKeyId: key } = resource.properties
    const facts = { isFifo: isFifo(fifo, name), keyUsers: keyUsersOf(resource, key) }
    return { kind: 'topic', name, facts }
  },
  wire(resource, wiring) {
    const from = wiring.idOf(resource)
    for (const { Protocol, Endpoint } of mappings(resource.properties['Subscription'])) {
      subscribe(resource, wiring, { from, protocol: Protocol, endpoint: Endpoint })
    }
  },
}

const subscription: Reader = {
  wire(resource, wiring) {
    const { properties } = resource
    const from = wiring.find(resource, properties['TopicArn'], {
      ...{ what: 'the topic of the subscription', kind: 'topic' },
    })
    if (from === undefined) return
    const { Protocol: protocol, Endpoint: endpoint, FilterPolicy: filter } = properties
    const when = documentOf(resource, 'FilterPolicy', filter) ?? null
    const redrive = documentOf(resource, 'RedrivePolicy', properties['RedrivePolicy'])
    const arn = mapping(redrive)['deadLetterTargetArn']
    const isRaw = isTrue(properties['RawMessageDelivery']) || undefined
    const isOfBody = properties['FilterPolicyScope'] === 'MessageBody' || undefined
    subscribe(resource, wiring, { from, protocol, endpoint, when, dlq: arn, isRaw, isOfBody })
  },
}

interface Subscribed {
  readonly from: string
  readonly protocol: JsonValue | undefined
  readonly endpoint: JsonValue | undefined
  readonly when?: JsonValue
  readonly dlq?: JsonValue | undefined
  readonly isRaw?: boolean | undefined
  readonly isOfBody?: boolean | undefined
}

const ofServices = new Set(['sqs', 'lambda', 'firehose'])

function subscribe(
  resource: Resource,
  wiring: Wiring,
  { from, protocol, endpoint, when = null, dlq, isRaw, isOfBody }: Subscribed,
): void {
  const what = 'the endpoint of the subscription'
  const to = ofServices.has(String(protocol))
    ? wiring.find(resource, endpoint, { what })
    : wiring.builder.refer('endpoint', endpointName(String(protocol), endpoint))
  if (to === undefined) return
  const dlqOf = { from, arn: dlq, what: 'the dead-letter queue of the subscription' }
  const hasDlq = deadLetters(resource, wiring, dlqOf)
  wiring.builder.edge({ from, to, via: 'subscription', when, facts: { hasDlq, isRaw, isOfBody } })
}

/** Whose addresses they are is nobody's business but the template's. */
function endpointName(protocol: string, endpoint: JsonValue | undefined): string {
  const isWeb = /^https?$/.test(protocol) && typeof endpoint === 'string' && !onlyToken(endpoint)
  return isWeb ? endpoint.replace(/[?#].*$/s, '') : protocol
}

const queue: Reader = {
  node: (resource) => {
    const { properties } = resource
    const { QueueName: name, FifoQueue: fifo } = properties
    const redrive = mapping(documentOf(resource, 'RedrivePolicy', properties['RedrivePolicy']))
    const seconds = (property: string, usual: number) => {
      const value = properties[property]
      return value === undefined ? usual : numberOf(resource, property, value)
    }
    return {
      kind: 'queue',
      name,
      facts: {
        isFifo: isFifo(fifo, name),
        visibilityTimeoutS: seconds('VisibilityTimeout', VISIBILITY_S),
        retentionS: seconds('MessageRetentionPeriod', RETENTION_S),
        maxReceiveCount: numberOf(resource, 'maxReceiveCount', redrive['maxReceiveCount']),
        keyUsers: keyUsersOf(resource, properties['KmsMasterKeyId']),
        ...waitingIn(properties),
      },
    }
  },
  wire(resource, wiring) {
    const redrive = mapping(
      documentOf(resource, 'RedrivePolicy', resource.properties['RedrivePolicy']),
    )
    const what = 'the dead-letter queue'
    const to = wiring.find(resource, redrive['deadLetterTargetArn'], { what, kind: 'queue' })
    if (to === undefined) return
    wiring.builder.edge({ from: wiring.idOf(resource), to, via: 'redrive' })
  },
}

/** Of an account alone, and where it was asked about. */
function waitingIn({ MessagesWaiting: count, OldestMessageAgeS: ageS }: JsonObject) {
  if (count === undefined || typeof ageS !== 'number') return {}
  return { messagesWaiting: Number(count), oldestMessageAgeS: ageS }
}

function isFifo(value: JsonValue | undefined, name: JsonValue | undefined): boolean {
  return isTrue(value) || (typeof name === 'string' && name.endsWith('.fifo'))
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::SQS::Queue': queue,
}
