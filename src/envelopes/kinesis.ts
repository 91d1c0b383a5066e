import { timeText } from '../event/time.js'
import type { Envelope } from './envelope.js'
import { bodyBase64 } from './wrap-body.js'

/** A record as GetRecords of Kinesis gives it, in JSON, as the AWS CLI prints it. The time is in
 * seconds, in milliseconds or ISO 8601, as the writer has it. */
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
  // A partition key is of one shard, and of its children after it: their numbers go on.
  place: { name: ['PartitionKey'], sequence: ['SequenceNumber'] },
  stamps: { ApproximateArrivalTimestamp: ['ApproximateArrivalTimestamp'] },
  hops: { accepted: [['ApproximateArrivalTimestamp']] },
  inner: ['Data'],
  innerIs: 'base64',
  wrap: (content) => ({
    SequenceNumber: content.transportId,
    ApproximateArrivalTimestamp: timeText(content.receivedAtUs),
    Data: bodyBase64(content),
    // No record is without one: producers that promise no order spread theirs by the event.
    PartitionKey: content.key ?? content.id,
  }),
}
