import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import type { JsonObject, JsonValue } from '../../event/event.js'
import { isMapping, section } from './parse.js'

/** A definition of a state machine has 1 MB at most. */
const MOST_BYTES = 1024 * 1024

/**
 * The template with the definitions of SAM's state machines that lie beside it, in JSON or YAML.
 * Those that are not there, or are none, are named by who reads the state machine.
 *
 * @param folder of the template
 */
export async function withDefinitions(body: JsonObject, folder: string): Promise<JsonObject> {
  const resources = section(body, 'Resources')
  const read = await Promise.all(
    Object.entries(resources).map(async ([id, resource]): Promise<[string, JsonValue]> => {
      const definition = await definitionOf(resource, folder)
      if (definition === undefined || !isMapping(resource)) return [id, resource]
      const Properties = { ...section(resource, 'Properties'), Definition: definition }
      return [id, { ...resource, Properties }]
    }),
  )
  return { ...body, Resources: Object.fromEntries(read) }
}

async function definitionOf(resource: JsonValue, folder: string): Promise<JsonValue | undefined> {
  if (!isMapping(resource) || resource['Type'] !== 'AWS::Serverless::StateMachine') return undefined
  const { DefinitionUri: uri, Definition: written } = section(resource, 'Properties')
  if (typeof uri !== 'string' || written !== undefined || /^\w+:\/\//.test(uri)) return undefined
  const file = resolve(folder, uri)
  try {
    const { size } = await stat(file)
    if (size > MOST_BYTES) return undefined
    const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '')
    const value: JsonValue = parse(text, { maxAliasCount: 1_000, logLevel: 'silent' })
    return isMapping(value) ? value : undefined
  } catch {
    return undefined
  }
}
