import type { Deliveries } from '../deliveries.js'
import type { Rereader } from '../reread.js'

const SAMPLED = 200
const MAX_OBJECTS = 6
const MAX_TYPES = 50
/** About a tenth of a second. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** Some deliveries that are cheap to read again: the first of a few objects all over the archive,
 * and one of each type that is not among these, as far as it does not lie too deep. */
export function sampledRows(deliveries: Deliveries, rereader: Rereader): number[] {
  const { objects, groups, groupOf, count } = deliveries
  const rows = new Set<number>()
  const step = Math.max(1, objects.length / MAX_OBJECTS)
  const chosen = Math.min(MAX_OBJECTS, objects.length)
  const rowsEach = Math.ceil(SAMPLED / Math.max(1, chosen))
  for (let n = 0; n < chosen; n++) {
    const number = Math.floor(n * step)
    const first = objects[number]?.first ?? 0
    const end = Math.min(objects[number + 1]?.first ?? count, first + rowsEach, count)
    for (let at = first; at < end; at++) {
      if (rereader.textBytes(at) <= MAX_TEXT_BYTES) rows.add(at)
    }
  }
  const seen = new Set([...rows].map((at) => groupOf[at]))
  let leftBytes = MAX_TEXT_BYTES
  for (let at = 0; at < count && seen.size < Math.min(groups.length, MAX_TYPES); at++) {
    if (seen.has(groupOf[at])) continue
    seen.add(groupOf[at])
    leftBytes -= rereader.textBytes(at)
    if (leftBytes < 0) break
    rows.add(at)
  }
  return [...rows]
}
