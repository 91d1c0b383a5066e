import type { Found } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { type FindSchema, MOST_SCHEMA_BYTES } from './files.js'

const TIMEOUT_MS = 10_000
const ATTEMPTS = 3
const MOST_REFERENCES = 100
const MOST_DEPTH = 16

export interface HttpOptions {
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

interface Answer {
  status: number
  text: string
}

/**
 * Confluent's HTTP API: `GET /schemas/ids/{id}`, and `GET /subjects/{name}/versions/{n}` for what a
 * schema refers to. `EVT_SCHEMA_REGISTRY_AUTH` is `user:password`.
 *
 * @throws EvtError `usage` for a URL that is none or holds a password; when schemas are asked for,
 * `outside` where the registry does not answer or wants another user
 */
export function httpRegistry(place: string, { env, signal }: HttpOptions): FindSchema {
  const base = baseOf(place)
  const auth = env['EVT_SCHEMA_REGISTRY_AUTH']
  const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json' }
  if (auth) headers['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`
  const get = (path: string) => answerOf(`${base}${path}`, { headers, base, signal })
  return async (id) => {
    if (!/^\d+$/.test(id)) {
      return {
        ok: false,
        detail: `is one of Glue, which ${base} is not asked for: save it as a file`,
      }
    }
    const found = schemaIn(await get(`/schemas/ids/${id}`), base)
    if (!found.ok) return found
    const references: string[] = []
    const missing = await collect(found.value.references, references, get)
    if (missing) return { ok: false, detail: missing }
    return { ok: true, value: { text: found.value.text, references } }
  }
}

function baseOf(place: string): string {
  if (!URL.canParse(place)) {
    throw new EvtError(`--schema-registry ${place} is no URL`, { code: 'usage' })
  }
  const { username, password } = new URL(place)
  if (username || password) {
    throw new EvtError('--schema-registry has a user in its URL', {
      code: 'usage',
      hint: 'set EVT_SCHEMA_REGISTRY_AUTH to user:password: arguments are seen by others',
    })
  }
  return place.replace(/\/+$/, '')
}

interface Reference {
  subject: string
  version: number
}

/** Adds what schemas refer to, the innermost first.
 * @returns why it cannot; undefined where it can */
async function collect(
  wanted: readonly Reference[],
  into: string[],
  get: (path: string) => Promise<Answer>,
  depth = 0,
): Promise<string | undefined> {
  for (const { subject, version } of wanted) {
    if (into.length >= MOST_REFERENCES || depth >= MOST_DEPTH) return 'refers to too many others'
    const name = `${subject} version ${version}`
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
    const found = schemaIn(await get(path), 'its registry')
    if (!found.ok) return `refers to ${name}, which ${found.detail}`
    const missing = await collect(found.value.references, into, get, depth + 1)
    if (missing) return missing
    if (!into.includes(found.value.text)) into.push(found.value.text)
  }
  return undefined
}

function schemaIn(
  { status, text }: Answer,
  base: string,
): Found<{ text: string; references: Reference[] }> {
  if (status === 404) return { ok: false, detail: `is not in ${base}` }
  if (status === 0) return { ok: false, detail: 'was not fetched: evt was interrupted' }
  const value = parsed(text)
  if (typeof value?.['schema'] !== 'string') {
    return { ok: false, detail: `is answered by ${base} with what is no schema` }
  }
  const kind = value['schemaType'] ?? 'AVRO'
  if (kind !== 'AVRO') {
    const shown = String(kind).slice(0, 20)
    return { ok: false, detail: `is of the kind ${shown}, and the data are no JSON` }
  }
  const references = Array.isArray(value['references'])
    ? value['references'].filter(isReference)
    : []
  return { ok: true, value: { text: value['schema'], references } }
}

function isReference(value: unknown): value is Reference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'subject' in value &&
    typeof value.subject === 'string' &&
    'version' in value &&
    Number.isInteger(value.version)
  )
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null
    return isObject ? (value as Record<string, unknown>) : undefined // of JSON
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

interface Asking {
  headers: Record<string, string>
  base: string
  signal: AbortSignal
}

/** What is answered with 200 or 404; what may pass is asked for again. */
async function answerOf(url: string, asking: Asking, attempt = 1): Promise<Answer> {
  const { headers, base, signal } = asking
  let problem: string
  let cause: unknown
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const response = await fetch(url, { headers, signal: within })
    const { status } = response
    if (status === 200 || status === 404) return { status, text: await textOf(response) }
    if (status === 401 || status === 403) throw refused(base, status)
    problem = `answers with status ${status}`
  } catch (error) {
    if (error instanceof EvtError) throw error
    if (signal.aborted) return { status: 0, text: '' }
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    problem = isLate ? `does not answer within ${TIMEOUT_MS / 1000} s` : 'cannot be reached'
    cause = error
  }
  if (attempt < ATTEMPTS) return answerOf(url, asking, attempt + 1)
  throw new EvtError(`the schema registry ${base} ${problem}`, { code: 'outside', cause })
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    bytes += next.value.length
    if (bytes > MOST_SCHEMA_BYTES) {
      await reader?.cancel()
      return ''
    }
    parts.push(next.value)
  }
  return Buffer.concat(parts).toString('utf8')
}

function refused(base: string, status: number): EvtError {
  return new EvtError(`the schema registry ${base} refuses access (${status})`, {
    code: 'outside',
    hint: 'EVT_SCHEMA_REGISTRY_AUTH=user:password is sent to it',
  })
}
