import {
  type Fault,
  type FieldPair,
  faultOf,
  type GivenValue,
  listPlaceOf,
  type Made,
  mayLack,
  type Values,
} from './field-pairs.js'

/** So many choices are tried of what is first in an element. */
const MOST_CHOICES = 10_000

/**
 * Two alternatives on one event in which lists may stand wherever EventBridge lets them: a field
 * may have a value for each, and what they are in may be a list of two elements, one for each.
 */
export function meetInLists(fields: readonly FieldPair[], values: Values): Made | Fault {
  const groups = new Map<string | null, FieldPair[]>()
  for (const field of fields) {
    const place = listPlaceOf(field.name)
    groups.set(place, [...(groups.get(place) ?? []), field])
  }
  return together(
    [...groups].map(([place, group]) => {
      const plain = plainly(group, values)
      return 'reason' in plain && place !== null ? listed(place, group, values) : plain
    }),
  )
}

/** Without lists: a field has one value, or none, and nothing is within what has a value. */
export function plainly(fields: readonly FieldPair[], values: Values): Made | Fault {
  const made = together(
    fields.map((field) => {
      if (mayLack(field.a) && mayLack(field.b)) return nothing
      const met = values.ofBoth(field)
      return met ? madeOf(field, met.value) : faultOf(field, met)
    }),
  )
  const [name] = 'reason' in made ? [] : valuesAround(made)
  return name === undefined
    ? made
    : { name, reason: 'it is a value and an object', isUnknown: false }
}

/** Names of values that others are within: only a list is both, a value and an object. */
function valuesAround({ given }: Made): string[] {
  const names = new Set(given.map(({ name }) => name))
  const outer = [...names].flatMap((name) => {
    const keys = name.split('.')
    return keys.slice(1).map((_, n) => keys.slice(0, n + 1).join('.'))
  })
  return [...new Set(outer)].filter((name) => names.has(name))
}

const nothing: Made = { given: [], lists: [] }

function madeOf({ name }: FieldPair, value: GivenValue['value']): Made {
  return { given: [{ name, value }], lists: [] }
}

/** All of them; else what is wrong, for certain if any is. */
function together(parts: readonly (Made | Fault)[]): Made | Fault {
  const faults = parts.filter((part) => 'reason' in part)
  const fault = faults.find(({ isUnknown }) => !isUnknown) ?? faults[0]
  if (fault) return fault
  const made = parts.filter((part) => 'given' in part)
  return {
    given: made.flatMap(({ given }) => given),
    lists: made.flatMap(({ lists }) => lists),
  }
}

function listed(place: string, fields: readonly FieldPair[], values: Values): Made | Fault {
  const side = together(fields.map((field) => sideBySide(field, values)))
  if ('reason' in side) return inElements(place, fields, values) ?? side
  return { ...side, lists: [...new Set([...side.lists, ...valuesAround(side)])] }
}

/** A field that has no value for both has one for each. */
function sideBySide(field: FieldPair, values: Values): Made | Fault {
  const { name, a, b } = field
  if (mayLack(a) && mayLack(b)) return nothing
  const met = values.ofBoth(field)
  if (met) return madeOf(field, met.value)
  const [one, other] = values.ofEach(field)
  if (one === null || other === null) return faultOf(field, null)
  if (!one || !other || !a || !b) return faultOf(field, met)
  const given = [one, other].map(({ value }) => ({ name, value }))
  return { given, lists: [name] }
}

/**
 * What is in one element is absent from the other: for a pattern that has chosen a value of its own
 * element before, by the order of names. So what matters is the first field that each chooses.
 */
function inElements(
  place: string,
  fields: readonly FieldPair[],
  values: Values,
): Made | Fault | undefined {
  const firsts = (side: 'a' | 'b') => [
    undefined,
    ...fields.flatMap(({ name, [side]: field }) => (field ? [name] : [])),
  ]
  const isOpen = fields.find((field) => values.ofEach(field).includes(undefined))
  if (isOpen) return faultOf(isOpen, undefined)
  let tried = 0
  for (const firstOfA of firsts('a')) {
    for (const firstOfB of firsts('b')) {
      if (tried === MOST_CHOICES) return tooMany(place)
      tried += 1
      const given = chosen(fields, values, { a: firstOfA, b: firstOfB })
      if (given) return { given, lists: [place] }
    }
  }
  return undefined
}

function tooMany(name: string): Fault {
  const reason = `${MOST_CHOICES.toLocaleString('en')} choices of elements were tried`
  return { name, reason, isUnknown: true }
}

interface Firsts {
  readonly a: string | undefined
  readonly b: string | undefined
}

/** The values of both elements; undefined where some field cannot be as it has to. */
function chosen(
  fields: readonly FieldPair[],
  values: Values,
  firsts: Firsts,
): GivenValue[] | undefined {
  const given: GivenValue[] = []
  for (const field of fields) {
    const made = choices(field, firsts).find((choice) => isPossible(field, choice, firsts, values))
    if (!made) return undefined
    const [one, other] = values.ofEach(field)
    const { name } = field
    if (made.a && one) given.push({ name, value: one.value, element: 0 })
    if (made.b && other) given.push({ name, value: other.value, element: 1 })
  }
  return given
}

/** Whether the one has a value of the field, and whether the other has: the least first. */
function choices({ name }: FieldPair, firsts: Firsts): { a: boolean; b: boolean }[] {
  const of = (first: string | undefined) => {
    if (first === undefined || name < first) return [false]
    return name === first ? [true] : [false, true]
  }
  return of(firsts.a).flatMap((a) => of(firsts.b).map((b) => ({ a, b })))
}

function isPossible(
  field: FieldPair,
  choice: { a: boolean; b: boolean },
  firsts: Firsts,
  values: Values,
): boolean {
  const [ofA, ofB] = values.ofEach(field)
  const isFine = (side: 'a' | 'b', other: 'a' | 'b', met: unknown) => {
    const first = firsts[side]
    if (choice[side]) return field[side] !== undefined && Boolean(met)
    if (!mayLack(field[side])) return false
    if (!choice[other] || !field[side]) return true
    return first !== undefined && first < field.name
  }
  return isFine('a', 'b', ofA) && isFine('b', 'a', ofB)
}
