import { timeText } from '../event/time.js'
import type { Envelope, WrapContent } from './envelope.js'
import { bodyText, headersAs } from './wrap-body.js'

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
  wrap: (content) => ({
    Type: 'Notification',
    MessageId: content.transportId,
    TopicArn: topicArn(content.key),
    Message: bodyText(content),
    Timestamp: timeText(content.timeUs),
    ...(content.key !== null && content.arrival !== null
      ? { SequenceNumber: `1${String(content.arrival).padStart(19, '0')}` }
      : {}),
    ...snsAttributes(content),
  }),
}

/** The headers, as SNS has them. */
export function snsAttributes(content: WrapContent): Record<string, unknown> {
  return headersAs('MessageAttributes', content, (text) => ({ Type: 'String', Value: text }))
}

/** A FIFO topic's, where there is a key. */
export function topicArn(key: string | null): string {
  return `arn:aws:sns:eu-central-1:123456789012:events${key === null ? '' : '.fifo'}`
}
