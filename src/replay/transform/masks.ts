import { type JsonPath, pathText } from '../../event/json-path.js'
import type { TransformRule } from './rules.js'

/** A mask of a rule under which nothing was found. */
export interface VainMask {
  /** The types of the rule, as it stands there, and the path. */
  readonly types: string
  readonly path: string
  /** Events that the rule was for. */
  readonly events: number
}

/** What masks hit, as events go by. */
export class MaskHits {
  readonly #rules: Map<TransformRule, { events: number; hits: Set<JsonPath> }>

  constructor(rules: readonly TransformRule[]) {
    this.#rules = new Map(rules.map((rule) => [rule, { events: 0, hits: new Set() }]))
  }

  /** An event of a rule, and what of its paths is in there. */
  see(rule: TransformRule, hit: readonly JsonPath[]): void {
    const known = this.#rules.get(rule)
    if (!known) return
    known.events += 1
    for (const path of hit) known.hits.add(path)
  }

  vain(): VainMask[] {
    return [...this.#rules].flatMap(([{ types, mask }, { events, hits }]) => {
      const missed = mask.filter((path) => !hits.has(path))
      return missed.map((path) => ({ types, path: pathText(path), events }))
    })
  }
}
