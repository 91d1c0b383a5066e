import { compileAvro } from '../avro/schema.js'
import { AvroFault } from '../avro/tap.js'
import { Missing } from '../envelopes/missing.js'
import type { Found, Schemas } from '../envelopes/outside.js'
import { folderOrFile, type SchemaText } from './files.js'
import { type HttpOptions, httpRegistry } from './http.js'

export interface RegistryOptions extends HttpOptions {
  /** Paths start here. */
  cwd: string
}

/** Each costs a look, and what is no schema at all may name any. */
const MOST_UNKNOWN = 1_000

/**
 * The schemas of a registry by their ids: of Confluent's HTTP API, of a folder with a file
 * `<id>.avsc` for each, or of a JSON file that maps ids to schemas. Each is looked up once, when it
 * is first needed.
 *
 * @throws EvtError `usage` for a path that is not there or a file that is no such map; while
 * schemas are fetched `outside`, where a registry does not answer
 */
export async function openRegistry(place: string, options: RegistryOptions): Promise<Schemas> {
  const find = /^https?:\/\//i.test(place)
    ? httpRegistry(place, options)
    : await folderOrFile(place, options.cwd)
  const known = new Map<string, Found<ReturnType<typeof compileAvro>>>()
  let unknown = 0
  return {
    reader(id) {
      const found = known.get(id)
      if (found) return found
      if (unknown >= MOST_UNKNOWN) {
        const others = MOST_UNKNOWN.toLocaleString('en')
        return { ok: false, detail: `was not looked for, after ${others} others were not found` }
      }
      throw new Missing(async () => {
        const reader = compiled(await find(id))
        if (!reader.ok) unknown += 1
        known.set(id, reader)
      })
    },
  }
}

function compiled(found: Found<SchemaText>) {
  if (!found.ok) return found
  try {
    const { text, references = [] } = found.value
    return { ok: true as const, value: compileAvro(text, references) }
  } catch (error) {
    if (!(error instanceof AvroFault)) throw error
    return { ok: false as const, detail: 'is no readable Avro schema' }
  }
}
