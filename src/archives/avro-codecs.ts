import { promisify } from 'node:util'
import { crc32, deflateRawSync, inflateRaw } from 'node:zlib'
import { AvroFault } from '../avro/tap.js'
import { ZstdEngine } from '../zstd/engine.js'
import { packSnappy, unpackSnappy } from './snappy.js'

/** Unpacks the data of a block. @throws AvroFault */
export type UnpackBlock = (data: Buffer) => Promise<Buffer>

const CHECKSUM_BYTES = 4
const ZSTD_CHUNK_BYTES = 256 * 1024
const inflate = promisify(inflateRaw)

/** @throws AvroFault for a codec that is not read */
export function blockCodec(name: string, mostBytes: number): UnpackBlock {
  if (name === 'null') return async (data) => data
  if (name === 'deflate') return (data) => deflate(data, mostBytes)
  if (name === 'snappy') return async (data) => snappy(data, mostBytes)
  if (name === 'zstandard') return (data) => zstandard(data, mostBytes)
  const shown = /^[\w-]{1,20}$/.test(name) ? name : 'it names'
  throw new AvroFault(`cannot be read: evt does not know the Avro codec ${shown}`)
}

/** Packs the data of a block; undefined for `zstandard`, which Node has from 22.15 only. */
export function packBlock(codec: string, data: Buffer): Buffer | undefined {
  if (codec === 'null') return data
  if (codec === 'deflate') return deflateRawSync(data)
  if (codec !== 'snappy') return undefined
  const checksum = Buffer.alloc(CHECKSUM_BYTES)
  checksum.writeUInt32BE(crc32(data))
  return Buffer.concat([packSnappy(data), checksum])
}

async function deflate(data: Buffer, mostBytes: number): Promise<Buffer> {
  try {
    return await inflate(data, { maxOutputLength: mostBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(mostBytes)
    }
    throw invalidBlock()
  }
}

function snappy(data: Buffer, mostBytes: number): Buffer {
  const end = data.length - CHECKSUM_BYTES
  const unpacked = end < 0 ? undefined : unpackSnappy(data.subarray(0, end), mostBytes)
  if (!unpacked) throw invalidBlock()
  if (crc32(unpacked) !== data.readUInt32BE(end)) {
    throw new AvroFault('is corrupt Avro: incorrect data check')
  }
  return unpacked
}

async function zstandard(data: Buffer, mostBytes: number): Promise<Buffer> {
  const engine = await ZstdEngine.open(ZSTD_CHUNK_BYTES)
  try {
    const parts: Buffer[] = []
    let bytes = 0
    for (const part of engine.unpack(data)) {
      bytes += part.length
      if (bytes > mostBytes) throw tooLarge(mostBytes)
      parts.push(part)
    }
    if (engine.failure || engine.isInFrame) throw invalidBlock()
    return Buffer.concat(parts)
  } finally {
    engine.close()
  }
}

function invalidBlock(): AvroFault {
  return new AvroFault('is corrupt Avro: a block that cannot be unpacked')
}

export function tooLarge(mostBytes: number): AvroFault {
  return new AvroFault(`has an Avro block of more than ${mostBytes.toLocaleString('en')} bytes`)
}
