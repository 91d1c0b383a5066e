import { type Deliveries, deliveryFlags } from './deliveries.js'
import { placeOf } from './hash-table.js'

/** What of deliveries tells which are of one identity. */
export type Identified = Pick<Deliveries, 'count' | 'identities' | 'flags'>

/** Of one table, which is looked into at random. */
const SHARD_ROWS = 32_768

/**
 * The deliveries of each repeated identity, in order of position; identities in the order in which
 * they first came again. They are shared out by their hash first: a table of a few thousand stays
 * in the processor's cache, where a look into one of millions is a wait for memory.
 */
export function repeatedRows(deliveries: Identified): number[][] {
  const repeated: number[][] = []
  for (const shard of shardsOf(deliveries)) findRepeated(shard, deliveries.identities, repeated)
  return repeated.sort((a, b) => (a[1] as number) - (b[1] as number))
}

/** Some deliveries with an id, in order of position: for each its place, and one half of its
 * identity's hash. */
type Shard = Uint32Array
const WORDS = 2

function* shardsOf({ count, identities, flags }: Identified): Generator<Shard> {
  const shards = 2 ** Math.max(0, Math.ceil(Math.log2(count / SHARD_ROWS)))
  const shardOf = (at: number) => (identities[at * 2 + 1] as number) & (shards - 1)
  const hasId = (at: number) => ((flags[at] as number) & deliveryFlags.noId) === 0
  const ends = new Uint32Array(shards)
  for (let at = 0; at < count; at++) {
    if (hasId(at)) ends[shardOf(at)] = (ends[shardOf(at)] as number) + 1
  }
  for (let n = 1; n < shards; n++) ends[n] = (ends[n] as number) + (ends[n - 1] as number)
  const all = new Uint32Array((ends[shards - 1] as number) * WORDS)
  // From the last on, so that each end becomes its shard's start.
  for (let at = count - 1; at >= 0; at--) {
    if (!hasId(at)) continue
    const shard = shardOf(at)
    const place = (ends[shard] as number) - 1
    ends[shard] = place
    all[place * WORDS] = at
    all[place * WORDS + 1] = identities[at * 2] as number
  }
  for (let n = 0; n < shards; n++) {
    const end = n + 1 < shards ? (ends[n + 1] as number) * WORDS : all.length
    yield all.subarray((ends[n] as number) * WORDS, end)
  }
}

function findRepeated(shard: Shard, identities: Uint32Array, repeated: number[][]): void {
  const highOf = (at: number) => identities[at * 2 + 1]
  const known = new Map<number, number[]>()
  const rows = shard.length / WORDS
  const mask = 2 ** Math.ceil(Math.log2(Math.max(64, rows * 1.6))) - 1
  const slots = new Uint32Array(mask + 1)
  for (let row = 0; row < rows; row++) {
    const low = shard[row * WORDS + 1] as number
    const at = shard[row * WORDS] as number
    let slot = placeOf(low, 0) & mask
    for (;;) {
      const first = (slots[slot] as number) - 1
      if (first < 0) {
        slots[slot] = row + 1
        break
      }
      const firstAt = shard[first * WORDS] as number
      if (shard[first * WORDS + 1] === low && highOf(firstAt) === highOf(at)) {
        const others = known.get(first)
        if (others) others.push(at)
        else {
          const found = [firstAt, at]
          known.set(first, found)
          repeated.push(found)
        }
        break
      }
      slot = (slot + 1) & mask
    }
  }
}
