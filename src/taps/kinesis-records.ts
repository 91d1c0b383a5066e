import type { KinesisRecord } from '../aws/kinesis.js'
import type { JsonObject } from '../event/event.js'
import type { ShardRecord } from './shard-source.js'

const HEAD_BYTES = 200

/** What a record is told of where it was read. */
export interface RecordPlace {
  /** How the stream is named. */
  readonly place: string
  readonly shard: string
  /** Of the stream. */
  readonly arn: string
  /** Whether a shard has records of any key, so that a key is no place of an order. */
  readonly isSpread: boolean
}

/** A record as GetRecords gives it in JSON; where the key has no shard, as Lambda is given it,
 * which says the shard. */
export function kinesisRecord(record: KinesisRecord, at: RecordPlace): ShardRecord {
  const { SequenceNumber: sequence = '', Data: data = new Uint8Array() } = record
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const value = at.isSpread ? ofLambda(record, bytes, at) : ofGetRecords(record, bytes)
  return {
    sequence,
    value: {
      value,
      position: { path: `${at.place}/${at.shard}/${sequence}`, record: 1 },
      sizeBytes: bytes.length,
      head: bytes.subarray(0, HEAD_BYTES),
    },
  }
}

function ofGetRecords(record: KinesisRecord, bytes: Buffer): JsonObject {
  const { SequenceNumber = '', PartitionKey = '', ApproximateArrivalTimestamp: at } = record
  return {
    SequenceNumber,
    ...(at && { ApproximateArrivalTimestamp: at.toISOString() }),
    Data: bytes.toString('base64'),
    PartitionKey,
    ...(record.EncryptionType && { EncryptionType: record.EncryptionType }),
  }
}

function ofLambda(record: KinesisRecord, bytes: Buffer, { shard, arn }: RecordPlace): JsonObject {
  const { SequenceNumber = '', PartitionKey = '', ApproximateArrivalTimestamp: at } = record
  return {
    kinesis: {
      ...{ kinesisSchemaVersion: '1.0', partitionKey: PartitionKey },
      ...{ sequenceNumber: SequenceNumber, data: bytes.toString('base64') },
      ...(at && { approximateArrivalTimestamp: at.getTime() / 1_000 }),
    },
    ...{ eventSource: 'aws:kinesis', eventName: 'aws:kinesis:record', eventVersion: '1.0' },
    ...{ eventID: `${shard}:${SequenceNumber}`, eventSourceARN: arn },
  }
}
