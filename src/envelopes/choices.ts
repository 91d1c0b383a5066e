import type { JsonObject } from '../event/event.js'
import type { Layer } from './content.js'
import { fits, type Wrapping } from './wrapping.js'

/** A document that several wrappings fit. Plain JSON, which fits every one, is not told, nor are
 * other shapes of the wrapping that was taken. */
export interface SeveralFit {
  /** Names of the layers, outermost first; the last is what was taken. */
  chain: readonly string[]
  /** In the order they are tried. */
  others: readonly string[]
  /** Whether the wrapper around it says what its entries are. */
  isOfWrapper: boolean
}

/** What else than the wrapping that was taken fits a document; null: nothing. */
export function severalFit(
  document: JsonObject,
  taken: Wrapping,
  at: { wrappings: readonly Wrapping[]; layers: readonly Layer[]; own: readonly Wrapping[] },
): SeveralFit | null {
  const { name } = taken.envelope
  const others = [...at.own, ...at.wrappings].filter(
    (each) => each.envelope.name !== name && each.conditions.length > 0 && fits(each, document),
  )
  if (others.length === 0) return null
  return {
    chain: [...at.layers.map(({ envelope }) => envelope.name), name],
    others: others.map(({ envelope }) => envelope.name),
    isOfWrapper: at.own.includes(taken),
  }
}

/** The same for all documents of one kind. */
export interface Choice extends SeveralFit {
  /** An object that has one: the first by name, of those that were looked at. */
  path: string
}

/** Chains come from outside. */
const MOST_KINDS = 20

/** Which wrapping was taken where several fit, by kind of chain. */
export class Choices {
  /** The object that is read. */
  path = ''
  /** Whether there were more kinds than are kept. */
  hasMore = false
  readonly #kinds = new Map<string, Choice>()

  add(several: SeveralFit): void {
    const { path } = this
    const kind = JSON.stringify(several)
    const known = this.#kinds.get(kind)
    if (known && known.path <= path) return
    if (!known && this.#kinds.size === MOST_KINDS) this.hasMore = true
    else this.#kinds.set(kind, { ...several, path })
  }

  /** In an order that does not depend on what was read first. */
  all(): Choice[] {
    const kinds = [...this.#kinds].sort(([a], [b]) => (a < b ? -1 : 1))
    return kinds.map(([, choice]) => choice)
  }
}
