import { loadZstd, ZstdEngine } from '../../zstd/engine.js'
import { Missing } from '../missing.js'
import { type Codec, ContentFault, onlyContent, tooMuch } from './codec.js'

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
  encode: (pieces) => rawFrame(onlyContent(pieces)),
}

/** A single segment, its size in four bytes. */
const RAW_FRAME = 0xa0
const HEADER_BYTES = 9

/** A frame of blocks that are stored as they are (RFC 8878, 3.1.1): Node packs zstd from 22.15 on
 * only, and what is generated is the same bytes on all of them. */
function rawFrame(bytes: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header[MAGIC.length] = RAW_FRAME
  header.writeUInt32LE(bytes.length, MAGIC.length + 1)
  const parts: Buffer[] = [header]
  let at = 0
  do {
    const block = bytes.subarray(at, at + CHUNK_BYTES)
    at += CHUNK_BYTES
    const blockHeader = Buffer.alloc(3)
    blockHeader.writeUIntLE(block.length * 8 + (at < bytes.length ? 0 : 1), 0, 3)
    parts.push(blockHeader, block)
  } while (at < bytes.length)
  return Buffer.concat(parts)
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
