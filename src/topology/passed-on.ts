import { createHash } from 'node:crypto'
import { isId, leavesOf } from '../loops/content-leaves.js'
import type { PassedOn } from './model.js'

/** An event of an archive, as far as it is compared. */
export interface SeenEvent {
  readonly source: string
  readonly type: string
  readonly id: string | null
  readonly causationId: string | null
  /** What else it is known by: trace and correlation. */
  readonly marks: readonly (string | null)[]
  /** When it happened, else arrived; µs since the epoch. */
  readonly atUs: number | null
  /** JSON text. */
  readonly payload: string
}

/** Of so many events one may say that they are always the same. */
const LEAST_SEEN = 20
const NEARLY_ALL = 0.95
/** Payloads of fewer values are alike though different things are told: ids of what happened. */
const LEAST_VALUES = 3
/** So many contents are remembered. */
const MOST_HELD = 500_000

interface Pass {
  readonly kind: number
  readonly id: string | null
  readonly causationId: string | null
  readonly atUs: number
}

/**
 * Finds kinds of events that say what others said before them: the same payload, but for times, the
 * event's own ids and what says its type and source.
 */
export class Repeats {
  readonly #kinds = new Map<string, { number: number; source: string; type: string }>()
  readonly #passes = new Map<string, Pass[]>()
  /** By kind: contents that were compared. */
  readonly #counts: number[] = []
  /** By kind: events with too little in them. */
  readonly #thin: number[] = []

  take({ source, type, id, causationId, marks, atUs, payload }: SeenEvent): void {
    const kind = this.#kindOf(source, type)
    if (atUs === null) return
    const own = new Set([id, causationId, ...marks].map((mark) => JSON.stringify(mark)))
    const leaves = leavesOf({ source, type, atUs, payload }).filter(({ value }) => !own.has(value))
    const isThin = leaves.length < LEAST_VALUES || leaves.every(({ value }) => isId.test(value))
    if (isThin) {
      this.#thin[kind] = (this.#thin[kind] ?? 0) + 1
      return
    }
    const text = JSON.stringify(leaves.map(({ place, value }) => [place, value]))
    const key = createHash('sha256').update(text).digest('base64').slice(0, 16)
    const passes = this.#passes.get(key)
    const pass = { kind, id, causationId, atUs }
    if (passes === undefined) {
      if (this.#passes.size >= MOST_HELD) return
      this.#passes.set(key, [pass])
    } else if (!passes.some((one) => one.kind === kind)) passes.push(pass)
    else return
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1
  }

  read(): PassedOn[] {
    const pairs = new Map<string, number>()
    for (const passes of this.#passes.values()) {
      passes.sort((a, b) => a.atUs - b.atUs)
      for (const [n, { kind, causationId }] of passes.entries()) {
        const earlier = passes.slice(0, n)
        const cause = earlier.find(({ id }) => id !== null && id === causationId)
        const from = cause ?? earlier.at(-1)
        if (from === undefined) continue
        const key = `${from.kind} ${kind}`
        pairs.set(key, (pairs.get(key) ?? 0) + 1)
      }
    }
    const kinds = [...this.#kinds.values()].map(({ source, type }) => ({ source, type }))
    return [...pairs].flatMap(([key, count]): PassedOn[] => {
      const [a = 0, b = 0] = key.split(' ').map(Number)
      const [from, to] = [kinds[a], kinds[b]]
      const of = (this.#counts[b] ?? 0) + (this.#thin[b] ?? 0)
      if (count < LEAST_SEEN || count < NEARLY_ALL * of || !from || !to) return []
      return [{ from, to, count, of }]
    })
  }

  #kindOf(source: string, type: string): number {
    const key = JSON.stringify([source, type])
    const known = this.#kinds.get(key)
    if (known) return known.number
    const number = this.#kinds.size
    this.#kinds.set(key, { number, source, type })
    return number
  }
}
