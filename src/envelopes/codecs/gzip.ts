import { gunzipSync, gzipSync } from 'node:zlib'
import { type Codec, onlyContent, unpackFault } from './codec.js'

export const gzip: Codec = {
  envelope: {
    name: 'gzip',
    title: 'gzip',
    when: [],
    fields: {},
    stamps: {},
    isCodec: true,
  },
  recognises: (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b,
  decode(bytes, mostBytes) {
    try {
      // Zlib takes a limit of zero for none.
      const content = gunzipSync(bytes, { maxOutputLength: Math.max(1, mostBytes) })
      return [{ document: {}, content, entry: null }]
    } catch (error) {
      throw unpackFault(error, mostBytes)
    }
  },
  encode: (pieces) => gzipSync(onlyContent(pieces)),
}
