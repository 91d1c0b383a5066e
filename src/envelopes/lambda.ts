import type { JsonPath } from '../event/json-path.js'
import { timeText } from '../event/time.js'
import type { Condition, Envelope, WrapContent } from './envelope.js'
import { bodyText } from './wrap-body.js'

const told: readonly Condition[] = [
  { path: ['requestContext', 'functionArn'], is: 'scalar' },
  { path: ['requestContext', 'condition'], is: 'scalar' },
]

const given = (inner: JsonPath) =>
  ({
    name: 'lambda',
    fields: {},
    stamps: { timestamp: ['timestamp'] },
    inner,
    mayHoldOther: () => true,
  }) satisfies Partial<Envelope>

/** What Lambda tells a destination of an asynchronous invocation, with the event that its function
 * was called with. One that is no document, such as a text, leaves what is told as the event. */
export const lambda: Envelope = {
  ...given(['requestPayload']),
  title: 'what Lambda tells a destination',
  when: [...told, { path: ['requestPayload'], is: 'value' }],
  wrap: (content) => ({
    ...written(content, 'RetriesExhausted'),
    requestPayload: content.body === undefined ? content.document : bodyText(content),
  }),
}

/** What Lambda leaves in S3 of records of a stream that its function failed at: beside what any
 * destination is told, all that it was called with, as text. */
export const lambdaStream: Envelope = {
  ...given(['payload']),
  shape: 'stream',
  title: 'what Lambda leaves in S3 of a stream',
  when: [...told, { path: ['payload'], is: 'body' }],
  wrap: (content) => ({
    ...written(content, 'RetryAttemptsExhausted'),
    payload: bodyText(content),
  }),
}

function written({ transportId, receivedAtUs }: WrapContent, condition: string) {
  return {
    version: '1.0',
    timestamp: timeText(receivedAtUs),
    requestContext: {
      requestId: transportId,
      functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:consumer',
      ...{ condition, approximateInvokeCount: 3 },
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  }
}
