import type { JsonObject, JsonValue } from '../../event/event.js'
import { jsonText } from '../../event/json.js'
import type { TargetInput } from '../model.js'
import type { Resource } from '../template/stack.js'
import { onlyToken } from '../template/tokens.js'
import type { Wiring } from '../wiring.js'
import { deadLetters, documentOf, mapping, mappings, type Reader } from './reader.js'

const bus: Reader = {
  node: ({ properties }) => ({ kind: 'bus', name: properties['Name'] }),
  wire(resource, wiring) {
    const dlq = mapping(resource.properties['DeadLetterConfig'])['Arn']
    const from = wiring.idOf(resource)
    deadLetters(resource, wiring, { from, arn: dlq, what: 'the dead-letter queue of the bus' })
    fromPartner(resource, wiring)
  },
}

/** A partner bus has the name of the source that it takes the events of, which is theirs, too. */
function fromPartner(resource: Resource, wiring: Wiring): void {
  const { Name: name, EventSourceName: source = name } = resource.properties
  if (typeof source !== 'string' || !source.startsWith('aws.partner/')) return
  const from = wiring.builder.refer('service', source)
  const to = wiring.idOf(resource)
  wiring.builder.edge({ from, to, via: 'source', sends: { source: [source] } })
}

const rule: Reader = {
  node: ({ properties }) => ({
    kind: 'rule',
    name: properties['Name'],
    facts: {
      isDisabled: properties['State'] === 'DISABLED' || undefined,
      isScheduled: properties['ScheduleExpression'] !== undefined || undefined,
    },
  }),
  wire(resource, wiring) {
    const { properties } = resource
    const id = wiring.idOf(resource)
    const pattern = documentOf(resource, 'EventPattern', properties['EventPattern'])
    if (pattern !== undefined && pattern !== null) {
      const from = busOf(resource, wiring, properties['EventBusName'])
      wiring.builder.edge({ from, to: id, via: 'rule', when: pattern })
    }
    for (const target of mappings(properties['Targets'])) {
      targetEdge(resource, wiring, { from: id, target, pattern })
    }
  },
}

function targetEdge(
  resource: Resource,
  wiring: Wiring,
  { from, target, pattern }: { from: string; target: JsonObject; pattern: JsonValue | undefined },
): void {
  const to = wiring.find(resource, target['Arn'], { what: 'the target of the rule' })
  if (to === undefined) return
  const arn = mapping(target['DeadLetterConfig'])['Arn']
  const what = 'the dead-letter queue of the target'
  const hasDlq = deadLetters(resource, wiring, { from, arn, what })
  const input = inputOf(target)
  const isTransformed = input !== undefined || undefined
  wiring.builder.edge({
    ...{ from, to, via: 'target' },
    // A bus takes the event as it is.
    sends: wiring.builder.kindOf(to) === 'bus' ? pattern : null,
    facts: { hasDlq, hasRole: target['RoleArn'] !== undefined, isTransformed, input },
  })
}

function inputOf(target: JsonObject): TargetInput | undefined {
  const { Input: text, InputPath: path, InputTransformer: transformer } = target
  if (transformer !== undefined) {
    const { InputPathsMap: map, InputTemplate: template } = mapping(transformer)
    const paths = Object.entries(mapping(map)).map(([name, one]) => [name, String(one)] as const)
    const written = typeof template === 'string' ? template : jsonText(template ?? null)
    return { kind: 'template', paths: Object.fromEntries(paths), template: written }
  }
  if (path !== undefined) return { kind: 'path', path: String(path) }
  if (text === undefined) return undefined
  return { kind: 'constant', text: typeof text === 'string' ? text : jsonText(text) }
}

/** The default bus where none is named. */
export function busOf(resource: Resource, wiring: Wiring, name: JsonValue | undefined): string {
  const of = { what: 'the bus', kind: 'bus' as const }
  return wiring.find(resource, name, of) ?? wiring.defaultBus(resource)
}

const archive: Reader = {
  node: ({ properties }) => ({ kind: 'archive', name: properties['ArchiveName'] }),
  wire(resource, wiring) {
    const { SourceArn: source, EventPattern: written } = resource.properties
    const id = wiring.idOf(resource)
    const from = busOf(resource, wiring, source)
    const when = documentOf(resource, 'EventPattern', written) ?? null
    wiring.builder.edge({ from, to: id, via: 'archive', when })
    const sends = { 'replay-name': [{ exists: true }] }
    wiring.builder.edge({ from: id, to: from, via: 'replay', sends })
  },
}

const apiDestination: Reader = {
  node: ({ properties }) => ({ kind: 'apiDestination', name: properties['Name'] }),
}

/** A call of the SDK as a target: `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`. */
const isCall = /^arn:[^:]*:scheduler:::aws-sdk:(\w+):(\w+)$/

const schedule: Reader = {
  node: ({ properties }) => ({
    kind: 'schedule',
    name: properties['Name'],
    facts: { isDisabled: properties['State'] === 'DISABLED' || undefined },
  }),
  wire(resource, wiring) {
    const target = mapping(resource.properties['Target'])
    const from = wiring.idOf(resource)
    const arn = mapping(target['DeadLetterConfig'])['Arn']
    const what = 'the dead-letter queue of the schedule'
    const hasDlq = deadLetters(resource, wiring, { from, arn, what })
    const facts = { hasDlq, hasRole: target['RoleArn'] !== undefined }
    const call = isCall.exec(String(target['Arn'] ?? ''))
    const ofBus = mapping(target['EventBridgeParameters'])
    const to = call
      ? calledBy(resource, wiring, target)
      : wiring.find(resource, target['Arn'], { what: 'the target of the schedule' })
    if (to === undefined) return
    wiring.builder.edge({ from, to, via: 'target', sends: sentBy(ofBus), facts })
  },
}

function calledBy(resource: Resource, wiring: Wiring, target: JsonObject): string | undefined {
  const input = mapping(documentOf(resource, 'the input of the schedule', target['Input']))
  for (const key of ['QueueUrl', 'TopicArn', 'StreamName', 'StateMachineArn', 'FunctionName']) {
    const kinds = {
      ...({ QueueUrl: 'queue', TopicArn: 'topic', StreamName: 'stream' } as const),
      ...({ StateMachineArn: 'stateMachine', FunctionName: 'function' } as const),
    }
    const kind = kinds[key as keyof typeof kinds]
    const found = wiring.find(resource, input[key], { what: 'the target of the schedule', kind })
    if (found !== undefined) return found
  }
  const arn = String(target['Arn'])
  return wiring.builder.refer('service', arn.slice(arn.indexOf('aws-sdk:')))
}

/** What is known of events whose source and type are written down. */
export function sentBy({ Source: source, DetailType: type }: JsonObject): JsonValue {
  const isKnown = (value: JsonValue | undefined) =>
    typeof value === 'string' && value !== '' && !/^\$[.@{]|\{%/.test(value) && !onlyToken(value)
  const fields = {
    ...(isKnown(source) && { source: [source ?? null] }),
    ...(isKnown(type) && { 'detail-type': [type ?? null] }),
  }
  return Object.keys(fields).length === 0 ? null : fields
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::Events::EventBus': bus,
  'AWS::Events::Rule': rule,
  'AWS::Events::Archive': archive,
  'AWS::Events::ApiDestination': apiDestination,
  'AWS::Scheduler::Schedule': schedule,
}
