import type { Shard, ShardStart } from '../aws/shards.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Decoded } from '../event/event.js'
import { ShardLanes } from './shard-lanes.js'
import type { ShardTree } from './shard-tree.js'
import type { TapOptions } from './tap.js'

/** Of a page, which may have 10,000 records, so many are decoded at once. */
const BATCH = 500
/** Until shards are listed again where one has ended and its children are not there yet: longer
 * each time. */
const FIRST_LIST_MS = 500
const MOST_LIST_MS = 30_000
const SOON_MS = 100

/** A stream whose shards are read side by side. Its calls try again where that may help. */
export interface ShardSource {
  /** All shards; undefined where the signal has aborted. */
  shards(): Promise<Shard[] | undefined>
  /** The records of one, as many at a time as one read gives, in their order, to its end; with
   * `follow` false to the end of what is there. */
  pages(shard: string, start: ShardStart): AsyncGenerator<readonly RecordValue[]>
}

/**
 * Reads the shards of a stream, children behind their parents, until the signal aborts or all that
 * is to be read has been.
 *
 * @param tree with the shards that are there
 * @param mayGrow whether shards that come later are read as well
 */
export async function* streamReading(
  source: ShardSource,
  tree: ShardTree,
  options: Pick<TapOptions, 'decode' | 'signal' | 'follow'>,
  mayGrow: boolean,
): AsyncGenerator<Decoded[]> {
  const lanes = new ShardLanes<readonly RecordValue[]>()
  const { signal, follow = true } = options
  const looks = new Looks()
  try {
    while (!signal.aborted) {
      for (const { id, start } of tree.takeReady()) lanes.add(id, source.pages(id, start))
      if (lanes.size === 0 && tree.isOver && !(mayGrow && follow)) return
      const given = await lanes.next(SOON_MS)
      if (given?.batch) yield* decodedBatches(given.batch, options)
      else if (given) {
        tree.end(given.id)
        looks.hasten()
      }
      if (!mayGrow || !looks.isDue(tree.childless)) continue
      const shards = await source.shards()
      if (shards) tree.add(shards)
    }
  } finally {
    await lanes.close()
  }
}

/** When to list the shards again. */
class Looks {
  #pauseMs = 0
  #lastMs = 0

  /** Soon, since one has ended. */
  hasten(): void {
    this.#pauseMs = 0
  }

  isDue(childless: number): boolean {
    const nowMs = performance.now()
    if (childless === 0 || nowMs < this.#lastMs + this.#pauseMs) return false
    this.#lastMs = nowMs
    this.#pauseMs = Math.min(MOST_LIST_MS, Math.max(FIRST_LIST_MS, this.#pauseMs * 2))
    return true
  }
}

async function* decodedBatches(
  records: readonly RecordValue[],
  { decode, signal }: Pick<TapOptions, 'decode' | 'signal'>,
): AsyncGenerator<Decoded[]> {
  for (let at = 0; at < records.length && !signal.aborted; at += BATCH) {
    const all: Decoded[] = []
    for (const record of records.slice(at, at + BATCH)) {
      for (const one of await decode(record)) all.push(one)
    }
    if (all.length > 0) yield all
  }
}
