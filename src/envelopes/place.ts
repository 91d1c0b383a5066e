import type { JsonObject, Place } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { compilePath } from '../event/json-path.js'
import { placeSequence } from '../event/sequence.js'
import type { Envelope } from './envelope.js'

/**
 * Makes the reader of where a delivery stands in the place that was measured, from the documents of
 * its layers. The outermost wrapping alone tells, as for `receivedAt`: those within are of places
 * that it came through before. Without a name, or a number that placeSequence takes, there is none.
 */
export function placeReader(
  envelopes: readonly Envelope[],
): (documents: readonly JsonObject[]) => Place | null {
  // A wrapper with entries is no place of theirs.
  const layer = envelopes.findIndex(({ entries }) => !entries)
  const paths = envelopes[layer]?.place
  if (!paths) return () => null
  const { name: nameAt } = paths
  const readName = typeof nameAt === 'function' ? nameAt : compilePath(nameAt)
  const readSequence = compilePath(paths.sequence)
  return (documents) => {
    const outermost = documents[layer]
    if (!outermost) return null
    const name = scalarText(readName(outermost))
    const sequence = placeSequence(readSequence(outermost))
    return name === null || name === '' || sequence === null ? null : { name, sequence }
  }
}
