import { createHash } from 'node:crypto'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** A user record of the Kinesis Producer Library. */
interface UserRecord {
  key: string
  data: Uint8Array
}

/** What the Kinesis Producer Library makes of user records, each with a key of its own. */
export function aggregate(records: readonly UserRecord[]): Buffer {
  const keys = [...new Set(records.map(({ key }) => key))]
  const writer = new BinaryWriter()
  for (const key of keys) writer.tag(1, WireType.LengthDelimited).string(key)
  for (const { key, data } of records) {
    writer.tag(3, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.Varint).uint64(keys.indexOf(key))
    writer.tag(3, WireType.LengthDelimited).bytes(data)
    writer.join()
  }
  return sealed(writer.finish())
}

/** A protobuf message with the magic number before it and its MD5 behind. */
export function sealed(message: Uint8Array): Buffer {
  const md5 = createHash('md5').update(message).digest()
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, md5])
}
