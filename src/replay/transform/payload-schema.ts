import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ErrorObject } from 'ajv'
import { codeOf } from '../../archives/read-error.js'
import { EvtError } from '../../errors.js'
import { BoundedRegExp, SlowRegExp } from './bounded-reg-exp.js'

/** Says what is wrong with a payload, as a sentence goes on; undefined: nothing. */
export type PayloadCheck = (payload: unknown) => string | undefined

/**
 * What a JSON Schema demands: of draft 2020-12 where it says so or says nothing, else of draft 7.
 * Nothing is fetched; `format` is a remark, as the drafts have it.
 *
 * @throws EvtError `usage` where it cannot be read, or is none
 */
export async function payloadCheck(
  file: string,
  { folder, where }: { folder: string; where: string },
): Promise<PayloadCheck> {
  const refused = (what: string, cause?: unknown) =>
    new EvtError(`${where}: schema ${file} ${what}`, { code: 'usage', cause })
  const text = await readFile(resolve(folder, file), 'utf8').catch((cause: unknown) => {
    throw refused(`cannot be read (${codeOf(cause) ?? cause})`, cause)
  })
  const schema = schemaIn(text)
  if (schema === undefined) throw refused('is no JSON Schema')
  if ('$async' in schema) throw refused('has $async, for which nothing waits')
  const draft = '$schema' in schema ? String(schema.$schema) : ''
  const isDraft7 = /draft-0[4-7]/.test(draft)
  const { Ajv } = await import('ajv')
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const code = { regExp: bounded }
  const options = { strict: false, validateFormats: false, logger: false, code } as const
  try {
    const ajv = isDraft7 ? new Ajv(options) : new Ajv2020(options)
    const isValid = ajv.compile(schema)
    return (payload) => {
      try {
        return isValid(payload) ? undefined : faultOf(isValid.errors?.[0])
      } catch (error) {
        if (error instanceof SlowRegExp) return error.message
        // A schema that refers to itself goes as deep as what it is asked about.
        if (error instanceof RangeError) return 'it nests too deeply'
        throw error
      }
    }
  } catch (error) {
    throw refused(`is no JSON Schema: ${error instanceof Error ? error.message : error}`, error)
  }
}

/** The name is by which ajv writes it where it writes code. */
const bounded = Object.assign(
  (pattern: string, flags: string) => new BoundedRegExp(pattern, flags),
  { code: 'bounded' },
)

/** With the place in the schema: what is counted by reason says nothing of one event. */
function faultOf(error: ErrorObject | undefined): string {
  return error ? `${error.schemaPath} ${error.message}` : 'is not valid'
}

function schemaIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
