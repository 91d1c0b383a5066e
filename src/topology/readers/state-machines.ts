import type { JsonObject, JsonValue } from '../../event/event.js'
import { areApart } from '../meeting.js'
import type { NodeKind } from '../model.js'
import { isMapping, own } from '../template/parse.js'
import type { Resource } from '../template/stack.js'
import { tokensIn } from '../template/tokens.js'
import type { Wiring } from '../wiring.js'
import { busOf, sentBy } from './buses.js'
import { documentOf, mapping, mappings, type Reader } from './reader.js'

/** By service of a task: the argument that names whom it acts on, and what that is. */
const calls: Readonly<Record<string, readonly [string, NodeKind]>> = {
  sqs: ['QueueUrl', 'queue'],
  sns: ['TopicArn', 'topic'],
  lambda: ['FunctionName', 'function'],
  kinesis: ['StreamName', 'stream'],
  firehose: ['DeliveryStreamName', 'firehose'],
  states: ['StateMachineArn', 'stateMachine'],
  sfn: ['StateMachineArn', 'stateMachine'],
  dynamodb: ['TableName', 'table'],
  s3: ['Bucket', 'bucket'],
}
/** What only reads puts nothing on its way. */
const isRead = /^(get|head|list|describe|query|scan|batchGet)/i

const stateMachine: Reader = {
  node: ({ properties }) => ({ kind: 'stateMachine', name: properties['StateMachineName'] }),
  wire(resource, wiring) {
    const definition = definitionOf(resource)
    if (definition === undefined) return
    for (const state of statesOf(definition)) taskEdges(resource, wiring, state)
  },
  settle(resource, wiring) {
    const { at, properties } = resource
    // What express ones do is no event.
    if ((properties['StateMachineType'] ?? properties['Type']) === 'EXPRESS') return
    const sends: JsonObject = {
      ...{ source: ['aws.states'], 'detail-type': ['Step Functions Execution Status Change'] },
      ...(at.startsWith('arn:') && { detail: { stateMachineArn: [at] } }),
    }
    const isHeard = wiring.builder.patternsOfDefault().some((when) => !areApart(sends, when))
    if (!isHeard) return
    const [from, to] = [wiring.idOf(resource), wiring.defaultBus(resource)]
    wiring.builder.edge({ from, to, via: 'notification', sends })
  },
}

function definitionOf(resource: Resource): JsonValue | undefined {
  const { properties, stack, logicalId } = resource
  const { DefinitionString: text, Definition: written } = properties
  const { DefinitionUri: uri, DefinitionS3Location: location } = properties
  if (text === undefined && written === undefined) {
    const where = typeof uri === 'string' ? uri : location === undefined ? 'nowhere' : 'S3'
    stack.gap('value', logicalId, `the definition is in ${where}, which is not read`)
    return undefined
  }
  const substitutions = mapping(properties['DefinitionSubstitutions'])
  return documentOf(resource, 'the definition', substituted(text ?? written ?? null, substitutions))
}

function substituted(value: JsonValue, by: JsonObject): JsonValue {
  if (typeof value === 'string') {
    const exact = /^\$\{([^}]*)\}$/.exec(value)?.[1]
    if (exact !== undefined && Object.hasOwn(by, exact)) return by[exact] ?? null
    return value.replace(/\$\{([^}]*)\}/g, (all, name: string) =>
      Object.hasOwn(by, name) ? String(by[name]) : all,
    )
  }
  if (Array.isArray(value)) return value.map((each) => substituted(each, by))
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, substituted(inner, by)]),
  )
}

/** All states, those within others too; without recursion, since they may be nested at will. */
function statesOf(definition: JsonValue): JsonObject[] {
  const found: JsonObject[] = []
  const open: JsonValue[] = [definition]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const state of Object.values(mapping(mapping(next)['States']))) {
      if (!isMapping(state)) continue
      found.push(state)
      open.push(...mappings(state['Branches']))
      open.push(state['Iterator'] ?? null, state['ItemProcessor'] ?? null)
    }
  }
  return found
}

