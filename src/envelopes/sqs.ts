import { valueAt } from '../event/json-path.js'
import type { Envelope, WrapContent } from './envelope.js'
import { bodyText, headersAs, milliseconds } from './wrap-body.js'

/** What ReceiveMessage always gives beside id and body, or gives of the attributes asked for. */
const ofSqs = [
  ['ReceiptHandle'],
  ['MD5OfBody'],
  ['Attributes', 'SentTimestamp'],
  ['Attributes', 'ApproximateReceiveCount'],
]

/**
 * A message as SQS's ReceiveMessage gives it. Saved messages often lack the receipt handle and the
 * checksums, so neither is needed to recognise one whose body is JSON. A MessageGroupId promises
 * order only on a FIFO queue, which alone gives a SequenceNumber; on a standard queue it names a
 * tenant. Within a group the SequenceNumber is the order of arrival.
 */
export const sqs: Envelope = {
  name: 'sqs',
  title: 'Amazon SQS message',
  when: [
    { path: ['MessageId'], is: 'scalar' },
    { path: ['Body'], is: 'body' },
  ],
  fields: {
    transportId: [['MessageId']],
    receivedAt: [['Attributes', 'SentTimestamp']],
    attempt: [['Attributes', 'ApproximateReceiveCount']],
    key: [['Attributes', 'MessageGroupId']],
    traceId: [['Attributes', 'AWSTraceHeader']],
  },
  keyNeeds: ['Attributes', 'SequenceNumber'],
  place: { name: ['Attributes', 'MessageGroupId'], sequence: ['Attributes', 'SequenceNumber'] },
  stamps: {
    SentTimestamp: ['Attributes', 'SentTimestamp'],
    ApproximateFirstReceiveTimestamp: ['Attributes', 'ApproximateFirstReceiveTimestamp'],
  },
  hops: {
    accepted: [['Attributes', 'SentTimestamp']],
    firstReceived: [['Attributes', 'ApproximateFirstReceiveTimestamp']],
  },
  inner: ['Body'],
  isSurely: (document) => ofSqs.some((path) => (valueAt(document, path) ?? null) !== null),
  bodyMd5: ['MD5OfBody'],
  headers: ['MessageAttributes'],
  wrap: (content) => ({
    MessageId: content.transportId,
    Body: bodyText(content),
    Attributes: sqsAttributes(content),
    ...headersAs('MessageAttributes', content, (text) => ({
      DataType: 'String',
      StringValue: text,
    })),
  }),
}

/** The system attributes of a message, of one on a FIFO queue where there is a key. */
export function sqsAttributes({
  receivedAtUs,
  attempt,
  key,
  arrival,
}: WrapContent): Record<string, string> {
  const sent = String(milliseconds(receivedAtUs))
  const number = `188${String(arrival).padStart(17, '0')}`
  const isFifo = key !== null && arrival !== null
  const fifo = isFifo ? { MessageGroupId: key, SequenceNumber: number } : {}
  return {
    SentTimestamp: sent,
    ApproximateFirstReceiveTimestamp: sent,
    ApproximateReceiveCount: String(attempt),
    ...fifo,
  }
}
