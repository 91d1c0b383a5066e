import { compileAvro, type ReadAvro } from '../avro/schema.js'
import { AvroFault, AvroTap, OutOfBytes } from '../avro/tap.js'
import { blockCodec, tooLarge, type UnpackBlock } from './avro-codecs.js'
import { HeldBytes } from './held-bytes.js'

interface Container {
  /** All that precedes the blocks. */
  readonly header: Buffer
  readonly schema: string
  readonly codec: string
  readonly read: ReadAvro
  readonly unpack: UnpackBlock
  readonly sync: Buffer
}

export interface AvroBlock {
  readonly rows: number
  readonly data: Buffer
  /** As it stands in the file, with its counts and its marker. */
  readonly bytes: Buffer
}

const MAGIC_BYTES = 4
const SYNC_BYTES = 16
const MOST_HEADER_BYTES = 16 * 1024 * 1024

/** Cuts the bytes of a file into its blocks, as they come. */
export class AvroFile {
  readonly held = new HeldBytes()
  container: Container | undefined

  constructor(readonly mostBytes: number) {}

  /** Whether nothing is left that belongs to a block. */
  get isBetweenBlocks(): boolean {
    return this.container !== undefined && this.held.bytes.length === 0
  }

  /** The next block that has come whole. @throws AvroFault */
  next(): AvroBlock | undefined {
    this.container ??= this.#header()
    return this.container && this.#block(this.container)
  }

  #header(): Container | undefined {
    const tap = new AvroTap(this.held.bytes)
    const found = whole(() => {
      tap.take(MAGIC_BYTES)
      const values = metadata(tap)
      return { values, sync: Buffer.from(tap.take(SYNC_BYTES)) }
    })
    if (!found) {
      if (tap.bytes.length <= MOST_HEADER_BYTES) return undefined
      throw new AvroFault('is corrupt Avro: no end of its header')
    }
    const codec = found.values.get('avro.codec')?.toString('latin1') ?? 'null'
    const unpack = blockCodec(codec, this.mostBytes)
    const schema = found.values.get('avro.schema')?.toString('utf8') ?? ''
    const read = compileAvro(schema)
    const header = tap.bytes.subarray(0, tap.at)
    this.held.drop(tap.at)
    return { header, schema, codec, read, unpack, sync: found.sync }
  }

  #block({ sync }: Container): AvroBlock | undefined {
    const tap = new AvroTap(this.held.bytes)
    const sizes = whole(() => ({ rows: tap.size(), bytes: tap.size() }))
    if (!sizes) return undefined
    if (sizes.bytes > this.mostBytes) throw tooLarge(this.mostBytes)
    const block = whole(() => ({ data: tap.take(sizes.bytes), sync: tap.take(SYNC_BYTES) }))
    if (!block) return undefined
    if (!block.sync.equals(sync)) throw new AvroFault('is corrupt Avro: invalid sync marker')
    const bytes = tap.bytes.subarray(0, tap.at)
    this.held.drop(tap.at)
    return { rows: sizes.rows, data: block.data, bytes }
  }
}

/** The file's metadata, a map of bytes. */
function metadata(tap: AvroTap): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (;;) {
    const count = Number(tap.long())
    if (count === 0) return found
    if (count < 0) tap.size()
    for (let left = Math.abs(count); left > 0; left--) {
      const key = tap.take(tap.size()).toString('utf8')
      found.set(key, tap.take(tap.size()))
    }
  }
}

/** Undefined where the bytes end before. */
function whole<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof OutOfBytes) return undefined
    throw error
  }
}
