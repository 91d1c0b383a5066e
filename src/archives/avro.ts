import type { ReadAvro } from '../avro/schema.js'
import { AvroFault, AvroTap } from '../avro/tap.js'
import type { JsonValue } from '../event/event.js'
import { tooLarge } from './avro-codecs.js'
import { type AvroBlock, AvroFile } from './avro-file.js'
import type { Fault, RawRecord } from './object.js'
import { type ReaderSettings, RecordMaker } from './record-maker.js'

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
  { rows, data }: AvroBlock,
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
