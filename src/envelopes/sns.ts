import { timeText } from '../event/time.js'
import type { Envelope } from './envelope.js'

/** An SNS notification as it lies in a queue or behind Firehose (not raw delivery, which leaves
 * nothing of SNS). The SequenceNumber of a FIFO topic is not the producer's and stays unused. */
export const sns: Envelope = {
  name: 'sns',
  title: 'Amazon SNS notification',
  when: [
    { path: ['Type'], is: 'scalar', equals: 'Notification' },
    { path: ['TopicArn'], is: 'scalar' },
    { path: ['Message'], is: 'body' },
  ],
  fields: {
    transportId: [['MessageId']],
    time: [['Timestamp']],
  },
  stamps: { Timestamp: ['Timestamp'] },
  hops: { accepted: [['Timestamp']] },
  inner: ['Message'],
  // A FIFO topic's have no signature.
  isSurely: ({ MessageId = null, Timestamp = null }) => MessageId !== null && Timestamp !== null,
  headers: ['MessageAttributes'],
  wrap: ({ document, timeUs, transportId, key }) => ({
    Type: 'Notification',
    MessageId: transportId,
    TopicArn: topicArn(key),
    Message: JSON.stringify(document),
    Timestamp: timeText(timeUs),
    ...(key === null ? {} : { SequenceNumber: `1${timeUs}000` }),
  }),
}

/** A FIFO topic's, where there is a key. */
export function topicArn(key: string | null): string {
  return `arn:aws:sns:eu-central-1:123456789012:events${key === null ? '' : '.fifo'}`
}
