import { deflateSync } from 'node:zlib'
import avro from 'avsc'
import { expect, test } from 'vitest'
import { compileAvro } from '../../src/avro/schema.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { complete, Missing } from '../../src/envelopes/missing.js'
import type { Found, Outside } from '../../src/envelopes/outside.js'
import type { Decoded, JsonObject } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'

const schema = {
  type: 'record',
  name: 'OrderPlaced',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total', type: 'long' },
    { name: '__proto__', type: ['null', 'string'], default: null },
  ],
} as const
const uuid = '9c3e1d5a-4b2f-4c6d-8e7f-0a1b2c3d4e5f'
const datum = avro.Type.forSchema({
  ...schema,
  fields: schema.fields.map((field) =>
    field.name === '__proto__' ? { ...field, name: 'proto' } : field,
  ),
} as avro.Schema).toBuffer({ id: 'o-1', total: 7, proto: 'p' })

/** Registries as they are: what they have comes when it was asked for. */
function registry(schemas: Record<string, string>): Outside {
  const known = new Map<string, Found<ReturnType<typeof compileAvro>>>()
  return {
    schemas: {
      reader(id) {
        const found = known.get(id)
        if (found) return found
        throw new Missing(async () => {
          const text = schemas[id]
          const value = text === undefined ? undefined : compileAvro(text)
          known.set(id, value ? { ok: true, value } : { ok: false, detail: 'is not in reg/' })
        })
      },
    },
  }
}

const both = { 7: JSON.stringify(schema), [uuid]: JSON.stringify(schema), 8: '"string"' }

function decoded(data: Buffer, outside: Outside = registry(both)): Promise<Decoded[]> {
  const Data = data.toString('base64')
  return decodedRecord({ SequenceNumber: '1', PartitionKey: 'k', Data }, outside)
}

async function decodedRecord(value: JsonObject, outside: Outside): Promise<Decoded[]> {
  const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }), outside })
  const position = { path: 'a', record: 1 }
  return complete(() => decode({ value, position, sizeBytes: 1, head: new Uint8Array() }))
}

async function reason(data: Buffer, outside?: Outside): Promise<string> {
  const [first] = await decoded(data, outside)
  return first?.kind === 'undecodable' ? first.undecodable.detail : JSON.stringify(first)
}

const confluent = (id: number, data: Buffer) => {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(id, 1)
  return Buffer.concat([header, data])
}
const glue = (data: Buffer, compression = 0) =>
  Buffer.concat([Buffer.from([3, compression]), Buffer.from(uuid.replaceAll('-', ''), 'hex'), data])

test.each([
  ['confluent', confluent(7, datum)],
  ['glue', glue(datum)],
  ['glue', glue(deflateSync(datum), 5)],
])('%s gives the datum as JSON, with keys such as __proto__', async (name, data) => {
  const [first] = await decoded(data)
  if (first?.kind !== 'event') throw new Error(JSON.stringify(first))
  expect(first.event.envelopes).toEqual(['kinesis', name])
  expect(JSON.stringify(first.event.document)).toBe('{"id":"o-1","total":7,"__proto__":"p"}')
  expect(first.event.id).toBe('o-1')
})

test('data of a CloudEvent in binary mode are read by their schema, or stay bytes', async () => {
  const attributes = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': 's', 'ce-type': 't' }
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { StringValue }]),
  )
  const found = async (data: Buffer, outside: Outside) => {
    const Body = data.toString('base64')
    const [first] = await decodedRecord({ MessageId: 'm', Body, MessageAttributes }, outside)
    if (first?.kind !== 'event') throw new Error(JSON.stringify(first))
    return [first.event.id, first.event.envelopes.join(), JSON.stringify(first.event.payload)]
  }
  const payload = '{"id":"o-1","total":7,"__proto__":"p"}'
  const read = ['e-1', 'sqs,base64,confluent,cloudevents', payload]
  expect(await found(confluent(7, datum), registry(both))).toEqual(read)
  const unread = confluent(9, datum)
  const bytes = JSON.stringify(unread.toString('base64'))
  expect(await found(unread, registry(both))).toEqual(['e-1', 'sqs,cloudevents', bytes])
})

test('a schema that is not there, or does not fit, is named', async () => {
  const where = 'kinesis $.Data'
  expect(await reason(confluent(9, datum))).toBe(`${where} confluent schema 9 is not in reg/`)
  expect(await reason(confluent(7, datum.subarray(0, 3)))).toBe(
    `${where} confluent schema 7 needs more bytes than there are`,
  )
  expect(await reason(confluent(7, Buffer.concat([datum, Buffer.from('abc')])))).toBe(
    `${where} confluent schema 7 does not fit: it leaves 3 of ${datum.length + 3} bytes unread`,
  )
  const branch = Buffer.concat([datum.subarray(0, 5), Buffer.from([8])])
  expect(await reason(confluent(7, branch))).toBe(
    `${where} confluent schema 7 does not fit: no such branch of a union`,
  )
  const text = Buffer.from([4, 0xff, 0xfe])
  expect(await reason(confluent(8, text))).toBe(
    `${where} confluent schema 8 has text that is not UTF-8`,
  )
  expect(await reason(confluent(8, Buffer.from([4, 0x61, 0x62])))).toBe(
    `${where} is a string, not an object`,
  )
  expect(await reason(glue(datum.subarray(0, 3)))).toBe(
    `${where} glue schema ${uuid} needs more bytes than there are`,
  )
})

test('without a registry, bytes of zero are no framing, and a hint names the flag', async () => {
  expect(await reason(confluent(7, datum), {})).toMatch(
    /if it is Avro with schema 7 of a registry, --schema-registry says where that is$/,
  )
  expect(await reason(glue(datum), {})).toBe(
    `kinesis $.Data glue schema ${uuid} is needed: --schema-registry says where it is`,
  )
})

test('a bomb of zlib stops at the limit of a record', async () => {
  const bomb = glue(deflateSync(Buffer.alloc(140 * 1024 * 1024)), 5)
  expect(await reason(bomb)).toBe(
    'kinesis $.Data glue unpacks to more than the limit of 134,217,728 bytes',
  )
})
