import { createHash } from 'node:crypto'
import type { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { JsonObject } from '../../event/event.js'
import { type Codec, ContentFault, MAX_ENTRIES, type Piece } from './codec.js'
import { aggregateMessage } from './kpl-message.js'
import { LENGTH_DELIMITED, protobuf, VARINT } from './protobuf.js'

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2])
const MD5_BYTES = 16
const noMessage = new ContentFault('is no whole protobuf message')

/**
 * An aggregate of the Kinesis Producer Library (awslabs/kinesis-aggregation): a magic number, a
 * protobuf message, its MD5. Each user record is an entry with its own partition key; its position
 * is Kinesis's sub-sequence number. No text begins with the magic number, so what has it and does
 * not verify is nothing else. KCL 2 drops user records whose hash key is not of the shard without a
 * word; here they are read like all others.
 */
export const kpl: Codec = {
  envelope: {
    name: 'kpl',
    title: 'Kinesis Producer Library aggregate',
    when: [],
    fields: { key: [['partitionKey']] },
    stamps: {},
    isCodec: true,
  },
  recognises: (bytes) => bytes.subarray(0, MAGIC.length).equals(MAGIC),
  decode(bytes) {
    const message = bytes.subarray(MAGIC.length, -MD5_BYTES)
    const md5 = createHash('md5').update(message).digest()
    if (bytes.length < MAGIC.length + MD5_BYTES || !md5.equals(bytes.subarray(-MD5_BYTES))) {
      throw new ContentFault('is cut or corrupt: its MD5 is of other bytes')
    }
    const { partitionKeys, explicitHashKeys, records } = readAggregate(message)
    return records.map((record, entry) => pieceOf(record, entry, partitionKeys, explicitHashKeys))
  },
  encode(pieces) {
    const message = aggregateMessage(pieces)
    return Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()])
  },
}

interface Aggregate {
  partitionKeys: string[]
  explicitHashKeys: string[]
  records: Uint8Array[]
}

/** `{repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
 * repeated Record records = 3}`. */
function readAggregate(message: Uint8Array): Aggregate {
  const found: Aggregate = { partitionKeys: [], explicitHashKeys: [], records: [] }
  eachField(message, {
    1: { wire: LENGTH_DELIMITED, read: (reader) => found.partitionKeys.push(reader.string()) },
    2: { wire: LENGTH_DELIMITED, read: (reader) => found.explicitHashKeys.push(reader.string()) },
    3: {
      wire: LENGTH_DELIMITED,
      read: (reader) => {
        if (found.records.length === MAX_ENTRIES) throw tooMany()
        found.records.push(reader.bytes())
      },
    },
  })
  return found
}

interface UserRecord {
  keyIndex?: number
  hashKeyIndex?: number
  data?: Buffer
  tags: JsonObject[]
}

function pieceOf(
  record: Uint8Array,
  entry: number,
  keys: readonly string[],
  hashKeys: readonly string[],
): Piece {
  try {
    const { keyIndex, hashKeyIndex, data, tags } = readRecord(record)
    const partitionKey = keys[keyIndex ?? -1]
    const explicitHashKey = hashKeys[hashKeyIndex ?? -1]
    if (partitionKey === undefined) throw new ContentFault(missingKey(keyIndex, keys.length))
    if (data === undefined) throw new ContentFault('has no data')
    const document = {
      partitionKey,
      ...(explicitHashKey === undefined ? {} : { explicitHashKey }),
      ...(tags.length === 0 ? {} : { tags }),
    }
    return { document, content: data, entry }
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error
    return { document: {}, content: error, entry }
  }
}

/** `{required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2;
 * required bytes data = 3; repeated Tag tags = 4}`. */
function readRecord(bytes: Uint8Array): UserRecord {
  const found: UserRecord = { tags: [] }
  const indexOf = (name: 'keyIndex' | 'hashKeyIndex') => (reader: BinaryReader) => {
    found[name] = Number(reader.uint64())
  }
  const readData = (reader: BinaryReader) => {
    const data = reader.bytes()
    found.data = Buffer.from(data.buffer, data.byteOffset, data.length)
  }
  eachField(bytes, {
    1: { wire: VARINT, read: indexOf('keyIndex') },
    2: { wire: VARINT, read: indexOf('hashKeyIndex') },
    3: { wire: LENGTH_DELIMITED, read: readData },
    4: { wire: LENGTH_DELIMITED, read: (reader) => found.tags.push(readTag(reader.bytes())) },
  })
  return found
}

/** `{required string key = 1; optional string value = 2}`. */
function readTag(bytes: Uint8Array): JsonObject {
  const tag: JsonObject = {}
  const textOf = (name: 'key' | 'value') => (reader: BinaryReader) => {
    tag[name] = reader.string()
  }
  eachField(bytes, {
    1: { wire: LENGTH_DELIMITED, read: textOf('key') },
    2: { wire: LENGTH_DELIMITED, read: textOf('value') },
  })
  return tag
}

interface Field {
  wire: WireType
  read: (reader: BinaryReader) => void
}

/** Fields by their numbers; others, and those of another wire type, are unknown and left out.
 * @throws {@link noMessage} where the bytes are no protobuf */
function eachField(bytes: Uint8Array, fields: Readonly<Record<number, Field>>): void {
  const reader = new (protobuf().BinaryReader)(bytes)
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag()
      const field = fields[number]
      if (field?.wire === wireType) field.read(reader)
      else reader.skip(wireType, number)
    }
  } catch (error) {
    throw error instanceof ContentFault ? error : noMessage
  }
  if (reader.pos > reader.len) throw noMessage
}

function tooMany(): ContentFault {
  const most = MAX_ENTRIES.toLocaleString('en')
  return new ContentFault(`has more than the limit of ${most} records`)
}

function missingKey(index: number | undefined, keys: number): string {
  return index === undefined
    ? 'has no partition_key_index'
    : `has the partition_key_index ${index}, and the table has ${keys} keys`
}
