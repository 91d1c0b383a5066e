import { packBlock, tooLarge } from '../archives/avro-codecs.js'
import { type AvroBlock, AvroFile } from '../archives/avro-file.js'
import { avroLong, compileAmend, Unwritable } from '../avro/amend.js'
import { AvroFault, AvroTap } from '../avro/tap.js'
import { MAX_RECORD_BYTES } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { type PackedFile, packZstdBytes } from './packed-file.js'
import type { JudgedRow, RowEraser } from './row-eraser.js'

/**
 * Reads an Avro object container file through an eraser. Its header, and blocks without the
 * subject, keep their bytes; of others the rows without it do.
 *
 * @returns why it cannot be read to its end
 */
export async function eraseAvro(
  chunks: AsyncIterable<Buffer>,
  rows: RowEraser,
  target: PackedFile | undefined,
): Promise<string | null> {
  const file = new AvroFile(MAX_RECORD_BYTES)
  let hasHeader = false
  try {
    for await (const chunk of chunks) {
      file.held.append(chunk)
      for (let block = file.next(); block; block = file.next()) {
        if (!hasHeader && isNamedIn(file, rows)) return 'has what is to be erased in its header'
        if (!hasHeader) await writeHeader(file, target)
        hasHeader = true
        await eraseBlock(block, file, { rows, target })
      }
    }
    if (!hasHeader && isNamedIn(file, rows)) return 'has what is to be erased in its header'
    if (!hasHeader) await writeHeader(file, target)
    return file.isBetweenBlocks ? null : 'ends before its Avro data does'
  } catch (error) {
    if (error instanceof AvroFault) return error.message
    if (error instanceof RangeError) return 'is corrupt Avro: values nested too deep'
    throw error
  }
}

/** In its schema, or in what else it says of itself. */
function isNamedIn({ container }: AvroFile, rows: RowEraser): boolean {
  return container !== undefined && rows.mayTouch(container.header.toString())
}

async function writeHeader({ container }: AvroFile, target: PackedFile | undefined): Promise<void> {
  if (container) await target?.write(container.header)
}

async function eraseBlock(
  block: AvroBlock,
  { container, mostBytes }: AvroFile,
  { rows, target }: { rows: RowEraser; target: PackedFile | undefined },
): Promise<void> {
  if (!container) return
  const data = await container.unpack(block.data)
  if (data.length > mostBytes) throw tooLarge(mostBytes)
  const amend = compileAmend(container.schema)
  const tap = new AvroTap(data)
  const kept: Buffer[] = []
  let isSame = true
  for (let row = 0; row < block.rows; row++) {
    const start = tap.at
    const value = jsonText(container.read(tap))
    const bytes = data.subarray(start, tap.at)
    const isBroken = tap.hasBadText
    tap.hasBadText = false
    const judged = isBroken ? rows.judgeBroken(bytes) : await rows.judge(value, undefined)
    const left = leftOf(judged, bytes, amend)
    rows.settle(judged, left !== 'unwritable')
    const after = left === 'unwritable' ? bytes : left
    if (after !== bytes) isSame = false
    if (after) kept.push(after)
  }
  if (tap.leftBytes > 0) throw new AvroFault('is corrupt Avro: a block longer than its rows')
  if (!target) return
  if (isSame) return target.write(block.bytes)
  // A block of no rows says nothing.
  if (kept.length === 0) return
  const { codec, sync } = container
  const packed = await packedBlock(Buffer.concat(kept), codec, target)
  await target.write(Buffer.concat([avroLong(kept.length), avroLong(packed.length), packed, sync]))
}

/** Null where the row is gone. */
function leftOf(
  { left }: JudgedRow,
  bytes: Buffer,
  amend: ReturnType<typeof compileAmend>,
): Buffer | null | 'unwritable' {
  if (left === 'kept') return bytes
  if (left === 'dropped') return null
  try {
    return amend(new AvroTap(bytes), left.value)
  } catch (error) {
    if (error instanceof Unwritable) return 'unwritable'
    throw error
  }
}

async function packedBlock(data: Buffer, codec: string, target: PackedFile): Promise<Buffer> {
  return packBlock(codec, data) ?? packZstdBytes(data, target.file)
}
