import type { Envelope } from './envelope.js'

/** A record of Kinesis as Lambda is given it. `eventID` is the shard and the sequence number; the
 * time of arrival is in seconds, with a fraction. */
export const kinesisLambda: Envelope = {
  name: 'kinesis',
  shape: 'lambda',
  title: 'Amazon Kinesis record for Lambda',
  when: [
    { path: ['eventSource'], is: 'scalar', equals: 'aws:kinesis' },
    { path: ['kinesis', 'sequenceNumber'], is: 'scalar' },
    { path: ['kinesis', 'data'], is: 'body' },
  ],
  fields: {
    transportId: [['kinesis', 'sequenceNumber']],
    receivedAt: [['kinesis', 'approximateArrivalTimestamp']],
    key: [['kinesis', 'partitionKey']],
  },
  place: { name: ['kinesis', 'partitionKey'], sequence: ['kinesis', 'sequenceNumber'] },
  stamps: { ApproximateArrivalTimestamp: ['kinesis', 'approximateArrivalTimestamp'] },
  inner: ['kinesis', 'data'],
  innerIs: 'base64',
}
