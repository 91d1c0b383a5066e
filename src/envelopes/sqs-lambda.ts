import type { JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import type { Envelope } from './envelope.js'
import { sqsAttributes } from './sqs.js'
import { bodyText, headersAs } from './wrap-body.js'

/** A message of SQS as Lambda is given it: other case, other names, the same attributes. */
export const sqsLambda: Envelope = {
  name: 'sqs',
  shape: 'lambda',
  title: 'Amazon SQS message for Lambda',
  when: [
    { path: ['messageId'], is: 'scalar' },
    { path: ['body'], is: 'value' },
    { path: ['eventSource'], is: 'scalar', equals: 'aws:sqs' },
  ],
  fields: {
    transportId: [['messageId']],
    receivedAt: [['attributes', 'SentTimestamp']],
    attempt: [['attributes', 'ApproximateReceiveCount']],
    key: [['attributes', 'MessageGroupId']],
    traceId: [['attributes', 'AWSTraceHeader']],
  },
  keyNeeds: ['attributes', 'SequenceNumber'],
  place: { name: groupOf, sequence: ['attributes', 'SequenceNumber'] },
  stamps: {
    SentTimestamp: ['attributes', 'SentTimestamp'],
    ApproximateFirstReceiveTimestamp: ['attributes', 'ApproximateFirstReceiveTimestamp'],
  },
  hops: {
    accepted: [['attributes', 'SentTimestamp']],
    firstReceived: [['attributes', 'ApproximateFirstReceiveTimestamp']],
  },
  inner: ['body'],
  bodyMd5: ['md5OfBody'],
  headers: ['messageAttributes'],
  wrap: (content) => ({
    messageId: content.transportId,
    body: bodyText(content),
    attributes: sqsAttributes(content),
    ...headersAs('messageAttributes', content, (text) => ({
      dataType: 'String',
      stringValue: text,
    })),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(content.key),
    awsRegion: 'eu-central-1',
  }),
}

/** A FIFO queue's, where there is a key. */
function queueArn(key: string | null): string {
  return `arn:aws:sqs:eu-central-1:123456789012:events${key === null ? '' : '.fifo'}`
}

/** A message group is one of its queue: the numbers of two queues cannot be compared. */
function groupOf(message: JsonObject): string | undefined {
  const group = scalarText(valueAt(message, ['attributes', 'MessageGroupId']))
  return group === null ? undefined : JSON.stringify([scalarText(message['eventSourceARN']), group])
}
