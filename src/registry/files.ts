import { open, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Found } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'

export interface SchemaText {
  text: string
  /** Schemas that it names, each after those that it names itself. */
  references?: readonly string[] | undefined
}

/** @param id digits, or a UUID in lower case */
export type FindSchema = (id: string) => Promise<Found<SchemaText>>

/** Of one schema, or of a map of them. */
export const MOST_SCHEMA_BYTES = 16 * 1024 * 1024

/** @throws EvtError `usage` where there is neither a folder nor a map of schemas */
export async function folderOrFile(place: string, cwd: string): Promise<FindSchema> {
  const path = resolve(cwd, place)
  const found = await stat(path).catch((cause: unknown) => {
    throw unusable(place, codeOf(cause) === 'ENOENT' ? 'is not there' : 'cannot be read', cause)
  })
  if (found.isDirectory()) return (id) => schemaFile(join(path, `${id}.avsc`), place, id)
  if (!found.isFile()) throw unusable(place, 'is neither a folder nor a file')
  if (found.size > MOST_SCHEMA_BYTES) throw unusable(place, 'is too large')
  return schemaMap(place, await readFile(path, 'utf8'))
}

async function schemaFile(path: string, place: string, id: string): Promise<Found<SchemaText>> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      if (size > MOST_SCHEMA_BYTES) return { ok: false, detail: 'is too large for a schema' }
      return { ok: true, value: { text: await file.readFile('utf8') } }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    const detail = code === 'ENOENT' ? `is not in ${place}` : `cannot be read (${code})`
    return { ok: false, detail: code === 'ENOENT' ? `${detail}: ${id}.avsc would be it` : detail }
  }
}

/** `{"7": SCHEMA, "<uuid>": SCHEMA}`, where a schema is JSON or its text. */
function schemaMap(place: string, text: string): FindSchema {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    throw unusable(place, 'is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unusable(place, 'is no JSON object of schemas by their ids')
  }
  const schemas = new Map(
    Object.entries(value).map(([id, schema]) => [id.toLowerCase(), schema as unknown]),
  )
  return async (id) => {
    const schema = schemas.get(id)
    if (schema === undefined) return { ok: false, detail: `is not in ${place}` }
    return { ok: true, value: { text: textOf(schema) } }
  }
}

function textOf(schema: unknown): string {
  if (typeof schema !== 'string') return JSON.stringify(schema)
  return /^\s*[[{"]/.test(schema) ? schema : JSON.stringify(schema)
}

function unusable(place: string, what: string, cause?: unknown): EvtError {
  return new EvtError(`--schema-registry ${place} ${what}`, {
    code: 'usage',
    hint: 'name a folder of <id>.avsc, a JSON file of schemas by id, or the URL of a registry',
    cause,
  })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
