import { once } from 'node:events'
import { deflateRawSync } from 'node:zlib'
import avro from 'avsc'
import { zstdStored } from './zstd-file.js'

type Done = (error: Error | null, packed: Buffer) => void

const codecs = {
  null: (data: Buffer, done: Done) => done(null, data),
  deflate: (data: Buffer, done: Done) => done(null, deflateRawSync(data)),
  zstandard: (data: Buffer, done: Done) => done(null, zstdStored(data)),
}

export type AvroCodec = keyof typeof codecs

/** An Avro object container file, by another implementation of Avro. */
export async function avroFile(
  schema: avro.Schema,
  rows: readonly unknown[],
  { codec = 'null', blockBytes = 500 }: { codec?: AvroCodec; blockBytes?: number } = {},
): Promise<Buffer> {
  const options = { codec, codecs, blockSize: blockBytes, writeHeader: 'always' } as const
  const encoder = new avro.streams.BlockEncoder(schema, options)
  const parts: Buffer[] = []
  encoder.on('data', (part: Buffer) => parts.push(part))
  for (const row of rows) encoder.write(row)
  encoder.end()
  await once(encoder, 'end')
  return Buffer.concat(parts)
}

const sync = Buffer.from('0123456789abcdef')
export const SYNC_BYTES = sync.length

/** The same by hand, for what no implementation writes. */
export function avroByHand(
  schema: unknown,
  blocks: readonly { rows: number; data: Buffer }[],
  codec = 'null',
): Buffer {
  const text = typeof schema === 'string' ? schema : JSON.stringify(schema)
  const header = [
    Buffer.from('Obj\x01', 'latin1'),
    ...[long(2), avroText('avro.schema'), avroText(text), avroText('avro.codec'), avroText(codec)],
    ...[long(0), sync],
  ]
  return Buffer.concat([...header, ...blocks.flatMap(avroBlock)])
}

function avroBlock({ rows, data }: { rows: number; data: Buffer }): Buffer[] {
  return [long(rows), long(data.length), data, sync]
}

export function avroText(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([long(bytes.length), bytes])
}

/** Zigzag, seven bits a byte, the least first. */
export function long(value: number | bigint): Buffer {
  let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(left)])
}
