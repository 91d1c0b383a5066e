import type { OrderedPlaces } from './ordered-places.js'

/**
 * Puts the members of ordered places in order of their own sequences, and merges the places with
 * everything else (DESIGN §8, "Order of arrival", 1 and 3). Along a place, ordered by sequence and
 * then as `base` has it, a delivery arrived when the latest that came to the place until then did:
 * it follows that one, and what arrived at the same time follows each other in the place's order.
 *
 * @param base deliveries in the order that would hold without places
 * @returns the deliveries in the order that does; null where it is the same
 */
export function inPlaceOrder(places: OrderedPlaces, base: Uint32Array): Uint32Array | null {
  const disordered = disorderedPlaces(places, base)
  if (!disordered) return null
  const order = new Uint32Array(base.length)
  const next = followersOf(places, base, disordered)
  // In a list, a delivery is its index in `base` plus one.
  const follows = new Uint8Array(base.length)
  for (const other of next) if (other > 0) follows[other - 1] = 1
  let to = 0
  for (let n = 0; n < base.length; n++) {
    if (follows[n] === 1) continue
    for (let at = n + 1; at > 0; at = next[at - 1] as number) order[to++] = base[at - 1] as number
  }
  return order
}

/** The places whose sequence falls somewhere along `base`, marked by number; null for none. */
function disorderedPlaces(places: OrderedPlaces, base: Uint32Array): Uint8Array | null {
  const latest = new Uint32Array(places.names.size)
  const marked = new Uint8Array(places.names.size)
  let any = false
  for (const at of base) {
    const place = places.numberOf(at)
    if (place < 0) continue
    const before = (latest[place] as number) - 1
    latest[place] = at + 1
    if (before < 0 || places.compare(before, at) <= 0) continue
    marked[place] = 1
    any = true
  }
  return any ? marked : null
}

/** By index in `base`, the index of the one that follows directly, plus one; 0 for none. */
function followersOf(places: OrderedPlaces, base: Uint32Array, disordered: Uint8Array) {
  const placeOf = (n: number) => places.numberOf(base[n] as number)
  const isMember = (n: number) => placeOf(n) >= 0 && disordered[placeOf(n)] === 1
  let count = 0
  for (let n = 0; n < base.length; n++) if (isMember(n)) count += 1
  const members = new Uint32Array(count)
  let to = 0
  for (let n = 0; n < base.length; n++) if (isMember(n)) members[to++] = n
  members.sort((a, b) => {
    const apart = placeOf(a) - placeOf(b)
    return apart || places.compare(base[a] as number, base[b] as number) || a - b
  })
  const next = new Uint32Array(base.length)
  let place = -1
  let latest = 0
  let before = 0
  for (const n of members) {
    if (placeOf(n) !== place || n > latest) {
      place = placeOf(n)
      latest = n
    } else next[before] = n + 1
    before = n
  }
  return next
}
