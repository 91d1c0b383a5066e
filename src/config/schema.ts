import * as z from 'zod'
import { EvtError } from '../errors.js'
import { parsePath } from '../event/json-path.js'
import { parsePattern } from '../event/mapping.js'
import {
  type EventRule,
  entityKind,
  type MappedField,
  mappedFields,
  ruleWords,
  saidWords,
} from '../event/rule.js'
import type { Config } from './config.js'
import { parseFlow } from './flow.js'
import { parseSlo } from './slo.js'

const unitBytes = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const

/* The second argument is for editors: what the text must look like, as far as a pattern tells. */
const path = read('a path such as $.detail.orderId', '^\\$', parsePath)
const pattern = read('a pattern of types', '^[^*]*\\*?$', (text) => {
  parsePattern(text)
  return text
})
const kind = read('a kind of entity', '^[^:]+$', entityKind)
const flow = read('a flow such as order.placed -> order.paid within 1h', '->', parseFlow)
const slo = read(
  'an objective such as 99.9% latency < 500ms over 28d',
  '% .+ over \\d+d$',
  parseSlo,
)
const size = read('a size such as 10GB', '^\\d+(\\.\\d+)? ?([KMGT]?B)?$', parseSizeBytes)
const alias = read('an alias', '^[A-Za-z][A-Za-z0-9_-]+$', aliasName)

const fieldPaths = Object.fromEntries(mappedFields.map((field) => [field, path.optional()]))

const eventRule = z
  .strictObject({
    // fromEntries forgets which keys it was given.
    ...(fieldPaths as Record<MappedField, z.ZodOptional<typeof path>>),
    entities: z.record(kind, path).optional(),
    sequencePer: z.enum(ruleWords.sequencePer).optional(),
    sequenceType: z.enum(ruleWords.sequenceType).optional(),
    state: z.enum(ruleWords.state).optional(),
  })
  .transform(({ entities, sequencePer, sequenceType, state, ...paths }): EventRule => {
    const fields: EventRule['fields'] = {}
    for (const field of mappedFields) if (paths[field]) fields[field] = paths[field]
    return {
      fields,
      entities: Object.entries(entities ?? {}).map(([kind, at]) => ({ kind, path: at })),
      ...saidWords({ sequencePer, sequenceType, state }),
    }
  })

const athena = z.strictObject({
  workgroup: z.string().optional(),
  database: z.string().optional(),
  maxScan: size.optional(),
})
const cloudwatch = z.strictObject({ namespace: z.string().optional() })
const privacy = z.strictObject({
  redact: z.array(path).optional(),
  register: z.string().min(1).optional(),
  retention: z.record(pattern, z.string().min(1)).optional(),
})
const replay = z.strictObject({ transform: z.string().min(1).optional() })
const suppression = z.strictObject({
  id: z.string().min(1),
  on: z.string().min(1),
  reason: z.string().min(1),
})
const whole = { error: 'expected a whole number above 0' }
const topology = z.strictObject({
  suppress: z.array(suppression).optional(),
  fanOut: z.int(whole).positive(whole).optional(),
})

/** evt.yaml as written. Unknown keys are errors. */
export const configSchema = z.strictObject({
  default: z.string().min(1).optional(),
  events: z.record(pattern, eventRule).optional(),
  archives: z.record(alias, z.string().min(1)).optional(),
  schemaRegistry: z.string().min(1).optional(),
  queries: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .transform((one) => [one].flat())
    .optional(),
  flows: z.record(z.string().min(1), flow).optional(),
  slo: z.record(z.string().min(1), slo).optional(),
  checks: z.array(z.string()).optional(),
  expect: z.array(z.string().min(1)).optional(),
  athena: athena
    .transform(({ maxScan, ...names }) => ({ ...names, maxScanBytes: maxScan }))
    .optional(),
  cloudwatch: cloudwatch.optional(),
  privacy: privacy.optional(),
  replay: replay.optional(),
  topology: topology.optional(),
}) satisfies z.ZodType<Omit<Config, 'file'>>

/** The keys that may stand in the mapping at a place of the file. */
export function keysAt(place: readonly PropertyKey[]): string[] {
  const [section, ...inside] = place
  if (section === undefined) return Object.keys(configSchema.shape)
  if (section === 'events') return [...mappedFields, 'entities', ...Object.keys(ruleWords)]
  if (section === 'topology' && inside[0] === 'suppress') return Object.keys(suppression.shape)
  return Object.keys(section in sections ? sections[section as keyof typeof sections] : {})
}

const sections = {
  ...{ athena: athena.shape, cloudwatch: cloudwatch.shape, privacy: privacy.shape },
  replay: replay.shape,
  topology: topology.shape,
}

/** A text that `parse` understands; its complaint becomes the issue's. */
function read<T>(expected: string, pattern: string, parse: (text: string) => T) {
  const text = z.string({ error: `expected ${expected}` }).meta({ description: expected, pattern })
  return text.transform((text, context): T => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      context.addIssue({ code: 'custom', message: error.message, params: { hint: error.hint } })
      return z.NEVER
    }
  })
}

function aliasName(text: string): string {
  if (/^[A-Za-z][\w-]+$/.test(text)) return text
  const hint = 'use two or more letters, digits, - and _, a letter first: prod, for prod:'
  throw new EvtError(`${JSON.stringify(text)} is no alias`, { code: 'usage', hint })
}

function parseSizeBytes(text: string): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?([KMGT]?B)?$/.exec(text) ?? []
  if (number === undefined) {
    const hint = 'write a number and B, KB, MB, GB or TB, as in 10GB'
    throw new EvtError(`${JSON.stringify(text)} is no size`, { code: 'usage', hint })
  }
  return Math.floor(Number(number) * unitBytes[unit as keyof typeof unitBytes])
}
