import { compareSequence } from '../event/sequence.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'
import { HashTable } from './hash-table.js'

/** What order is checked within (DESIGN §8, "Ordering"): the stream of each delivery, and its place
 * in it as a number that compares as the sequence does. */
export interface Streams {
  count: number
  streamOf: Uint32Array
  /** NaN where order is not checked. */
  places: Float64Array
}

/** Beside the numbers of keys. */
const NO_KEY = 0xffffffff

export function streamsOf(deliveries: Deliveries): Streams {
  const variants = variantsOf(deliveries)
  const single = new Set(variants).size <= 1
  const { count, keyOf, groupOf, flags } = deliveries
  const places = placesOf(deliveries)
  if (single && deliveries.textSequences.size === 0) {
    return { count: deliveries.keys.size, streamOf: keyOf, places }
  }
  const table = new HashTable(deliveries.keys.size)
  const streamOf = new Uint32Array(count)
  for (let at = 0; at < count; at++) {
    // What has no key is in no key's way: of texts the ranks would be others.
    const key = (flags[at] as number) & deliveryFlags.noKey ? NO_KEY : (keyOf[at] as number)
    streamOf[at] = table.numberOf(key, variants[groupOf[at] as number] as number)
  }
  rankTexts(deliveries, streamOf, places)
  return { count: table.size, streamOf, places }
}

/** Whether order is checked for a delivery: a first one that has a key and a place. */
export function isChecked({ flags }: Deliveries, { places }: Streams, at: number): boolean {
  const excluded = deliveryFlags.noKey | deliveryFlags.again
  return ((flags[at] as number) & excluded) === 0 && !Number.isNaN(places[at])
}

/** By group: deliveries of one key are of one stream where this number is the same. */
export function variantsOf({ groups }: Pick<Deliveries, 'groups'>): number[] {
  const names = new Map<string, number>()
  return groups.map(({ order, perSource, source }) => {
    const name = perSource ? `${order}\u0000${source}` : order
    const known = names.get(name) ?? names.size
    names.set(name, known)
    return known
  })
}

function placesOf({ count, groups, groupOf, sequences, timesUs, textSequences }: Deliveries) {
  const byTime = groups.map(({ order }) => order === 'time')
  if (byTime.every((is) => is)) return timesUs
  if (byTime.every((is) => !is) && textSequences.size === 0) return sequences
  const places = new Float64Array(count)
  for (let at = 0; at < count; at++) {
    places[at] = (byTime[groupOf[at] as number] ? timesUs[at] : sequences[at]) as number
  }
  return places
}

/** Texts and integers beyond 2^53 are replaced by their rank, with all others of their stream. */
function rankTexts(deliveries: Deliveries, streamOf: Uint32Array, places: Float64Array): void {
  const { count, textSequences, groups, groupOf, sequences } = deliveries
  if (textSequences.size === 0) return
  const members = new Map<number, number[]>()
  for (const at of textSequences.keys()) members.set(streamOf[at] as number, [])
  for (let at = 0; at < count; at++) members.get(streamOf[at] as number)?.push(at)
  for (const rows of members.values()) {
    const order = groups[groupOf[rows[0] as number] as number]?.order
    if (order !== 'integer' && order !== 'text') continue
    const text = (at: number) => textSequences.get(at) ?? String(sequences[at])
    const ranked = rows.filter((at) => textSequences.has(at) || !Number.isNaN(sequences[at]))
    ranked.sort((a, b) => compareSequence(text(a), text(b), order) || a - b)
    let rank = 0
    for (const [n, at] of ranked.entries()) {
      const before = ranked[n - 1]
      if (before !== undefined && compareSequence(text(before), text(at), order) !== 0) rank += 1
      places[at] = rank
    }
  }
}
