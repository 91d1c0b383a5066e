import type { Shard, ShardStart } from '../aws/shards.js'
import type { ReadyShard } from './shard-source.js'

/** How far a shard was given out. */
export interface ShardPlace {
  readonly start: ShardStart
  /** Of the next record, so many events were given. */
  readonly part?: { readonly sequence: string; readonly events: number } | undefined
  /** Until then all that came was given, by the service's clock. */
  readonly reachedMs?: number | undefined
}

/** `left`: nothing more of it is read now, though there may be more. */
type State = 'waiting' | 'reading' | 'left' | 'ended'

interface Node {
  readonly shard: Shard
  place: ShardPlace
  state: State
}

/**
 * Which shards of a stream may be read: each behind its parents, however often they were split and
 * merged, so that the records of a key come in their order. Parents that retention has removed are
 * nobody's to wait for.
 */
export class ShardTree {
  readonly #nodes = new Map<string, Node>()

  /**
   * @param shards all there are
   * @param placeOf where the reading of one begins; undefined for what is not to be read
   */
  constructor(shards: readonly Shard[], placeOf: (shard: Shard) => ShardPlace | undefined) {
    for (const shard of shards) {
      const place = placeOf(shard)
      const state = place === undefined ? 'ended' : 'waiting'
      this.#nodes.set(shard.id, { shard, place: place ?? beginning, state })
    }
  }

  /** Whether nothing is left to be read, as far as is known. */
  get isOver(): boolean {
    return [...this.#nodes.values()].every(({ state }) => state === 'ended' || state === 'left')
  }

  /** Shards that have ended and have no child, which a stream that is there has sooner or later. */
  get childless(): number {
    const parents = new Set([...this.#nodes.values()].flatMap(({ shard }) => shard.parents))
    const ended = [...this.#nodes].filter(([, { state }]) => state === 'ended')
    return ended.filter(([id]) => !parents.has(id)).length
  }

  /** How far each was given out. */
  get places(): Map<string, ShardPlace | 'ended'> {
    const nodes = [...this.#nodes]
    return new Map(nodes.map(([id, { state, place }]) => [id, state === 'ended' ? state : place]))
  }

  /** Takes note of all that are there now: a new one is read from its beginning. */
  add(shards: readonly Shard[]): void {
    for (const shard of shards) {
      if (this.#nodes.has(shard.id)) continue
      const isBehindLeft = shard.parents.some((id) => this.#nodes.get(id)?.state === 'left')
      const state = isBehindLeft ? 'left' : 'waiting'
      this.#nodes.set(shard.id, { shard, place: beginning, state })
    }
    const there = new Set(shards.map(({ id }) => id))
    for (const [id, { state }] of this.#nodes) {
      if (state === 'ended' && !there.has(id)) this.#nodes.delete(id)
    }
  }

  /** Those that have become ready since; they count as being read. */
  takeReady(): ReadyShard[] {
    const ready = [...this.#nodes.values()].filter((node) => this.#isReady(node))
    for (const node of ready) node.state = 'reading'
    return ready.map(({ shard: { id, isClosed }, place: { start } }) => ({ id, start, isClosed }))
  }

  place(id: string): ShardPlace {
    return this.#nodes.get(id)?.place ?? beginning
  }

  /** So far a shard has been given out. */
  move(id: string, place: ShardPlace): void {
    const node = this.#nodes.get(id)
    if (node) node.place = place
  }

  /** Nothing more of a shard is given out. @param isEnd because that was all of it */
  end(id: string, isEnd: boolean): void {
    const node = this.#nodes.get(id)
    if (node) node.state = isEnd ? 'ended' : 'left'
  }

  #isReady({ state, shard }: Node): boolean {
    if (state !== 'waiting') return false
    return shard.parents.every((id) => (this.#nodes.get(id)?.state ?? 'ended') === 'ended')
  }
}

const beginning: ShardPlace = { start: { at: 'beginning' } }
