import type { Codec } from './codec.js'
import { confluent } from './confluent.js'
import { glue } from './glue.js'
import { gzip } from './gzip.js'
import { kpl } from './kpl.js'
import { zstd } from './zstd.js'

export { type Codec, ContentFault, MAX_ENTRIES } from './codec.js'

/** Every encoding of bytes that evt knows; the first that recognises them decodes them. */
export const codecs: readonly Codec[] = [gzip, zstd, kpl, glue, confluent]
