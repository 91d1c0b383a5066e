import * as z from 'zod'
import { configSchema } from './schema.js'

/**
 * The JSON Schema of evt.yaml, for editors: what `parseConfig` takes, as far as a schema can tell.
 * Draft 7, which YAML editors know best; without an address of its own, since nothing is to be
 * fetched.
 */
function configJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
  return {
    $schema,
    title: 'evt.yaml',
    description: 'What the fields of events mean, and which archives there are, for evt.',
    ...schema,
  }
}

/** As it is printed and shipped, with its last line end. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`
}
