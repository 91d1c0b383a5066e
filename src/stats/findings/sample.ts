import type { Deliveries } from '../deliveries.js'
import type { Rereader } from '../reread.js'
import type { Survey } from './survey.js'

const SAMPLED = 200
const MAX_OBJECTS = 6
const MAX_TYPES = 50
/** About a tenth of a second. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/** The positions of some deliveries all over the archive: the first of a few objects, and of each
 * type. */
export function sampledPositions(
  { objects, total }: Pick<Deliveries, 'objects' | 'total'>,
  survey: Survey,
): { ofObjects: number[]; ofTypes: number[] } {
  const ofObjects: number[] = []
  const step = Math.max(1, objects.length / MAX_OBJECTS)
  const chosen = Math.min(MAX_OBJECTS, objects.length)
  const rowsEach = Math.ceil(SAMPLED / Math.max(1, chosen))
  for (let n = 0; n < chosen; n++) {
    const number = Math.floor(n * step)
    const first = objects[number]?.first ?? 0
    const end = Math.min(objects[number + 1]?.first ?? total, first + rowsEach, total)
    for (let pos = first; pos < end; pos++) ofObjects.push(pos)
  }
  const firsts = survey.groups.flatMap(({ first }) => (first < 0 ? [] : [first]))
  return { ofObjects, ofTypes: firsts.sort((a, b) => a - b) }
}

/** Some deliveries that are cheap to read again: the first of a few objects all over the archive,
 * and one of each type that is not among these, as far as it does not lie too deep. */
export function sampledRows(deliveries: Deliveries, survey: Survey, rereader: Rereader): number[] {
  const { groups, groupOf } = deliveries
  const { ofObjects, ofTypes } = sampledPositions(deliveries, survey)
  const cheap = ofObjects
    .map((pos) => deliveries.atOf(pos))
    .filter((at) => rereader.textBytes(at) <= MAX_TEXT_BYTES)
  const rows = new Set(cheap)
  const seen = new Set(cheap.map((at) => groupOf[at]))
  let leftBytes = MAX_TEXT_BYTES
  for (const pos of ofTypes) {
    const at = deliveries.atOf(pos)
    if (seen.has(groupOf[at])) continue
    if (seen.size >= Math.min(groups.length, MAX_TYPES)) break
    seen.add(groupOf[at])
    leftBytes -= rereader.textBytes(at)
    if (leftBytes < 0) break
    rows.add(at)
  }
  return [...rows]
}
