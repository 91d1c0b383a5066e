import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { deflateRawSync } from 'node:zlib'
import { AvroBytes } from './avro-bytes.js'
import { avroTypeOf } from './avro-schema.js'
import type { ObjectWriter } from './object-writer.js'

const MAGIC = Buffer.from('Obj\x01', 'latin1')
const BLOCK_BYTES = 64 * 1024

/**
 * Turns files of line-delimited JSON into Avro object container files, whose schema is that of
 * `sample`, with blocks of about 64 KiB. The marker between blocks comes from the schema, so that
 * the same records are the same bytes.
 *
 * @param codec of the blocks
 */
export function createAvroWriter(
  sample: Record<string, unknown>,
  codec: 'null' | 'deflate',
): ObjectWriter {
  const type = avroTypeOf(sample, 'Record')
  const schemaText = JSON.stringify(type.schema)
  const sync = createHash('md5').update(schemaText).digest()
  const header = headerOf({ 'avro.schema': schemaText, 'avro.codec': codec }, sync)
  const pack = (data: Buffer) => (codec === 'null' ? data : deflateRawSync(data))

  function blockOf(rows: number, data: Buffer): Buffer {
    const block = new AvroBytes()
    block.long(rows)
    block.bytes(pack(data))
    block.raw(sync)
    return block.take()
  }

  async function* blocksOf(textPath: string): AsyncGenerator<Buffer> {
    yield header
    const data = new AvroBytes()
    let rows = 0
    for await (const line of createInterface({ input: createReadStream(textPath) })) {
      type.write(JSON.parse(line), data)
      rows += 1
      if (data.length < BLOCK_BYTES) continue
      yield blockOf(rows, data.take())
      rows = 0
    }
    if (rows > 0) yield blockOf(rows, data.take())
  }

  return {
    write: (textPath, path) => pipeline(blocksOf(textPath), createWriteStream(path)),
    close() {},
  }
}

function headerOf(metadata: Readonly<Record<string, string>>, sync: Buffer): Buffer {
  const header = new AvroBytes()
  header.raw(MAGIC)
  const entries = Object.entries(metadata)
  header.long(entries.length)
  for (const [key, value] of entries) {
    header.text(key)
    header.text(value)
  }
  header.long(0)
  header.raw(sync)
  return header.take()
}
