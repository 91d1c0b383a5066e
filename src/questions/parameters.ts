import type { BoundValue } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import { durationExamples, parseDurationUs } from '../event/duration.js'
import { suggest } from '../event/suggest.js'
import { parseTime } from '../event/time.js'

const parameterTypes = ['text', 'integer', 'number', 'boolean', 'duration', 'time'] as const
type ParameterType = (typeof parameterTypes)[number]

/** What a question is asked with: in SQL it is `$name`. */
export interface Parameter {
  readonly name: string
  /** `duration` and `time` are microseconds in SQL. */
  readonly type: ParameterType
  /** As it is typed; null where the default is NULL, undefined where there is none. */
  readonly fallback: string | null | undefined
  readonly description: string
}

/** Reads `window duration 5m: how long`, of the header of a query; the default may be `null`, or be
 * left out.
 * @throws EvtError `usage` */
export function parseParameter(text: string, path: string): Parameter {
  const pattern = /^([a-z_]\w*)\s+(\w+)(?:\s+('[^']*'|[^\s:]+))?\s*(?::\s*(.*))?$/
  const [, name, typeName, given, description = ''] = pattern.exec(text) ?? []
  const type = parameterTypes.find((known) => known === typeName)
  if (name === undefined || !type) {
    throw new EvtError(`the query ${path} has a parameter that cannot be read: ${text}`, {
      code: 'usage',
      hint: `-- param: name type default: what it is; types are ${parameterTypes.join(', ')}`,
    })
  }
  const fallback = given === 'null' ? null : given?.replace(/^'(.*)'$/, '$1')
  return { name, type, fallback, description }
}

/**
 * The values that a question is asked with.
 *
 * @param typed `name=value`, as in `--param`
 * @throws EvtError `usage` for a name that is none, a value of another type, one that is missing
 */
export function boundValues(
  parameters: readonly Parameter[],
  typed: readonly string[],
): Record<string, BoundValue> {
  const given = new Map<string, string>()
  for (const text of typed) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name === undefined || value === undefined) {
      const hint = 'write --param name=value'
      throw new EvtError(`--param ${text} is no name=value`, { code: 'usage', hint })
    }
    if (!parameters.some((parameter) => parameter.name === name)) throw unknown(name, parameters)
    given.set(name, value)
  }
  return Object.fromEntries(
    parameters.map((parameter) => {
      const { name, fallback } = parameter
      const text = given.get(name) ?? fallback
      if (text === undefined) {
        const hint = `--param ${name}=${parameter.type.toUpperCase()}: ${parameter.description}`
        throw new EvtError(`the query asks for ${name}`, { code: 'usage', hint })
      }
      return [name, text === null ? null : readValue(parameter, text)]
    }),
  )
}

function unknown(name: string, parameters: readonly Parameter[]): EvtError {
  const names = parameters.map((parameter) => parameter.name)
  const near = suggest(name, names)
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
  const hint = near === undefined ? known : `did you mean --param ${near}=…?`
  return new EvtError(`the query has no parameter ${name}`, { code: 'usage', hint })
}

const readers: Readonly<Record<ParameterType, (text: string) => BoundValue | undefined>> = {
  text: (text) => text,
  integer: (text) => {
    const value = Number(text)
    return /^-?\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined
  },
  number: (text) => {
    const [, digits, percent] = /^(-?\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
    if (digits === undefined) return undefined
    return percent === '%' ? Number(digits) / 100 : Number(digits)
  },
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  duration: parseDurationUs,
  time: (text) => {
    const read = parseTime(text)
    return read && 'timeUs' in read ? read.timeUs : undefined
  },
}

const examples: Readonly<Record<ParameterType, string>> = {
  text: 'any text',
  integer: '10',
  number: '0.5 or 50%',
  boolean: 'true or false',
  duration: durationExamples,
  time: '2026-11-01T00:00:00Z',
}

function readValue({ name, type }: Parameter, text: string): BoundValue {
  const value = readers[type](text)
  if (value !== undefined) return value
  const hint = `write ${examples[type]}`
  throw new EvtError(`${name}=${text} is no ${type}`, { code: 'usage', hint })
}
