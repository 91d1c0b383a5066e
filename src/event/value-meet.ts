import { both, numberIn } from './number-range.js'
import type { PatternField } from './pattern.js'
import type { Leaf } from './pattern-values.js'
import { type Budget, textOf } from './text-automaton.js'
import { numbersOf, textsOf } from './value-sets.js'

/** A value; null: there is none; undefined: the bound of the search was hit before that was
 * known. */
export type Met = { readonly value: Leaf } | null | undefined

type Tests = Pick<PatternField, 'tests' | 'values'>

/** Takes every value. */
export const anyValue: Tests = {
  tests: [{ isMatch: () => true }],
  values: [{ exists: true }],
}

/** A value that both fields take: one that stands in a pattern, else a text, a number, another. */
export function valueOfBoth(a: Tests, b: Tests, isText: boolean, budget: Budget): Met {
  const isMatch = (value: Leaf) =>
    [a, b].every(({ tests }) => tests.some((test) => test.isMatch(value)))
  const said = [...a.values, ...b.values].find(
    (value): value is Leaf =>
      isLeaf(value) && (!isText || typeof value === 'string') && isMatch(value),
  )
  if (said !== undefined) return { value: said }
  const text = textOfBoth(a, b, budget)
  if (typeof text === 'string') return { value: text }
  if (!isText) {
    const number = numberOfBoth(a, b)
    const other = number ?? [true, null].find((value) => isMatch(value))
    if (other !== undefined) return { value: other }
  }
  return text
}

function isLeaf(value: unknown): value is Leaf {
  return typeof value !== 'object' || value === null
}

function textOfBoth(a: Tests, b: Tests, budget: Budget): string | null | undefined {
  let isKnown = true
  const others = b.values.map(textsOf)
  for (const one of a.values.map(textsOf)) {
    for (const other of others) {
      if (!one || !other) continue
      const set = { are: [...one.are, ...other.are], areNot: [...one.areNot, ...other.areNot] }
      const text = textOf(set, budget)
      if (typeof text === 'string') return text
      isKnown &&= text === null
    }
  }
  return isKnown ? null : undefined
}

function numberOfBoth(a: Tests, b: Tests): number | undefined {
  const others = b.values.map(numbersOf)
  for (const one of a.values.map(numbersOf)) {
    for (const other of others) {
      const number = one && other ? numberIn(both(one, other)) : null
      if (number !== null) return number
    }
  }
  return undefined
}
