import { gunzipSync, gzipSync } from 'node:zlib'
import { type Codec, onlyContent, unpackFault, unpackOptions } from './codec.js'

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
      const content = gunzipSync(bytes, unpackOptions(bytes, mostBytes))
      return [{ document: {}, content, entry: null }]
    } catch (error) {
      throw unpackFault(error, mostBytes)
    }
  },
  encode: (pieces) => gzipSync(onlyContent(pieces)),
}
