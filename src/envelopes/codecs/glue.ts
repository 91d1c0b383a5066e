import { inflateSync } from 'node:zlib'
import { avroDatum, isJsonText } from './avro-datum.js'
import { type Codec, ContentFault, onlyContent, unpackFault, unpackOptions } from './codec.js'

const VERSION = 3
const COMPRESSIONS = { none: 0, zlib: 5 } as const
const HEADER_BYTES = 18

/** The framing of AWS Glue's schema registry: a byte of its version, one of the compression and
 * the UUID of the schema version (awslabs/aws-glue-schema-registry). */
export const glue: Codec = {
  envelope: {
    name: 'glue',
    title: 'AWS Glue Schema Registry',
    when: [],
    fields: {},
    stamps: {},
    isCodec: true,
  },
  recognises: (bytes) =>
    bytes.length >= HEADER_BYTES &&
    bytes[0] === VERSION &&
    (bytes[1] === COMPRESSIONS.none || bytes[1] === COMPRESSIONS.zlib) &&
    uuid.test(schemaVersion(bytes)),
  decode(bytes, mostBytes, { schemas }) {
    const id = schemaVersion(bytes)
    const packed = bytes.subarray(HEADER_BYTES)
    const data = bytes[1] === COMPRESSIONS.zlib ? inflated(packed, mostBytes) : packed
    const document = { schemaVersionId: id }
    if (isJsonText(data)) return [{ document, content: data, entry: null }]
    if (!schemas) {
      throw new ContentFault(`schema ${id} is needed: --schema-registry says where it is`)
    }
    return [{ document, content: avroDatum(data, id, schemas), entry: null }]
  },
  encode(pieces) {
    const id = String(pieces[0]?.document['schemaVersionId']).replaceAll('-', '')
    const header = Buffer.from([VERSION, COMPRESSIONS.none])
    return Buffer.concat([header, Buffer.from(id, 'hex'), onlyContent(pieces)])
  },
}

/** As RFC 9562 has them: other bytes that begin alike are none. */
const uuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

function schemaVersion(bytes: Buffer): string {
  const hex = bytes.toString('hex', 2, HEADER_BYTES)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function inflated(packed: Buffer, mostBytes: number): Buffer {
  try {
    return inflateSync(packed, unpackOptions(packed, mostBytes))
  } catch (error) {
    throw unpackFault(error, mostBytes)
  }
}
