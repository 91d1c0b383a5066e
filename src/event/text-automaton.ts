/** Characters of which one stands there. */
type OneOf = string

/** A part of texts: one of several sequences of characters, or anything. */
export type TextPart = readonly (readonly OneOf[])[] | typeof ANYTHING

export const ANYTHING = '*'

/**
 * Texts that are made of parts, one after the other; where there are several forms, of one of
 * them. Its nodes are numbered along the way: from a node where anything may stand, whatever can
 * be reached from a node before it can be reached too.
 */
export class TextAutomaton {
  readonly next: Map<string, number[]>[] = [new Map()]
  readonly loops = new Set<number>()
  readonly ends = new Set<number>()

  /** @param forms of several, none begins with anything */
  constructor(...forms: readonly (readonly TextPart[])[]) {
    for (const form of forms) this.ends.add(form.reduce((node, part) => this.add(node, part), 0))
  }

  private add(node: number, part: TextPart): number {
    if (part === ANYTHING) {
      this.loops.add(node)
      return node
    }
    const lasts: [number, OneOf][] = []
    for (const sequence of part) {
      let at = node
      for (const [n, oneOf] of sequence.entries()) {
        if (n === sequence.length - 1) lasts.push([at, oneOf])
        else at = this.edge(at, oneOf, this.next.push(new Map()) - 1)
      }
    }
    if (lasts.length === 0) return node
    const end = this.next.push(new Map()) - 1
    for (const [from, oneOf] of lasts) this.edge(from, oneOf, end)
    return end
  }

  private edge(from: number, oneOf: OneOf, to: number): number {
    for (const character of oneOf.split('')) {
      const known = this.next[from]?.get(character)
      if (known) known.push(to)
      else this.next[from]?.set(character, [to])
    }
    return to
  }

  step(nodes: readonly number[], character: string): number[] {
    const reached = new Set<number>()
    let free = -1
    for (const node of nodes) {
      if (this.loops.has(node)) reached.add(node)
      for (const to of this.next[node]?.get(character) ?? []) reached.add(to)
    }
    for (const node of reached) if (this.loops.has(node)) free = Math.max(free, node)
    return [...reached].filter((node) => node >= free).sort((a, b) => a - b)
  }

  isEnd(nodes: readonly number[]): boolean {
    return nodes.some((node) => this.ends.has(node))
  }

  /** Whether every text that goes on from here is one of its texts. */
  isEndForEver(nodes: readonly number[]): boolean {
    return nodes.some((node) => this.ends.has(node) && this.loops.has(node))
  }
}

/** What texts have to be, all of it, and what they may not be, none of it. */
export interface TextSet {
  readonly are: readonly TextAutomaton[]
  readonly areNot: readonly TextAutomaton[]
}

interface Reached {
  readonly text: string
  readonly are: readonly (readonly number[])[]
  readonly areNot: readonly (readonly number[])[]
}

/** How many beginnings of texts may still be looked at. */
export interface Budget {
  left: number
}

/**
 * The shortest text of a set that is not empty, else the empty one; null where it has none,
 * undefined where the budget did not suffice to tell. All characters that stand in no automaton
 * are alike to all of them, so that one of those is enough.
 */
export function textOf(set: TextSet, budget: Budget): string | null | undefined {
  const alphabet = alphabetOf([...set.are, ...set.areNot])
  const start = { text: '', are: set.are.map(() => [0]), areNot: set.areNot.map(() => [0]) }
  if (isDead(start, set)) return null
  const nothing = isIn(start, set) ? '' : null
  const seen = new Set([keyOf(start)])
  const todo: Reached[] = [start]
  for (const from of todo) {
    for (const character of charactersFrom(from, set, alphabet)) {
      const to = stepped(from, character, set)
      const key = keyOf(to)
      if (seen.has(key) || isDead(to, set)) continue
      if (isIn(to, set)) return to.text
      if (budget.left === 0) return nothing ?? undefined
      budget.left -= 1
      seen.add(key)
      todo.push(to)
    }
  }
  return nothing
}

function stepped({ text, are, areNot }: Reached, character: string, set: TextSet): Reached {
  const all = (automata: readonly TextAutomaton[], nodes: Reached['are']) =>
    automata.map((one, n) => one.step(nodes[n] ?? [], character))
  return { text: text + character, are: all(set.are, are), areNot: all(set.areNot, areNot) }
}

function isIn({ are, areNot }: Reached, set: TextSet): boolean {
  const isEnd = (nodes: Reached['are']) => (one: TextAutomaton, n: number) =>
    one.isEnd(nodes[n] ?? [])
  return set.are.every(isEnd(are)) && !set.areNot.some(isEnd(areNot))
}

/** Whether no text that begins so is in the set. */
function isDead({ are, areNot }: Reached, set: TextSet): boolean {
  if (are.some((nodes) => nodes.length === 0)) return true
  return set.areNot.some((one, n) => one.isEndForEver(areNot[n] ?? []))
}

function keyOf({ are, areNot }: Reached): string {
  return [...are, ...areNot].join('|')
}

/** Where one of them has no place for just anything, only what it goes on with. */
function charactersFrom({ are }: Reached, set: TextSet, alphabet: readonly string[]) {
  for (const [n, nodes] of are.entries()) {
    const one = set.are[n]
    if (!one || nodes.some((node) => one.loops.has(node))) continue
    return inOrder(new Set(nodes.flatMap((node) => [...(one.next[node]?.keys() ?? [])])))
  }
  return alphabet
}

function alphabetOf(automata: readonly TextAutomaton[]): string[] {
  const known = new Set(automata.flatMap(({ next }) => next.flatMap((one) => [...one.keys()])))
  let code = 'a'.charCodeAt(0)
  while (known.has(String.fromCharCode(code))) code += 1
  return [String.fromCharCode(code), ...inOrder(known)]
}

/** Capitals last, so that texts look as people write them. */
function inOrder(characters: ReadonlySet<string>): string[] {
  const isBig = (character: string) => character !== character.toLowerCase()
  return [...characters].sort((a, b) => Number(isBig(a)) - Number(isBig(b)) || (a < b ? -1 : 1))
}
