import type { Envelope } from './envelope.js'

/* Wrappers whose array of records may be empty, so that none of these can tell them. */

const bare = { fields: {}, stamps: {}, isBare: true, entries: ['Records'] } as const

/** An answer of GetRecords of Kinesis, to a reader that has caught up. */
export const kinesisAnswer: Envelope = {
  ...bare,
  name: 'records',
  shape: 'kinesis-answer',
  title: 'an answer of Amazon Kinesis',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['MillisBehindLatest'], is: 'scalar' },
  ],
}

/** An answer of GetRecords of DynamoDB Streams, to a reader that has caught up. */
export const dynamodbAnswer: Envelope = {
  ...bare,
  name: 'records',
  shape: 'dynamodb-answer',
  title: 'an answer of Amazon DynamoDB Streams',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['NextShardIterator'], is: 'scalar' },
  ],
}

/** What Lambda is given of a stream at the end of a tumbling window. */
export const window: Envelope = {
  ...bare,
  name: 'records',
  shape: 'window',
  title: 'the end of a window of Lambda',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['window', 'start'], is: 'scalar' },
    { path: ['isFinalInvokeForWindow'], is: 'scalar' },
  ],
}
