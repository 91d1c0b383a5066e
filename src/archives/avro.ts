import { compileAvro, type ReadAvro } from '../avro/schema.js'
import { AvroFault, AvroTap, OutOfBytes } from '../avro/tap.js'
import type { JsonValue } from '../event/event.js'
import { blockCodec, tooLarge, type UnpackBlock } from './avro-codecs.js'
import { HeldBytes } from './held-bytes.js'
import type { Fault, RawRecord } from './object.js'
import { type ReaderSettings, RecordMaker } from './record-maker.js'

interface Container {
  readonly read: ReadAvro
  readonly unpack: UnpackBlock
  readonly sync: Buffer
}

interface Block {
  readonly rows: number
  readonly data: Buffer
}

const MAGIC_BYTES = 4
const SYNC_BYTES = 16
const MOST_HEADER_BYTES = 16 * 1024 * 1024
const ROWS_A_BATCH = 1000
const cut: Fault = { reason: 'cut', detail: 'ends before its Avro data does' }

/**
 * The rows of an Avro object container file, each as the JSON object that `avro/schema.ts` makes of
 * it. A block is unpacked whole, up to `maxRecordBytes`. Where the file is cut or corrupt, the rows
 * before the place come, and one undecodable; what follows a bad block is not looked for.
 *
 * @param faultOf what ended the bytes early, when they have ended
 */
export async function* avroRecords(
  bytes: AsyncIterable<Buffer>,
  settings: ReaderSettings,
  faultOf: () => Fault | undefined,
): AsyncGenerator<RawRecord[]> {
  const make = new RecordMaker(settings)
  const file = new AvroFile(settings.maxRecordBytes)
  let fault: Fault | undefined
  try {
    for await (const chunk of bytes) {
      file.held.append(chunk)
      for (let block = file.next(); block; block = file.next()) {
        yield* rowsOf(block, file, make)
      }
    }
    if (!file.isBetweenBlocks) fault = cut
  } catch (error) {
    if (!(error instanceof AvroFault)) throw error
    fault = { reason: 'corrupt', detail: error.message }
  }
  const known = faultOf()
  if (fault && !known) settings.report(fault)
  const shown = known ?? fault
  if (shown) yield [make.bad('cut', shown.detail, Buffer.alloc(0))]
}

async function* rowsOf(
  { rows, data }: Block,
  { container, mostBytes }: AvroFile,
  make: RecordMaker,
): AsyncGenerator<RawRecord[]> {
  if (!container) return
  const unpacked = await container.unpack(data)
  if (unpacked.length > mostBytes) throw tooLarge(mostBytes)
  const tap = new AvroTap(unpacked)
  let batch: RawRecord[] = []
  try {
    for (let row = 0; row < rows; row++) {
      const start = tap.at
      const value = readRow(container.read, tap)
      batch.push(recordOf(value, tap, unpacked.subarray(start, tap.at), make))
      if (batch.length < ROWS_A_BATCH) continue
      yield batch
      batch = []
    }
    if (tap.leftBytes > 0) throw new AvroFault('is corrupt Avro: a block longer than its rows')
  } catch (error) {
    yield batch
    throw error
  }
  yield batch
}

function readRow(read: ReadAvro, tap: AvroTap): JsonValue {
  try {
    return read(tap)
  } catch (error) {
    if (error instanceof RangeError) throw new AvroFault('is corrupt Avro: values nested too deep')
    throw error
  }
}

function recordOf(value: JsonValue, tap: AvroTap, bytes: Buffer, make: RecordMaker): RawRecord {
  if (!tap.hasBadText) return make.made(value, bytes)
  tap.hasBadText = false
  return make.bad('not UTF-8', 'has text that is not UTF-8', bytes)
}

/** Cuts the bytes of a file into its blocks, as they come. */
class AvroFile {
  readonly held = new HeldBytes()
  container: Container | undefined

  constructor(readonly mostBytes: number) {}

  /** Whether nothing is left that belongs to a block. */
  get isBetweenBlocks(): boolean {
    return this.container !== undefined && this.held.bytes.length === 0
  }

  /** The next block that has come whole. @throws AvroFault */
  next(): Block | undefined {
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
    const read = compileAvro(found.values.get('avro.schema')?.toString('utf8') ?? '')
    this.held.drop(tap.at)
    return { read, unpack, sync: found.sync }
  }

  #block({ sync }: Container): Block | undefined {
    const tap = new AvroTap(this.held.bytes)
    const sizes = whole(() => ({ rows: tap.size(), bytes: tap.size() }))
    if (!sizes) return undefined
    if (sizes.bytes > this.mostBytes) throw tooLarge(this.mostBytes)
    const block = whole(() => ({ data: tap.take(sizes.bytes), sync: tap.take(SYNC_BYTES) }))
    if (!block) return undefined
    if (!block.sync.equals(sync)) throw new AvroFault('is corrupt Avro: invalid sync marker')
    this.held.drop(tap.at)
    return { rows: sizes.rows, data: block.data }
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
