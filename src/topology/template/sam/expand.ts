import type { JsonObject, JsonValue } from '../../../event/event.js'
import { isMapping, section } from '../parse.js'
import { functionResources } from './function.js'
import { connectorResources, otherResources, stateMachineResources } from './others.js'
import type { SamResource } from './resource.js'

/** A transform that is expanded here, or needs no expanding. */
const known = new Set(['AWS::Serverless-2016-10-31', 'AWS::LanguageExtensions'])

/** Transforms of a template that make of it what nobody here can tell. */
export function strangeTransforms(body: JsonObject): string[] {
  return [body['Transform'] ?? []].flat().flatMap((each) => {
    const name = isMapping(each) ? each['Name'] : each
    return typeof name === 'string' && !known.has(name) ? [name] : []
  })
}

/** The template with plain resources in place of those of SAM. Those of other types stay. */
export function expandSam(body: JsonObject): JsonObject {
  const globals = section(body, 'Globals')
  const resources = new Map<string, JsonValue>()
  for (const [logicalId, raw] of Object.entries(section(body, 'Resources'))) {
    const made = isMapping(raw) ? madeOf(logicalId, raw, globals) : undefined
    for (const [id, resource] of Object.entries(made ?? { [logicalId]: raw })) {
      // What somebody wrote counts before what SAM would make.
      if (!resources.has(id)) resources.set(id, resource)
    }
  }
  return { ...body, Resources: Object.fromEntries(resources) }
}

function madeOf(id: string, raw: JsonObject, globals: JsonObject): JsonObject | undefined {
  const type = raw['Type']
  if (typeof type !== 'string' || !type.startsWith('AWS::Serverless::')) return undefined
  const kind = type.slice('AWS::Serverless::'.length)
  const own = section(raw, 'Properties')
  const properties = merged(section(globals, kind), own)
  const condition = raw['Condition']
  const made = { id, properties, connectors: section(raw, 'Connectors') }
  const resources = resourcesOf(kind, made)
  if (!resources || typeof condition !== 'string') return resources
  return Object.fromEntries(
    Object.entries(resources).map(([name, each]) => [
      name,
      isMapping(each) ? { ...each, Condition: condition } : each,
    ]),
  )
}

function resourcesOf(kind: string, resource: SamResource): JsonObject | undefined {
  const connectors = connectorResources(resource)
  switch (kind) {
    case 'Function':
      return { ...functionResources(resource), ...connectors }
    case 'StateMachine':
      return { ...stateMachineResources(resource), ...connectors }
    default: {
      const made = otherResources(kind, resource)
      return made && { ...made, ...connectors }
    }
  }
}

/** Globals below the properties: mappings go together, lists one behind the other. */
function merged(below: JsonObject, above: JsonObject): JsonObject {
  const result = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const under = result.get(key)
    if (isMapping(under) && isMapping(value) && !isFunction(value)) {
      result.set(key, merged(under, value))
    } else if (Array.isArray(under) && Array.isArray(value)) result.set(key, [...under, ...value])
    else result.set(key, value)
  }
  return Object.fromEntries(result)
}

function isFunction(value: JsonObject): boolean {
  return Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))
}
