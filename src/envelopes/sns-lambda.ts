import type { Envelope } from './envelope.js'

/** A notification as Lambda is given it: SNS's own is in `Sns`, with `Url` for `URL`. */
export const snsLambda: Envelope = {
  name: 'sns',
  shape: 'lambda',
  title: 'Amazon SNS notification for Lambda',
  when: [
    { path: ['EventSource'], is: 'scalar', equals: 'aws:sns' },
    { path: ['Sns', 'TopicArn'], is: 'scalar' },
    { path: ['Sns', 'Message'], is: 'body' },
  ],
  fields: {
    transportId: [['Sns', 'MessageId']],
    time: [['Sns', 'Timestamp']],
  },
  stamps: { Timestamp: ['Sns', 'Timestamp'] },
  inner: ['Sns', 'Message'],
  headers: ['Sns', 'MessageAttributes'],
}
