import { setMaxListeners } from 'node:events'
import type { Decoded } from '../event/event.js'
import { ShardLanes } from './shard-lanes.js'
import type { ReadPage, ShardRecord, ShardSource } from './shard-source.js'
import type { ShardPlace, ShardTree } from './shard-tree.js'
import type { TapOptions } from './tap.js'

/** Of a page, which may have 10,000 records, so many are decoded at once. */
const BATCH = 500
/** Until shards are listed again where one has ended and its children are not there yet: longer
 * each time. */
const FIRST_LIST_MS = 500
const MOST_LIST_MS = 30_000
const SOON_MS = 100
/** To the minute, so that a checkpoint of a stream that is silent is the same for a while. */
const MINUTE_MS = 60_000

type Places = ReadonlyMap<string, ShardPlace | 'ended'>

interface ReadingOptions extends Pick<TapOptions, 'decode' | 'signal' | 'follow'> {
  /** Whether shards that come later are read as well. */
  readonly mayGrow: boolean
  /** As of a tap, in places of shards. */
  checkpoint?: ((batch: readonly Decoded[], at: (taken: number) => Places) => void) | undefined
}

/**
 * Reads the shards of a stream, children behind their parents, until the signal aborts or all that
 * is to be read has been.
 *
 * @param tree with the shards that are there
 */
export async function* streamReading(
  source: ShardSource,
  tree: ShardTree,
  options: ReadingOptions,
): AsyncGenerator<Decoded[]> {
  const lanes = new ShardLanes<ReadPage>()
  const { signal, follow = true, mayGrow } = options
  // Each shard that waits listens to it.
  setMaxListeners(0, signal)
  const looks = new Looks()
  options.checkpoint?.([], () => tree.places)
  try {
    while (!signal.aborted) {
      for (const shard of tree.takeReady()) lanes.add(shard.id, source.pages(shard))
      if (lanes.size === 0 && tree.isOver && !(mayGrow && follow && !source.isFinal)) return
      const given = await lanes.next(SOON_MS)
      if (given?.batch) yield* decodedPage(given.id, given.batch, tree, options)
      else if (given) {
        tree.end(given.id, given.isEnd)
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

async function* decodedPage(
  id: string,
  { records, reachedMs }: ReadPage,
  tree: ShardTree,
  { decode, signal, checkpoint }: ReadingOptions,
): AsyncGenerator<Decoded[]> {
  for (let at = 0; at < records.length; at += BATCH) {
    if (signal.aborted) return
    const before = tree.place(id)
    const found: Decoded[] = []
    const given: Given[] = []
    for (const record of records.slice(at, at + BATCH)) {
      const all = await decode(record.value)
      const again = before.part?.sequence === record.sequence ? before.part.events : 0
      const fresh = again > 0 ? all.slice(again) : all
      given.push({ record, again, events: fresh.length })
      for (const one of fresh) found.push(one)
    }
    let isPassed = false
    const placesAt = (taken: number) =>
      isPassed ? tree.places : new Map(tree.places).set(id, placeBehind(before, given, taken))
    if (found.length > 0) {
      checkpoint?.(found, placesAt)
      yield found
    }
    tree.move(id, placeBehind(before, given, found.length))
    isPassed = true
  }
  if (reachedMs === undefined) return
  tree.move(id, { ...tree.place(id), reachedMs: Math.floor(reachedMs / MINUTE_MS) * MINUTE_MS })
}

/** What was found in a record. */
interface Given {
  readonly record: ShardRecord
  /** So many events, which were given in a run before, are left out. */
  readonly again: number
  readonly events: number
}

function placeBehind(before: ShardPlace, given: readonly Given[], taken: number): ShardPlace {
  let place = before
  let left = taken
  for (const { record, again, events } of given) {
    const { sequence } = record
    if (left < events) {
      return left === 0 ? place : { ...place, part: { sequence, events: again + left } }
    }
    left -= events
    place = { start: { at: 'after', sequence }, reachedMs: before.reachedMs }
  }
  return place
}
