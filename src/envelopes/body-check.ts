import { createHash } from 'node:crypto'
import type { JsonObject } from '../event/event.js'
import { compilePath } from '../event/json-path.js'
import type { Envelope } from './envelope.js'

/**
 * Makes the function that gives a layer's MD5 that is not of its body; null where there is none.
 * Saved and documented messages often were edited: that is worth a word, and no reason to leave a
 * message out.
 */
export function bodyCheck(
  envelopes: readonly Envelope[],
): (documents: readonly JsonObject[]) => string | null {
  const checks = envelopes.flatMap(({ inner, bodyMd5 }, layer) =>
    inner && bodyMd5 ? [{ layer, body: compilePath(inner), md5: compilePath(bodyMd5) }] : [],
  )
  return (documents) => {
    for (const { layer, body, md5 } of checks) {
      const document = documents[layer]
      const [text, sum] = document ? [body(document), md5(document)] : []
      if (typeof text !== 'string' || typeof sum !== 'string' || sum === '') continue
      if (createHash('md5').update(text).digest('hex') !== sum) return sum
    }
    return null
  }
}
