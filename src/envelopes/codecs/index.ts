import type { Codec } from './codec.js'
import { gzip } from './gzip.js'
import { kpl } from './kpl.js'

export { type Codec, ContentFault, MAX_ENTRIES } from './codec.js'

/** Every encoding of bytes that evt knows; the first that recognises them decodes them. */
export const codecs: readonly Codec[] = [gzip, kpl]
