import type { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from './event.js'
import { ipBlock, ipBytes } from './ip-address.js'
import { suggest } from './suggest.js'

/** What a pattern is about: a value that is neither an object nor a list. */
export type Leaf = string | number | boolean | null

/** What one of the values of a field may be. */
export interface ValueTest {
  isMatch(value: Leaf): boolean
  /** A text that stands in every document with a value that matches, unless it is escaped there. */
  readonly part?: string
}

/** Makes the error of a field out of what is wrong with it. */
export type Fault = (reason: string, hint?: string) => EvtError

type TextTest = (value: string) => boolean

/**
 * Reads what stands in the list of a field, `{"exists": false}` excepted: a value, or an object
 * with one operator.
 *
 * @throws EvtError of `fault`
 */
export function parseValue(value: JsonValue, fault: Fault): ValueTest {
  if (Array.isArray(value)) throw fault(`${shown(value)} is no value`, 'lists hold values')
  if (typeof value !== 'object' || value === null) return equalTo(value)
  const [name, operand] = onlyEntry(value, fault)
  const operator = operators[name]
  if (Object.hasOwn(operators, name) && operator) return operator(operand, fault)
  throw unknown(name, Object.keys(operators), fault)
}

/** Whether it is the name of an operator. */
export function isOperator(name: string): boolean {
  return Object.hasOwn(operators, name)
}

/** A value of a pattern in the words of an error. */
export function shown(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const operators: Readonly<Record<string, (operand: JsonValue, fault: Fault) => ValueTest>> = {
  exactly: (operand, fault) => itself(textOf(operand, 'exactly', fault)),
  prefix: (operand, fault) => textTest('prefix', operand, fault),
  suffix: (operand, fault) => textTest('suffix', operand, fault),
  'equals-ignore-case': (operand, fault) => textTest('equals-ignore-case', operand, fault),
  wildcard: (operand, fault) => textTest('wildcard', operand, fault),
  'anything-but': anythingBut,
  numeric: (operand, fault) => ({ isMatch: numericTest(operand, fault) }),
  cidr: cidrTest,
  exists: (operand, fault) => {
    if (operand === true) return { isMatch: () => true }
    throw fault(`exists is true or false, not ${shown(operand)}`)
  },
}

/** A text that is an IP address is equal to every way to write it. */
function equalTo(value: Leaf): ValueTest {
  const bytes = typeof value === 'string' ? ipBytes(value)?.join() : undefined
  if (bytes !== undefined) {
    return { isMatch: (other) => typeof other === 'string' && ipBytes(other)?.join() === bytes }
  }
  return itself(value)
}

function itself(value: Leaf): ValueTest {
  const isMatch = (other: Leaf) => other === value
  return typeof value === 'string' ? { isMatch, part: value } : { isMatch }
}

/** Makes tests of the texts that an operator is given. */
const texts: Readonly<Record<string, (text: string, fault: Fault) => TextTest>> = {
  prefix: (text) => (value) => value.startsWith(text),
  suffix: (text) => (value) => value.endsWith(text),
  'equals-ignore-case': (text) => {
    const pattern = new RegExp(`^${anyCase(text)}$`)
    return (value) => pattern.test(value)
  },
  wildcard: wildcardTest,
}

function textTest(name: string, operand: JsonValue, fault: Fault): ValueTest {
  if ((name === 'prefix' || name === 'suffix') && isObject(operand)) {
    return { isMatch: ofTexts(ignoringCase(name, operand, fault)) }
  }
  const text = textOf(operand, name, fault)
  const isMatch = ofTexts(madeOf(name, text, fault))
  return name === 'prefix' || name === 'suffix' ? { isMatch, part: text } : { isMatch }
}

function madeOf(name: string, text: string, fault: Fault): TextTest {
  const make = texts[name]
  if (!make) throw new Error(`${name} is no operator on texts`)
  return make(text, fault)
}

function ignoringCase(name: 'prefix' | 'suffix', operand: JsonObject, fault: Fault): TextTest {
  const [inner, text] = onlyEntry(operand, fault)
  if (inner !== 'equals-ignore-case') throw unknown(inner, ['equals-ignore-case'], fault, name)
  const cases = anyCase(textOf(text, inner, fault))
  const pattern = new RegExp(name === 'prefix' ? `^${cases}` : `${cases}$`)
  return (value) => pattern.test(value)
}

/** Character by character its upper or its lower case, as Event Ruler has it. */
function anyCase(text: string): string {
  const escaped = (part: string) => part.replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&')
  return casesOf(text)
    .map((cases) =>
      cases.length === 1 ? cases.map(escaped) : [`(?:${cases.map(escaped).join('|')})`],
    )
    .join('')
}

/** What each character may be where case does not count; one may have several in upper case. */
export function casesOf(text: string): string[][] {
  return text
    .split('')
    .map((character) => [...new Set([character.toLowerCase(), character.toUpperCase()])])
}

/** What stands between the `*` of a wildcard, and these. */
export function wildcardParts(text: string): { isAny: boolean; text: string }[] {
  return [...text.matchAll(/\*|(?:[^\\*]|\\[\\*])+/gs)].map(([part]) => {
    return { isAny: part === '*', text: part.replace(/\\(.)/gs, '$1') }
  })
}

/** `*` is any text; `\*` and `\\` are themselves. */
function wildcardTest(text: string, fault: Fault): TextTest {
  const wrong = (reason: string) => fault(`wildcard ${shown(text)} ${reason}`)
  if (/^(?:[^\\]|\\[\\*])*?\*\*/s.test(text)) throw wrong('has two * in a row')
  if (!/^(?:[^\\]|\\[\\*])*$/s.test(text)) throw wrong('has a \\ before neither * nor \\')
  const parts = wildcardParts(text)
  const pieces = parts.flatMap((part) => (part.isAny ? [] : [part.text]))
  const [isOpenAtStart, isOpenAtEnd] = [parts[0]?.isAny === true, parts.at(-1)?.isAny === true]
  if (!parts.some(({ isAny }) => isAny)) return (value) => value === (pieces[0] ?? '')
  const first = isOpenAtStart ? '' : (pieces.shift() ?? '')
  const last = isOpenAtEnd ? '' : (pieces.pop() ?? '')
  return (value) => {
    if (value.length < first.length + last.length) return false
    if (!value.startsWith(first) || !value.endsWith(last)) return false
    const end = value.length - last.length
    let at = first.length
    for (const piece of pieces) {
      const found = value.indexOf(piece, at)
      if (found < 0 || found + piece.length > end) return false
      at = found + piece.length
    }
    return true
  }
}

/** Values of other types are something else, too. */
function anythingBut(operand: JsonValue, fault: Fault): ValueTest {
  if (isObject(operand)) {
    const [name, inner] = onlyEntry(operand, fault)
    if (!Object.hasOwn(texts, name)) throw unknown(name, Object.keys(texts), fault, 'anything-but')
    const tests = listOf(inner, `anything-but ${name}`, fault).map((entry) => {
      const text = textOf(entry, name, fault)
      if (text === '' && name !== 'equals-ignore-case' && name !== 'wildcard') {
        throw fault(`anything-but ${name} takes a text that is not empty`)
      }
      return ofTexts(madeOf(name, text, fault))
    })
    return { isMatch: (value) => !tests.some((test) => test(value)) }
  }
  const values = listOf(operand, 'anything-but', fault)
  const types = new Set(values.map((value) => typeof value))
  const isOne = types.size === 1 && (types.has('string') || types.has('number'))
  if (!isOne) throw fault(`anything-but takes texts or numbers, not ${shown(operand)}`)
  return { isMatch: (value) => !values.includes(value) }
}

const comparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
}

/** `["=", 5]`, one bound, or a lower and an upper bound in this order. */
function numericTest(operand: JsonValue, fault: Fault): (value: Leaf) => boolean {
  const hint = 'write {"numeric": [">", 0, "<=", 5]}'
  const wrong = () => fault(`numeric takes comparisons, not ${shown(operand)}`, hint)
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) throw wrong()
  const [first, low, second, high] = operand
  const bounds =
    operand.length === 2
      ? [[first, low]]
      : [
          [first, low],
          [second, high],
        ]
  const tests = bounds.map(([sign, limit]) => {
    const compare = typeof sign === 'string' && Object.hasOwn(comparisons, sign)
    if (!compare || typeof limit !== 'number') throw wrong()
    return (value: number) => comparisons[sign]?.(value, limit) === true
  })
  if (bounds.length === 2) {
    const isRange = /^>=?$/.test(String(first)) && /^<=?$/.test(String(second))
    if (!isRange || Number(low) >= Number(high)) throw wrong()
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value))
}

