import { avroDatum, isJsonText } from './avro-datum.js'
import { type Codec, ContentFault, onlyContent } from './codec.js'

const HEADER_BYTES = 5

/**
 * The framing of Confluent's schema registry: a byte of zero and the number of the schema in four
 * bytes. Any data may begin so: where nobody said where schemas are, only what is followed by JSON
 * surely is one.
 */
export const confluent: Codec = {
  envelope: {
    name: 'confluent',
    title: 'Confluent Schema Registry',
    when: [],
    fields: {},
    stamps: {},
    isCodec: true,
  },
  recognises: (bytes, { schemas }) =>
    confluentId(bytes) !== undefined &&
    (schemas !== undefined || isJsonText(bytes.subarray(HEADER_BYTES))),
  decode(bytes, _, { schemas }) {
    const schemaId = confluentId(bytes) ?? 0
    const data = bytes.subarray(HEADER_BYTES)
    const document = { schemaId }
    if (isJsonText(data)) return [{ document, content: data, entry: null }]
    if (!schemas) throw new ContentFault(`schema ${schemaId} is not known`)
    return [{ document, content: avroDatum(data, String(schemaId), schemas), entry: null }]
  },
  encode(pieces) {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32BE(Number(pieces[0]?.document['schemaId'] ?? 0), 1)
    return Buffer.concat([header, onlyContent(pieces)])
  },
}

/** The number of the schema, where bytes begin as they do in this framing. */
export function confluentId(bytes: Buffer): number | undefined {
  return bytes[0] === 0 && bytes.length > HEADER_BYTES ? bytes.readUInt32BE(1) : undefined
}