function taskEdges(resource: Resource, wiring: Wiring, state: JsonObject): void {
  const called = state['Resource']
  if (state['Type'] !== 'Task' || typeof called !== 'string') return
  const from = wiring.idOf(resource)
  const [, service, action = ''] = /:states:[^:]*:[^:]*:(?:aws-sdk:)?(\w+):(\w+)/.exec(called) ?? []
  const given = argumentsOf(state)
  if (service === undefined || /:(activity|stateMachine):/.test(called)) {
    const to = wiring.find(resource, called, { what: 'the resource of a task', kind: 'function' })
    if (to !== undefined) wiring.builder.edge({ from, to, via: 'task' })
    return
  }
  if (/^(events|eventbridge)$/.test(service)) putEvents(resource, wiring, given)
  const call = own(calls, service)
  if (!call || isRead.test(action)) return
  const [name, kind] = call
  if (isLate(resource, given, name)) return
  const to = wiring.find(resource, given[name], { what: `${name} of a task`, kind })
  if (to !== undefined) wiring.builder.edge({ from, to, via: 'task', when: `${service}:${action}` })
}

/** Whether an argument is worked out when it runs: `EventBusName.$`, or in JSONata; a gap, then. */
function isLate(resource: Resource, given: JsonObject, name: string): boolean {
  const value = own(given, `${name}.$`) ?? given[name]
  const isKnown = own(given, `${name}.$`) === undefined && !/^\{%|^\$[.@]/.test(String(value ?? ''))
  if (isKnown) return false
  const why = `${name} of a task is ${String(value)}, which is known only when it runs`
  resource.stack.gap('value', resource.logicalId, why)
  return true
}

function argumentsOf(state: JsonObject): JsonObject {
  return { ...mapping(state['Parameters']), ...mapping(state['Arguments']) }
}

function putEvents(resource: Resource, wiring: Wiring, given: JsonObject): void {
  const from = wiring.idOf(resource)
  for (const entry of mappings(given['Entries'])) {
    if (isLate(resource, entry, 'EventBusName')) continue
    const to = busOf(resource, wiring, entry['EventBusName'])
    wiring.builder.edge({ from, to, via: 'task', when: 'events:putEvents', sends: sentBy(entry) })
  }
}

/** What an integration of a REST API does: `arn:aws:apigateway:…:sqs:path/…`. */
const isIntegration = /:apigateway:(?:\$\{[^}]*\}|[^:])*:(?:\w+\.)?([\w-]+):(path|action)\/(.*)$/s

const method: Reader = {
  wire(resource, wiring) {
    const { RestApiId: api, Integration: given } = resource.properties
    const integration = mapping(given)
    const from = wiring.find(resource, api, { what: 'the API of the method', kind: 'api' })
    if (from === undefined) return
    for (const to of integrated(resource, wiring, integration)) {
      wiring.builder.edge({ from, to, via: 'integration' })
    }
  },
}

const route: Reader = {
  wire(resource, wiring) {
    const { ApiId: api, IntegrationSubtype: subtype, ...rest } = resource.properties
    const from = wiring.find(resource, api, { what: 'the API of the integration', kind: 'api' })
    if (from === undefined) return
    const given = mapping(rest['RequestParameters'])
    if (subtype === 'EventBridge-PutEvents') {
      if (isRequested(resource, given['EventBusName'])) return
      const to = busOf(resource, wiring, given['EventBusName'])
      wiring.builder.edge({ from, to, via: 'integration', sends: sentBy(given) })
      return
    }
    const [service = ''] = String(subtype ?? '').split('-')
    const call = own(calls, service.toLowerCase().replace('stepfunctions', 'states'))
    const of = { what: 'the target of the integration', kind: call?.[1] }
    const value = call ? given[call[0]] : undefined
    if (isRequested(resource, value)) return
    const found = call
      ? [wiring.find(resource, value, of)].flatMap((id) => id ?? [])
      : integrated(resource, wiring, { Uri: rest['IntegrationUri'] ?? null })
    for (const to of found) wiring.builder.edge({ from, to, via: 'integration' })
  },
}

