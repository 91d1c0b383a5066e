import type { EventPattern, PatternField } from './pattern.js'
import { shown } from './pattern-values.js'
import { anyValue, type Met, valueOfBoth } from './value-meet.js'

/** What two patterns say of one field; undefined: nothing. */
export interface FieldPair {
  readonly name: string
  readonly a: PatternField | undefined
  readonly b: PatternField | undefined
}

/** A value that an event is to have. */
export interface GivenValue {
  readonly name: string
  readonly value: Exclude<Met, null | undefined>['value']
  /** In which element, where the object that it is in has to be a list of two. */
  readonly element?: 0 | 1
}

/** What an event has to have so that two alternatives match it. */
export interface Made {
  readonly given: readonly GivenValue[]
  /** What is a list because they match only then. */
  readonly lists: readonly string[]
}

/** Why two alternatives do not match one event. */
export interface Fault {
  readonly name: string
  readonly reason: string
  readonly isUnknown: boolean
}

/** Of EventBridge's events these are one text each, and never lists. */
const texts = new Set([
  ...['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'replay-name'],
])
const OBJECT = 'detail'

/** So many beginnings of texts are looked at for two patterns before the search is given up. */
const MOST_TEXTS = 30_000

type Fields = EventPattern[number]

/** Of two alternatives all fields, by their names, sorted as the matcher sorts them. */
export function pairsOf(a: Fields, b: Fields): FieldPair[] {
  const byName = (fields: Fields) => new Map(fields.map((field) => [field.name, field]))
  const [ofA, ofB] = [byName(a), byName(b)]
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])]
  names.sort((one, other) => (one < other ? -1 : 1))
  return names.map((name) => ({ name, a: ofA.get(name), b: ofB.get(name) }))
}

/** The outermost name at which a list may stand that the field is in; null: nowhere. */
export function listPlaceOf(name: string): string | null {
  const [first = '', second] = name.split('.', 2)
  if (texts.has(first)) return null
  return first === OBJECT ? `${first}.${second}` : first
}

/** Values of fields, each looked for once. */
export class Values {
  private readonly budget = { left: MOST_TEXTS }
  private readonly known = new Map<PatternField | undefined, Map<PatternField | undefined, Met>>()

  /** A value that both patterns take. */
  ofBoth({ name, a, b }: FieldPair): Met {
    const ofA = this.known.get(a) ?? new Map<PatternField | undefined, Met>()
    this.known.set(a, ofA)
    if (ofA.has(b)) return ofA.get(b)
    const [one, other] = [a ?? anyValue, b ?? anyValue]
    const met = canHold(name) ? valueOfBoth(one, other, texts.has(name), this.budget) : null
    ofA.set(b, met)
    return met
  }

  /** A value that the one pattern takes, and one that the other does. */
  ofEach({ name, a, b }: FieldPair): [Met, Met] {
    return [this.ofBoth({ name, a, b: undefined }), this.ofBoth({ name, a: undefined, b })]
  }
}

/** Nothing is within a text, and what is an object is no value. */
function canHold(name: string): boolean {
  const [first = ''] = name.split('.', 1)
  return first === name ? name !== OBJECT : !texts.has(first)
}

export function mayLack(field: PatternField | undefined): boolean {
  return field?.mayLack !== false
}

export function faultOf({ name, a, b }: FieldPair, met: null | undefined): Fault {
  if (met === undefined) {
    const many = MOST_TEXTS.toLocaleString('en')
    const reason = `${many} beginnings of texts were looked at and did not decide`
    return { name, reason, isUnknown: true }
  }
  const said = [a, b].flatMap((field) => (field ? [wanted(field)] : []))
  const reason = `nothing is ${said.length === 2 ? 'both ' : ''}${said.join(' and ')}`
  return { name, reason, isUnknown: false }
}

/** What a field may be, as a pattern has it. */
export function wanted({ values, mayLack: isOptional }: PatternField): string {
  return shown([...values, ...(isOptional ? [{ exists: false }] : [])])
}
