import type { ReadAvro } from '../../avro/schema.js'
import { AvroFault, AvroTap, OutOfBytes } from '../../avro/tap.js'
import type { JsonValue } from '../../event/event.js'
import { parseBytes } from '../../event/json.js'
import type { Schemas } from '../outside.js'
import { ContentFault } from './codec.js'

const OPEN_OBJECT = 0x7b
const OPEN_ARRAY = 0x5b

/**
 * One datum of Avro, which takes all of the bytes.
 *
 * @throws ContentFault naming the schema; Missing where it has not been fetched
 */
export function avroDatum(bytes: Buffer, id: string, schemas: Schemas): JsonValue {
  const found = schemas.reader(id)
  if (!found.ok) throw new ContentFault(`schema ${id} ${found.detail}`)
  const tap = new AvroTap(bytes)
  const value = readDatum(found.value, tap, id)
  if (tap.leftBytes > 0) {
    const [left, all] = [tap.leftBytes, bytes.length].map((n) => n.toLocaleString('en'))
    throw new ContentFault(`schema ${id} does not fit: it leaves ${left} of ${all} bytes unread`)
  }
  if (tap.hasBadText) throw new ContentFault(`schema ${id} has text that is not UTF-8`)
  return value
}

function readDatum(read: ReadAvro, tap: AvroTap, id: string): JsonValue {
  try {
    return read(tap)
  } catch (error) {
    if (error instanceof OutOfBytes) {
      throw new ContentFault(`schema ${id} needs more bytes than there are`)
    }
    if (error instanceof RangeError) throw new ContentFault(`schema ${id} is nested too deep`)
    if (!(error instanceof AvroFault)) throw error
    throw new ContentFault(`schema ${id} does not fit: ${error.message.replace(/^.*: /, '')}`)
  }
}

/** Registries hold schemas of JSON too, whose data are JSON texts. */
export function isJsonText(bytes: Buffer): boolean {
  return (bytes[0] === OPEN_OBJECT || bytes[0] === OPEN_ARRAY) && parseBytes(bytes).ok
}
