import type { JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import type { Envelope } from './envelope.js'
import { bodyBase64 } from './wrap-body.js'

/** A record of Kinesis as Lambda is given it. `eventID` is the shard and the sequence number; the
 * time of arrival is in seconds, with a fraction. */
export const kinesisLambda: Envelope = {
  name: 'kinesis',
  shape: 'lambda',
  title: 'Amazon Kinesis record for Lambda',
  when: [
    { path: ['eventSource'], is: 'scalar', equals: 'aws:kinesis' },
    { path: ['kinesis', 'sequenceNumber'], is: 'scalar' },
  ],
  fields: {
    transportId: [['kinesis', 'sequenceNumber']],
    receivedAt: [['kinesis', 'approximateArrivalTimestamp']],
    key: [['kinesis', 'partitionKey']],
  },
  place: { name: shardOf, sequence: ['kinesis', 'sequenceNumber'] },
  stamps: { ApproximateArrivalTimestamp: ['kinesis', 'approximateArrivalTimestamp'] },
  hops: { accepted: [['kinesis', 'approximateArrivalTimestamp']] },
  inner: ['kinesis', 'data'],
  innerIs: 'base64',
  wrap: (content) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: content.key ?? content.id,
      sequenceNumber: content.transportId,
      data: bodyBase64(content),
      approximateArrivalTimestamp: content.receivedAtUs / 1e6,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${content.transportId}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/consumer',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/events',
  }),
}

/** The shard of a stream, which the event's id begins with; else the partition key, which is of one
 * shard, and of its children after it. */
function shardOf(record: JsonObject): string {
  const [shard = '', number] = (scalarText(record['eventID']) ?? '').split(':')
  const key = scalarText(valueAt(record, ['kinesis', 'partitionKey']))
  return JSON.stringify([scalarText(record['eventSourceARN']), number === undefined ? key : shard])
}