function cidrTest(operand: JsonValue, fault: Fault): ValueTest {
  const isInside = typeof operand === 'string' ? ipBlock(operand) : undefined
  if (isInside) return { isMatch: ofTexts(isInside) }
  throw fault(`cidr takes a block of addresses, not ${shown(operand)}`, 'write 10.0.0.0/24')
}

function ofTexts(test: TextTest): (value: Leaf) => boolean {
  return (value) => typeof value === 'string' && test(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: JsonValue | undefined, name: string, fault: Fault): string {
  if (typeof value === 'string') return value
  throw fault(`${name} takes a text, not ${shown(value ?? null)}`)
}

function listOf(value: JsonValue, name: string, fault: Fault): JsonValue[] {
  const values = Array.isArray(value) ? value : [value]
  if (values.length === 0) throw fault(`${name} has an empty list`)
  return values
}

function onlyEntry(value: JsonObject, fault: Fault): [string, JsonValue] {
  const [entry, ...others] = Object.entries(value)
  if (entry && others.length === 0) return entry
  const hint = 'write [{"prefix": "a"}, {"suffix": "z"}]: one of them has to match'
  throw fault(`${shown(value)} is not one operator`, hint)
}

function unknown(name: string, known: readonly string[], fault: Fault, within = ''): EvtError {
  const near = suggest(name, known)
  const what = within === '' ? `unknown operator ${name}` : `unknown operator ${name} in ${within}`
  return fault(what, near ? `did you mean ${near}?` : `operators are ${known.join(', ')}`)
}
