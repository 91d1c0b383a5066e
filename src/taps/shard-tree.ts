import type { Shard, ShardStart } from '../aws/shards.js'

/** A shard that may be read now. */
export interface ReadyShard {
  readonly id: string
  readonly start: ShardStart
}

interface Node {
  readonly shard: Shard
  readonly start: ShardStart
  state: 'waiting' | 'reading' | 'ended'
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
   * @param startOf where the reading of one begins; undefined for what is not to be read
   */
  constructor(shards: readonly Shard[], startOf: (shard: Shard) => ShardStart | undefined) {
    for (const shard of shards) {
      const start = startOf(shard)
      const state = start === undefined ? 'ended' : 'waiting'
      this.#nodes.set(shard.id, { shard, start: start ?? beginning, state })
    }
  }

  /** Whether nothing is left to be read, as far as is known. */
  get isOver(): boolean {
    return [...this.#nodes.values()].every(({ state }) => state === 'ended')
  }

  /** Shards that have ended and have no child, which a stream that is there has sooner or later. */
  get childless(): number {
    const parents = new Set([...this.#nodes.values()].flatMap(({ shard }) => shard.parents))
    const ended = [...this.#nodes].filter(([, { state }]) => state === 'ended')
    return ended.filter(([id]) => !parents.has(id)).length
  }

  /** Takes note of all that are there now: a new one is read from its beginning. */
  add(shards: readonly Shard[]): void {
    for (const shard of shards) {
      if (this.#nodes.has(shard.id)) continue
      this.#nodes.set(shard.id, { shard, start: beginning, state: 'waiting' })
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
    return ready.map(({ shard: { id }, start }) => ({ id, start }))
  }

  /** All of a shard was given out. */
  end(id: string): void {
    const node = this.#nodes.get(id)
    if (node) node.state = 'ended'
  }

  #isReady({ state, shard }: Node): boolean {
    if (state !== 'waiting') return false
    return shard.parents.every((id) => (this.#nodes.get(id)?.state ?? 'ended') === 'ended')
  }
}

const beginning: ShardStart = { at: 'beginning' }
