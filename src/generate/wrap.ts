import type { WrapContent } from '../envelopes/envelope.js'
import type { ChainParts, Wrapped } from './layers.js'

/** What stands inside of a layer. */
export type Inside = Pick<WrapContent, 'document' | 'body' | 'headers'>

/** An entry of a batch that is no event. */
export interface BadEntry {
  /** How many come before it: the first tells what the batch is. */
  readonly at: number
  /** JSON, and no object. */
  readonly text: string
}

/**
 * Puts the layers of a chain around documents, the innermost first; those of one batch are of one
 * record then.
 *
 * @param contentOf what a layer says of the `n`th of the things that it is put around
 */
export function wrapInChain(
  { layers, batchLayer }: Pick<ChainParts, 'layers' | 'batchLayer'>,
  documents: readonly Inside[],
  contentOf: (layer: number, n: number) => WrapContent,
  bad?: BadEntry,
): Inside {
  let parts = documents
  for (let at = layers.length - 2; at >= 0; at--) {
    const layer = layers[at]
    if (!layer) continue
    const contents = parts.map((part, n) => ({ ...contentOf(at, n), ...part }))
    const [first] = contents
    if (bad && first && at === batchLayer) {
      contents.splice(bad.at, 0, { ...first, body: bad.text })
    }
    parts = layer.holdsSeveral
      ? [insideOf(layer.wrap(contents))]
      : contents.map((content) => insideOf(layer.wrap([content])))
  }
  return parts[0] ?? { document: {} }
}

function insideOf(wrapped: Wrapped): Inside {
  const isBody = typeof wrapped === 'string' || Buffer.isBuffer(wrapped)
  return isBody ? { document: {}, body: wrapped } : { document: wrapped }
}
