import type { Envelope } from './envelope.js'

/** A record as GetRecords of Kinesis gives it, in JSON; files of the AWS CLI have the same. */
export const kinesis: Envelope = {
  name: 'kinesis',
  title: 'Amazon Kinesis record',
  when: [
    { path: ['SequenceNumber'], is: 'scalar' },
    { path: ['PartitionKey'], is: 'scalar' },
    { path: ['Data'], is: 'body' },
  ],
  fields: {
    transportId: [['SequenceNumber']],
    receivedAt: [['ApproximateArrivalTimestamp']],
    key: [['PartitionKey']],
  },
  stamps: { ApproximateArrivalTimestamp: ['ApproximateArrivalTimestamp'] },
  inner: ['Data'],
  innerIs: 'base64',
}
