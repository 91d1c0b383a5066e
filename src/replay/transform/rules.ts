import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import * as z from 'zod'
import { codeOf } from '../../archives/read-error.js'
import { EvtError } from '../../errors.js'
import { type JsonPath, parsePath } from '../../event/json-path.js'
import { typeMatcher } from '../../event/type-globs.js'
import { Upcast } from './expression.js'
import { type PayloadCheck, payloadCheck } from './payload-schema.js'

/** What becomes of the events of some types. */
export interface TransformRule {
  /** The glob of types that it stands under. */
  readonly types: string
  /** Whether it is for a type. */
  isFor(type: string): boolean
  readonly type: string | undefined
  readonly source: string | undefined
  readonly isNow: boolean
  readonly mask: readonly JsonPath[]
  readonly upcast: Upcast | undefined
  readonly check: PayloadCheck | undefined
}

const text = z.string().min(1)
const ruleShape = z.strictObject({
  ...{ type: text.optional(), source: text.optional(), time: z.literal('now').optional() },
  ...{ mask: z.array(text).optional(), upcast: text.optional(), schema: text.optional() },
})
const fileShape = z.record(text, ruleShape)

/**
 * The rules of a file of --transform, by glob of types, in their order. Schemas are looked for from
 * its folder on.
 *
 * @throws EvtError `usage` for whatever is wrong in it
 */
export async function readTransform(
  file: string,
  { cwd, nowMs }: { cwd: string; nowMs: () => number },
): Promise<TransformRule[]> {
  const path = resolve(cwd, file)
  const found = fileShape.safeParse(yamlOf(await textOf(path, file), file))
  if (!found.success) throw faultOf(file, found.error)
  const rules: TransformRule[] = []
  for (const [glob, { type, source, time, mask = [], upcast, schema }] of Object.entries(
    found.data,
  )) {
    const where = `${file}: ${glob}`
    const folder = dirname(path)
    rules.push({
      types: glob,
      ...{ isFor: typeMatcher([glob]), type, source, isNow: time === 'now' },
      mask: mask.map((each) => maskPath(each, where)),
      upcast: upcast === undefined ? undefined : await Upcast.of(upcast, where, nowMs),
      check: schema === undefined ? undefined : await payloadCheck(schema, { folder, where }),
    })
  }
  if (rules.length > 0) return rules
  throw new EvtError(`${file}: has no rules`, { code: 'usage', hint: exampleHint })
}

const exampleHint = "write them by type, as in order.*: { mask: ['$.detail.email'] }"

async function textOf(path: string, file: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const message = `--transform ${file} cannot be read (${codeOf(cause) ?? cause})`
    throw new EvtError(message, { code: 'usage', cause })
  })
}

function yamlOf(content: string, file: string): unknown {
  try {
    return parse(content, { logLevel: 'error' }) ?? {}
  } catch (cause) {
    const place = cause instanceof YAMLParseError ? cause.linePos?.[0].line : undefined
    const at = place === undefined ? file : `${file}:${place}`
    const what = cause instanceof Error ? cause.message.replace(/ at line \d.*$/s, '') : cause
    throw new EvtError(`${at}: is not YAML: ${what}`, { code: 'usage', cause })
  }
}

function faultOf(file: string, error: z.ZodError): EvtError {
  const [issue] = error.issues
  const where = [file, ...(issue?.path ?? [])].map(String).join(': ')
  if (issue?.code === 'unrecognized_keys') {
    const hint = `the keys here are ${Object.keys(ruleShape.shape).join(', ')}`
    return new EvtError(`${where}: unknown key ${issue.keys[0]}`, { code: 'usage', hint })
  }
  const isRule = issue?.code === 'invalid_type' && issue.expected !== 'string'
  const what =
    issue?.code === 'invalid_value'
      ? `is not one of ${issue.values.join(', ')}`
      : issue?.code === 'too_small'
        ? 'is empty'
        : `expected ${isRule ? (words[issue.expected] ?? issue.expected) : 'a text'}`
  return new EvtError(`${where}: ${what}`, { code: 'usage', hint: exampleHint })
}

const words: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
}

function maskPath(path: string, where: string): JsonPath {
  try {
    const parsed = parsePath(path)
    if (parsed.length > 0) return parsed
    throw new EvtError('$ is the document, of which nothing would be left', { code: 'usage' })
  } catch (cause) {
    if (!(cause instanceof EvtError)) throw cause
    const { message, code, hint } = cause
    throw new EvtError(`${where}: mask: ${message}`, { code, hint, cause })
  }
}
