import type { JsonObject, JsonValue } from '../../../event/event.js'
import { isMapping, section } from '../parse.js'
import { eventResources } from './events.js'
import { policiesOf } from './policies.js'
import type { SamResource } from './resource.js'

/** A function of SAM: itself, its role, what invokes it and where its results go. */
export function functionResources({ id, properties }: SamResource): JsonObject {
  const { Role: role, Policies: policies, DeadLetterQueue: dlq, ...rest } = properties
  const roleId = `${id}Role`
  const resources: Record<string, JsonValue> = {
    [id]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...plain(rest),
        Role: role ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
        ...(isMapping(dlq) && { DeadLetterConfig: { TargetArn: dlq['TargetArn'] ?? null } }),
      },
    },
  }
  if (role === undefined) {
    resources[roleId] = {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: policiesOf(policies) },
    }
  }
  const alias = properties['AutoPublishAlias']
  if (alias !== undefined) {
    const of = { FunctionName: { Ref: id } }
    if (typeof alias === 'string') {
      resources[`${id}Alias${alias}`] = { Type: 'AWS::Lambda::Alias', Properties: of }
    }
  }
  Object.assign(resources, invokeConfig(id, section(properties, 'EventInvokeConfig')))
  if (properties['FunctionUrlConfig'] !== undefined) {
    const url = { TargetFunctionArn: { Ref: id }, ...section(properties, 'FunctionUrlConfig') }
    resources[`${id}Url`] = { Type: 'AWS::Lambda::Url', Properties: url }
  }
  const target = { id, arn: { 'Fn::GetAtt': [id, 'Arn'] }, isFunction: true }
  for (const [name, event] of Object.entries(section(properties, 'Events'))) {
    if (isMapping(event)) Object.assign(resources, eventResources(name, event, target))
  }
  return resources
}

function plain(properties: JsonObject): JsonObject {
  const { Events: _, EventInvokeConfig: __, FunctionUrlConfig: ___, ...rest } = properties
  return rest
}

function invokeConfig(id: string, config: JsonObject): JsonObject {
  const destinations = section(config, 'DestinationConfig')
  if (Object.keys(config).length === 0) return {}
  const made: Record<string, JsonValue> = {}
  const written: Record<string, JsonValue> = {}
  for (const when of ['OnSuccess', 'OnFailure']) {
    const destination = destinations[when]
    if (!isMapping(destination)) continue
    const { Destination: arn, Type: type } = destination
    if (arn !== undefined) written[when] = { Destination: arn }
    else if (type === 'SQS' || type === 'SNS') {
      const name = `${id}EventInvokeConfig${when}${type === 'SQS' ? 'Queue' : 'Topic'}`
      made[name] = { Type: type === 'SQS' ? 'AWS::SQS::Queue' : 'AWS::SNS::Topic' }
      written[when] = {
        Destination: type === 'SQS' ? { 'Fn::GetAtt': [name, 'Arn'] } : { Ref: name },
      }
    }
  }
  return {
    ...made,
    [`${id}EventInvokeConfig`]: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { ...config, FunctionName: { Ref: id }, DestinationConfig: written },
    },
  }
}
