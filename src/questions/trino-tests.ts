import type { JsonObject, JsonValue } from '../event/event.js'
import { ipBytes } from '../event/ip-address.js'
import { casesOf, wildcardParts } from '../event/pattern-values.js'
import { trinoText } from './trino-places.js'

/**
 * What stands in the list of a field of a pattern, which was read before, as a condition of Trino's
 * SQL; NULL where it is not sure. Undefined where any value will do.
 *
 * @param json the name of one value as JSON
 */
export function trinoTests(values: readonly JsonValue[], json: string): string | undefined {
  const value = new TrinoValue(json)
  const tests = values.map((each) => testOf(each, value))
  if (tests.includes(ANY)) return undefined
  return `CASE WHEN ${value.isOtherNumber} THEN NULL ELSE ${tests.join(' OR ')} END`
}

/** Of `exists`. */
const ANY = 'true'

class TrinoValue {
  readonly isText: string
  readonly isNumber: string
  readonly text: string
  readonly number: string
  /** Numbers that evt may take for texts, or that can be written in several ways. */
  readonly isOtherNumber: string

  constructor(readonly json: string) {
    this.isText = `starts_with(${json}, '"')`
    this.isNumber = `regexp_like(${json}, '\\A[-0-9]')`
    this.text = `json_extract_scalar(${json}, '$')`
    this.number = `try_cast(${json} AS double)`
    const isPlain = `regexp_like(${json}, '\\A-?[0-9]{1,15}(\\.[0-9]+)?\\z')`
    this.isOtherNumber = `${this.isNumber} AND NOT ${isPlain}`
  }

  ofText(condition: string): string {
    return `CASE WHEN ${this.isText} THEN ${condition} ELSE false END`
  }

  ofNumber(conditions: readonly string[]): string {
    return `CASE WHEN ${this.isNumber} THEN ${conditions.join(' AND ')} ELSE false END`
  }
}

function testOf(value: JsonValue, of: TrinoValue): string {
  if (typeof value === 'string') return isAddress(value, of) ?? equal(value, of)
  if (!isObject(value)) return equal(value, of)
  const [[name = '', operand = null] = []] = Object.entries(value)
  switch (name) {
    case 'exists':
      return ANY
    case 'anything-but':
      return `NOT (${butFor(operand, of)})`
    case 'numeric':
      return numeric(operand, of)
    case 'cidr':
      return isInside(String(operand), of)
    case 'exactly':
      return equal(String(operand), of)
    default:
      return isObject(operand)
        ? of.ofText(textTest(name, String(operand['equals-ignore-case']), of.text, true))
        : of.ofText(textTest(name, String(operand), of.text))
  }
}

function butFor(operand: JsonValue, of: TrinoValue): string {
  const listed = (value: JsonValue | undefined): readonly JsonValue[] =>
    Array.isArray(value) ? value : [value ?? null]
  if (!isObject(operand))
    return listed(operand)
      .map((each) => equal(each, of))
      .join(' OR ')
  const [[name = '', inner] = []] = Object.entries(operand)
  return listed(inner)
    .map((each) => of.ofText(textTest(name, String(each), of.text)))
    .join(' OR ')
}

function equal(value: JsonValue, of: TrinoValue): string {
  if (typeof value === 'string') return of.ofText(`${of.text} = ${trinoText(value)}`)
  if (typeof value === 'number') return of.ofNumber([`${of.number} = DOUBLE '${value}'`])
  return `${of.json} = '${String(value)}'`
}

function numeric(operand: JsonValue, of: TrinoValue): string {
  const parts = Array.isArray(operand) ? operand.map(String) : []
  const bounds = parts.flatMap((sign, n) =>
    n % 2 === 0 ? [`${of.number} ${sign} DOUBLE '${parts[n + 1] ?? ''}'`] : [],
  )
  return of.ofNumber(bounds)
}

function textTest(name: string, text: string, value: string, isAnyCase = false): string {
  const [start, end] = [name === 'suffix' ? '' : '\\A', name === 'prefix' ? '' : '\\z']
  if (isAnyCase || name === 'equals-ignore-case') {
    return `regexp_like(${value}, ${trinoText(`${start}${anyCase(text)}${end}`)})`
  }
  if (name === 'prefix') return `starts_with(${value}, ${trinoText(text)})`
  if (name === 'wildcard') {
    const like = wildcardParts(text).map((part) => (part.isAny ? '%' : likeText(part.text)))
    return `${value} LIKE ${trinoText(like.join(''))} ESCAPE '\\'`
  }
  return `${value} LIKE ${trinoText(`%${likeText(text)}`)} ESCAPE '\\'`
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** Character by character, as the matcher has it. */
function anyCase(text: string): string {
  const escaped = (part: string) => part.replace(/[\\^$.|?*+()[\]{}/#&~-]/g, '\\$&')
  return casesOf(text)
    .map((cases) => (cases.length === 1 ? escaped(cases[0] ?? '') : oneOf(cases.map(escaped))))
    .join('')
}

function oneOf(texts: readonly string[]): string {
  return `(?:${texts.join('|')})`
}

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const plainAddress = `'\\A(${octet}\\.){3}${octet}\\z'`
/** What may be an address in another way: with more zeros, or as IPv6. */
const otherAddress = `'\\A([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)\\z'`
const sixAddress = `'\\A[0-9a-fA-F:]*:[0-9a-fA-F:]*\\z'`

/** Equal to an address, however it is written; undefined where the text is none. */
function isAddress(text: string, of: TrinoValue): string | undefined {
  const bytes = ipBytes(text)
  if (!bytes) return undefined
  return bytes.length === 4 ? ofFour(`${of.text} = '${bytes.join('.')}'`, of) : ofSix(text, of)
}

function ofFour(condition: string, of: TrinoValue): string {
  return of.ofText(
    `CASE WHEN regexp_like(${of.text}, ${plainAddress}) THEN ${condition} ` +
      `WHEN regexp_like(${of.text}, ${otherAddress}) THEN NULL ELSE false END`,
  )
}

function ofSix(same: string, of: TrinoValue): string {
  return of.ofText(
    `CASE WHEN ${of.text} = ${trinoText(same)} THEN true ` +
      `WHEN regexp_like(${of.text}, ${sixAddress}) THEN NULL ELSE false END`,
  )
}

/** Inside of a block of addresses. */
function isInside(block: string, of: TrinoValue): string {
  const [base = '', bits = '0'] = block.split('/')
  const bytes = ipBytes(base) ?? []
  // No address is written as a block is.
  if (bytes.length !== 4) return ofSix(block, of)
  const size = 2 ** (32 - Number(bits))
  const first = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const low = first - (first % size)
  const parts = [1, 2, 3, 4].map((n) => {
    const part = `try_cast(split_part(${of.text}, '.', ${n}) AS bigint)`
    return `${part} * ${256 ** (4 - n)}`
  })
  return ofFour(`${parts.join(' + ')} BETWEEN ${low} AND ${low + size - 1}`, of)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
