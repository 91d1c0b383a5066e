import type { JsonValue } from './event.js'
import type { EventPattern, PatternField } from './pattern.js'
import type { Leaf } from './pattern-values.js'

/* Event Ruler takes an event for a list of fields: the value of a list's entry has the name of the
 * list. Two values count together only where they are in the same element of every list of objects
 * or lists that both are in. A field is absent where no value of its name could count together with
 * those that were chosen for the fields whose names come before it.
 *
 * Sets of fields are bits, by the order of their names. */

/** One choice among a value's elements. */
interface Choice {
  /** Fields that match. */
  readonly matched: bigint
  /** Fields that are absent. */
  readonly absent: bigint
}

/** What can be chosen in a part of a document, the best of it. */
interface Part {
  /** Fields that have a value there at all. */
  readonly occurring: bigint
  readonly choices: readonly Choice[]
}

/** An object or a list whose parts are being looked at. */
interface Open {
  readonly isList: boolean
  readonly children: readonly { value: JsonValue; name: string }[]
  readonly parts: Part[]
}

/** Tells the documents that match a pattern. */
export function patternMatcher(pattern: EventPattern): (document: JsonValue) => boolean {
  const tests = pattern.map((fields) => fieldsMatcher(fields))
  return (document) => tests.some((test) => test(document))
}

function fieldsMatcher(fields: readonly PatternField[]): (document: JsonValue) => boolean {
  const held = heldBits(fields)
  const all = (1n << BigInt(fields.length)) - 1n
  return (document) => held(document).some((bits) => bits === all)
}

/** Tells which fields of one alternative a document holds at the same time, as many as can be. */
export function heldFields(fields: readonly PatternField[]): (document: JsonValue) => boolean[] {
  const held = heldBits(fields)
  return (document) => {
    const choices = held(document).map((bits) =>
      fields.map((_, n) => ((bits >> BigInt(n)) & 1n) === 1n),
    )
    const [first = []] = choices.sort((a, b) => countOf(b) - countOf(a))
    return first
  }
}

function countOf(held: readonly boolean[]): number {
  return held.filter(Boolean).length
}

/** Of each choice the fields that match, or are absent and may be. */
function heldBits(fields: readonly PatternField[]): (document: JsonValue) => bigint[] {
  const search = new Search(fields)
  const mayLack = fields.reduce(
    (bits, field, n) => (field.mayLack ? bits | (1n << BigInt(n)) : bits),
    0n,
  )
  return (document) =>
    search.part(document).choices.map(({ matched, absent }) => matched | (absent & mayLack))
}

class Search {
  private readonly all: bigint
  private readonly fields = new Map<string, { field: PatternField; bit: bigint }>()
  /** Names that fields begin with. */
  private readonly outer = new Set<string>()

  constructor(fields: readonly PatternField[]) {
    this.all = (1n << BigInt(fields.length)) - 1n
    for (const [n, field] of fields.entries()) {
      this.fields.set(field.name, { field, bit: 1n << BigInt(n) })
      const { name } = field
      for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        this.outer.add(name.slice(0, dot))
      }
    }
  }

  /** Without recursion: lists may be in lists however deep. */
  part(document: JsonValue): Part {
    const stack: Open[] = [this.open(document, undefined)]
    for (;;) {
      const top = stack.at(-1)
      if (!top) return { occurring: 0n, choices: [] }
      const child = top.children[top.parts.length]
      if (child) {
        const { value, name } = child
        if (typeof value === 'object' && value !== null) stack.push(this.open(value, name))
        else top.parts.push(this.leaf(value, name))
        continue
      }
      stack.pop()
      const part = top.isList ? this.list(top) : this.together(top.parts)
      const above = stack.at(-1)
      if (!above) return part
      above.parts.push(part)
    }
  }

  private open(value: JsonValue, name: string | undefined): Open {
    const parts: Part[] = []
    if (Array.isArray(value)) {
      const children = value.map((each) => ({ value: each, name: name ?? '' }))
      return { isList: true, children, parts }
    }
    const children = []
    if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) {
        const inner = name === undefined ? key : `${name}.${key}`
        const isWanted = this.fields.has(inner) || this.outer.has(inner)
        if (isWanted) children.push({ value: value[key] ?? null, name: inner })
      }
    }
    return { isList: false, children, parts }
  }

  private leaf(value: Leaf, name: string): Part {
    const found = this.fields.get(name)
    if (!found) return this.together([])
    const { field, bit } = found
    const isMatch = field.tests.some((test) => test.isMatch(value))
    const choice = { matched: isMatch ? bit : 0n, absent: this.all & ~bit }
    return { occurring: bit, choices: [choice] }
  }

  /** Parts that do not exclude each other. */
  private together(parts: readonly Part[]): Part {
    let occurring = 0n
    let choices: readonly Choice[] = [{ matched: 0n, absent: this.all }]
    for (const part of parts) {
      occurring |= part.occurring
      choices = best(
        choices.flatMap((one) =>
          part.choices.map((other) => ({
            matched: one.matched | other.matched,
            absent: one.absent & other.absent,
          })),
        ),
      )
    }
    return { occurring, choices }
  }

  /** Values count whatever else is chosen; of the objects and lists, one does. */
  private list({ children, parts }: Open): Part {
    const isElement = (n: number) => typeof (children[n]?.value ?? 0) === 'object'
    const values = this.together(merged(parts.filter((_, n) => !isElement(n))))
    const elements = parts.filter((_, n) => isElement(n))
    if (elements.length === 0) return values
    const occurring = elements.reduce((bits, part) => bits | part.occurring, 0n)
    const choices = elements.flatMap((part) =>
      part.choices.map(({ matched, absent }) => {
        // From the first field on that chose this element, others do not count.
        const first = matched & -matched
        const later = first === 0n ? 0n : this.all & ~((first << 1n) - 1n)
        return { matched, absent: (absent & later) | (this.all & ~occurring & ~later) }
      }),
    )
    return this.together([values, { occurring, choices: best(choices) }])
  }
}

/** Values of one list are of one field: those that match are alike, and so are the others. */
function merged(parts: readonly Part[]): Part[] {
  const byMatch = new Map<bigint, Part>()
  for (const part of parts) byMatch.set(part.choices[0]?.matched ?? 0n, part)
  return [...byMatch.values()]
}

/** Without those that another one has everything of. */
function best(choices: readonly Choice[]): readonly Choice[] {
  if (choices.length === 1) return choices
  let kept: Choice[] = []
  for (const choice of choices) {
    if (kept.some((other) => isWithin(choice, other))) continue
    kept = kept.filter((other) => !isWithin(other, choice))
    kept.push(choice)
  }
  return kept
}

function isWithin(a: Choice, b: Choice): boolean {
  return (a.matched & ~b.matched) === 0n && (a.absent & ~b.absent) === 0n
}
