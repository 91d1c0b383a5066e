import { loadZstd, ZstdEngine } from '../../zstd/engine.js'
import { Missing } from '../missing.js'
import { type Codec, ContentFault, tooMuch } from './codec.js'

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const CHUNK_BYTES = 128 * 1024

export const zstd: Codec = {
  envelope: {
    name: 'zstd',
    title: 'zstd',
    when: [],
    fields: {},
    stamps: {},
    isCodec: true,
  },
  recognises: (bytes) => bytes.subarray(0, MAGIC.length).equals(MAGIC),
  decode(bytes, mostBytes) {
    const engine = ZstdEngine.openLoaded(CHUNK_BYTES)
    if (!engine) throw new Missing(loadZstd)
    try {
      return [{ document: {}, content: unpacked(engine, bytes, mostBytes), entry: null }]
    } finally {
      engine.close()
    }
  },
}

function unpacked(engine: ZstdEngine, bytes: Buffer, mostBytes: number): Buffer {
  const parts: Buffer[] = []
  let unpackedBytes = 0
  for (const part of engine.unpack(bytes)) {
    unpackedBytes += part.length
    if (unpackedBytes > mostBytes) throw new ContentFault(tooMuch(mostBytes))
    parts.push(part)
  }
  if (engine.failure) throw new ContentFault(reasonOf(engine.failure))
  if (engine.isInFrame) throw new ContentFault('ends before its data does')
  return Buffer.concat(parts)
}

/** In the words that all encodings have. */
function reasonOf(failure: string): string {
  return failure.startsWith('is corrupt') ? 'is corrupt' : failure.replace(' zstd', '')
}
