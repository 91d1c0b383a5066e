import type { JsonObject, JsonValue } from '../../../event/event.js'
import { isMapping, own, section } from '../parse.js'
import { eventResources } from './events.js'
import { policiesOf } from './policies.js'
import type { SamResource } from './resource.js'

/** A state machine of SAM: itself, its role and what starts it. */
export function stateMachineResources({ id, properties }: SamResource): JsonObject {
  const { Events: _, Name: name, Policies: policies, ...rest } = properties
  const resources: Record<string, JsonValue> = {
    [id]: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { ...rest, ...(name !== undefined && { StateMachineName: name }) },
    },
    [`${id}Role`]: { Type: 'AWS::IAM::Role', Properties: { Policies: policiesOf(policies) } },
  }
  const invoked = { id, arn: { Ref: id }, isFunction: false }
  for (const [event, given] of Object.entries(section(properties, 'Events'))) {
    if (isMapping(given)) Object.assign(resources, eventResources(event, given, invoked))
  }
  return resources
}

const types: Readonly<Record<string, string>> = {
  Api: 'AWS::ApiGateway::RestApi',
  HttpApi: 'AWS::ApiGatewayV2::Api',
  WebSocketApi: 'AWS::ApiGatewayV2::Api',
  GraphQLApi: 'AWS::AppSync::GraphQLApi',
  SimpleTable: 'AWS::DynamoDB::Table',
  Application: 'AWS::CloudFormation::Stack',
  LayerVersion: 'AWS::Lambda::LayerVersion',
}

/** What is one resource by another name; undefined for what is not known. */
export function otherResources(
  kind: string,
  { id, properties }: SamResource,
): JsonObject | undefined {
  if (kind === 'Connector') return connector(id, properties)
  const type = own(types, kind)
  if (type === undefined) return undefined
  const location = properties['Location']
  const template = location === undefined ? {} : { TemplateURL: location }
  return { [id]: { Type: type, Properties: { ...properties, ...template } } }
}

/** Connectors that stand in their source. */
export function connectorResources({ id, connectors }: SamResource): JsonObject {
  const all = Object.entries(connectors).flatMap(([name, given]) => {
    if (!isMapping(given)) return []
    const properties = { ...section(given, 'Properties'), Source: { Id: id } }
    return Object.entries(connector(`${id}${name}`, properties))
  })
  return Object.fromEntries(all)
}

function connector(id: string, properties: JsonObject): JsonObject {
  const of = (end: JsonValue | undefined): JsonValue => {
    if (!isMapping(end)) return null
    return end['Id'] === undefined ? (end['Arn'] ?? null) : { Ref: String(end['Id']) }
  }
  const destinations = [properties['Destination'] ?? []].flat()
  return Object.fromEntries(
    destinations.map((destination, n) => [
      n === 0 ? id : `${id}${n}`,
      {
        Type: 'AWS::Serverless::Connector',
        Properties: {
          Source: of(properties['Source']),
          Destination: of(destination),
          Permissions: properties['Permissions'] ?? [],
        },
      },
    ]),
  )
}
