import type { JsonValue } from './event.js'
import { ipBytes } from './ip-address.js'
import { blockTexts, ipTexts } from './ip-texts.js'
import { anyNumber, type NumberRange, rangeOf } from './number-range.js'
import { casesOf, wildcardParts } from './pattern-values.js'
import { ANYTHING, TextAutomaton, type TextPart, type TextSet } from './text-automaton.js'

const everyText: TextSet = { are: [], areNot: [] }

/** The texts that one value of a field's list takes; null: none. */
export function textsOf(value: JsonValue): TextSet | null {
  if (typeof value === 'string') {
    const address = ipBytes(value)
    return address ? ipTexts(address) : only(automatonOf('exactly', value))
  }
  if (typeof value !== 'object' || value === null) return null
  const [operator, operand] = operatorOf(value)
  if (operator === 'exists') return everyText
  if (operator === 'numeric') return null
  if (operator === 'cidr') return blockTexts(String(operand))
  if (operator === 'anything-but') return textsBut(operand)
  if (typeof operand === 'object' && operand !== null) {
    const [, text] = operatorOf(operand)
    return only(new TextAutomaton(partsOf(operator, caseless(String(text)))))
  }
  return only(automatonOf(operator, String(operand)))
}

/** The numbers that one value of a field's list takes; null: none. */
export function numbersOf(value: JsonValue): NumberRange | null {
  if (typeof value === 'number') return { least: value, greatest: value, except: [] }
  if (typeof value !== 'object' || value === null) return null
  const [operator, operand] = operatorOf(value)
  if (operator === 'exists') return anyNumber
  if (operator === 'numeric') return rangeOf(operand as (string | number)[])
  if (operator !== 'anything-but') return null
  const except = [operand].flat().filter((each) => typeof each === 'number')
  return { ...anyNumber, except }
}

/** Of an operator within anything-but each text counts, of a list each value. */
function textsBut(operand: JsonValue): TextSet {
  const isNested = typeof operand === 'object' && operand !== null && !Array.isArray(operand)
  const [operator, inner] = isNested ? operatorOf(operand) : ['exactly', operand]
  const texts = [inner].flat().filter((each) => typeof each === 'string')
  return { are: [], areNot: texts.map((text) => automatonOf(operator, text)) }
}

function operatorOf(value: JsonValue): [string, JsonValue] {
  return Object.entries(value ?? {})[0] ?? ['', null]
}

function only(automaton: TextAutomaton): TextSet {
  return { are: [automaton], areNot: [] }
}

function automatonOf(operator: string, text: string): TextAutomaton {
  if (operator === 'wildcard') {
    const parts = wildcardParts(text)
    return new TextAutomaton(
      parts.flatMap((part) => (part.isAny ? [ANYTHING] : exactly(part.text))),
    )
  }
  const isCaseless = operator === 'equals-ignore-case'
  return new TextAutomaton(partsOf(operator, isCaseless ? caseless(text) : exactly(text)))
}

function partsOf(operator: string, parts: readonly TextPart[]): readonly TextPart[] {
  if (operator === 'prefix') return [...parts, ANYTHING]
  return operator === 'suffix' ? [ANYTHING, ...parts] : parts
}

function exactly(text: string): TextPart[] {
  return text.split('').map((character) => [[character]])
}

function caseless(text: string): TextPart[] {
  return casesOf(text).map((cases) => cases.map((one) => one.split('')))
}
