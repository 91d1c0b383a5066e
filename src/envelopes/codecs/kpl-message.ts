import type { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { JsonValue } from '../../event/event.js'
import type { BytesPiece } from './codec.js'
import { LENGTH_DELIMITED, protobuf, VARINT } from './protobuf.js'

/** The protobuf message of an aggregate, as kpl.ts reads it: keys stand in tables, once each. */
export function aggregateMessage(pieces: readonly BytesPiece[]): Uint8Array {
  const keys = tableOf(pieces, 'partitionKey')
  const hashKeys = tableOf(pieces, 'explicitHashKey')
  const writer = new (protobuf().BinaryWriter)()
  for (const key of keys) writer.tag(1, LENGTH_DELIMITED).string(key)
  for (const key of hashKeys) writer.tag(2, LENGTH_DELIMITED).string(key)
  for (const piece of pieces) writeRecord(writer, piece, keys, hashKeys)
  return writer.finish()
}

function tableOf(pieces: readonly BytesPiece[], name: string): string[] {
  const keys = pieces.flatMap(({ document }) => document[name] ?? [])
  return [...new Set(keys.map(String))]
}

function writeRecord(
  writer: BinaryWriter,
  { document, content }: BytesPiece,
  keys: readonly string[],
  hashKeys: readonly string[],
): void {
  const { partitionKey, explicitHashKey, tags } = document
  writer.tag(3, LENGTH_DELIMITED).fork()
  writer.tag(1, VARINT).uint64(keys.indexOf(String(partitionKey)))
  if (explicitHashKey !== undefined) {
    writer.tag(2, VARINT).uint64(hashKeys.indexOf(String(explicitHashKey)))
  }
  writer.tag(3, LENGTH_DELIMITED).bytes(content)
  for (const tag of Array.isArray(tags) ? tags : []) writeTag(writer, tag)
  writer.join()
}

function writeTag(writer: BinaryWriter, tag: JsonValue): void {
  const { key, value } = tag as { key: string; value?: string } // as kpl.ts reads it
  writer.tag(4, LENGTH_DELIMITED).fork()
  writer.tag(1, LENGTH_DELIMITED).string(key)
  if (value !== undefined) writer.tag(2, LENGTH_DELIMITED).string(value)
  writer.join()
}