/** Whether whom an integration acts on is in the request; a gap, then. */
function isRequested(resource: Resource, value: JsonValue | undefined): boolean {
  if (typeof value !== 'string' || !/\$\{?(request|context|stageVariables)\./.test(value))
    return false
  const why = `the target of the integration is ${value}, which each request says`
  resource.stack.gap('value', resource.logicalId, why)
  return true
}

function integrated(resource: Resource, wiring: Wiring, integration: JsonObject): string[] {
  const uri = integration['Uri']
  if (typeof uri !== 'string') return []
  const [, service, , path = ''] = isIntegration.exec(uri) ?? []
  if (service === undefined) return wiring.known(resource, uri)
  const templates = JSON.stringify([
    integration['RequestTemplates'],
    integration['RequestParameters'],
  ])
  const found = [path, ...tokensIn(templates).map(({ text }) => text)].flatMap((text) =>
    wiring.known(resource, text),
  )
  const kind = service === 'events' ? 'bus' : own(calls, service)?.[1]
  const ofKind = found.filter((id) => wiring.builder.kindOf(id) === kind)
  if (ofKind.length > 0) return [...new Set(ofKind)]
  const named = service === 'sqs' ? path.split('/').at(-1) : undefined
  if (named !== undefined) {
    const of = { what: 'the target of the integration', kind: 'queue' as const }
    return [wiring.find(resource, named, of)].flatMap((id) => id ?? [])
  }
  if (service === 'events' && !/EventBusName/.test(templates)) return [wiring.defaultBus(resource)]
  const why = `whom the integration with ${service} acts on is in a template of its request`
  resource.stack.gap('value', resource.logicalId, why)
  return []
}

const dataSource: Reader = {
  wire(resource, wiring) {
    const { properties } = resource
    const of = { what: 'the API of the data source', kind: 'api' as const }
    const from = wiring.find(resource, properties['ApiId'], of)
    const target =
      mapping(properties['EventBridgeConfig'])['EventBusArn'] ??
      mapping(properties['LambdaConfig'])['LambdaFunctionArn']
    const table = mapping(properties['DynamoDBConfig'])['TableName']
    const to =
      wiring.find(resource, target, { what: 'the target of the data source' }) ??
      wiring.find(resource, table, { what: 'the table of the data source', kind: 'table' })
    if (from === undefined || to === undefined) return
    wiring.builder.edge({ from, to, via: 'integration' })
  },
}

const api = (name: string): Reader => ({
  node: ({ properties }) => ({ kind: 'api', name: properties[name] }),
})

/** By action of a rule of IoT: what names whom it sends to. */
const actions: Readonly<Record<string, readonly [string, NodeKind]>> = {
  Lambda: ['FunctionArn', 'function'],
  Sqs: ['QueueUrl', 'queue'],
  Sns: ['TargetArn', 'topic'],
  Kinesis: ['StreamName', 'stream'],
  Firehose: ['DeliveryStreamName', 'firehose'],
  S3: ['BucketName', 'bucket'],
  DynamoDB: ['TableName', 'table'],
  StepFunctions: ['StateMachineName', 'stateMachine'],
}

const iotRule: Reader = {
  node: ({ properties }) => ({ kind: 'iotRule', name: properties['RuleName'] }),
  wire(resource, wiring) {
    const payload = mapping(resource.properties['TopicRulePayload'])
    const from = wiring.idOf(resource)
    const wire = (action: JsonObject, via: 'target' | 'failure') => {
      for (const [name, given] of Object.entries(action)) {
        const known = own(actions, name)
        const what = `whom the action ${name} sends to`
        const to = known
          ? wiring.find(resource, mapping(given)[known[0]], { what, kind: known[1] })
          : wiring.builder.refer('service', `iot:${name}`)
        if (to !== undefined) wiring.builder.edge({ from, to, via })
      }
    }
    for (const action of mappings(payload['Actions'])) wire(action, 'target')
    wire(mapping(payload['ErrorAction']), 'failure')
  },
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::StepFunctions::StateMachine': stateMachine,
  'AWS::ApiGateway::RestApi': api('Name'),
  'AWS::ApiGateway::Method': method,
  'AWS::ApiGatewayV2::Api': api('Name'),
  'AWS::ApiGatewayV2::Integration': route,
  'AWS::AppSync::GraphQLApi': api('Name'),
  'AWS::AppSync::DataSource': dataSource,
  'AWS::IoT::TopicRule': iotRule,
}
