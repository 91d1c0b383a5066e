import { timeText } from '../event/time.js'
import type { Envelope } from './envelope.js'
import { snsAttributes, topicArn } from './sns.js'
import { bodyText } from './wrap-body.js'

/** A notification as Lambda is given it: SNS's own is in `Sns`, with `Url` for `URL`. */
export const snsLambda: Envelope = {
  name: 'sns',
  shape: 'lambda',
  title: 'Amazon SNS notification for Lambda',
  when: [
    { path: ['EventSource'], is: 'scalar', equals: 'aws:sns' },
    { path: ['Sns', 'TopicArn'], is: 'scalar' },
    { path: ['Sns', 'Message'], is: 'value' },
  ],
  fields: {
    transportId: [['Sns', 'MessageId']],
    time: [['Sns', 'Timestamp']],
  },
  stamps: { Timestamp: ['Sns', 'Timestamp'] },
  hops: { accepted: [['Sns', 'Timestamp']] },
  inner: ['Sns', 'Message'],
  headers: ['Sns', 'MessageAttributes'],
  wrap: (content) => ({
    EventVersion: '1.0',
    EventSubscriptionArn: `${topicArn(null)}:21be56ed-a058-49f5-8c98-aedd2564c486`,
    EventSource: 'aws:sns',
    Sns: {
      Type: 'Notification',
      MessageId: content.transportId,
      TopicArn: topicArn(null),
      Subject: null,
      Message: bodyText(content),
      Timestamp: timeText(content.timeUs),
      ...snsAttributes(content),
    },
  }),
}
