import type { Envelope } from './envelope.js'

/* Wrappers whose array of records may be empty, so that none of these can tell them. What stands
 * beside the array does; without anything beside it, that it is empty and all there is. So the
 * whole document decides: `{"Records":[]}` holds no records; `{"Records":[],"page":1}`,
 * `{"Records":null}` and `{"records":{}}` are events. */

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

/** Nothing but an empty array. */
function nothingIn(name: 'Records' | 'records' | 'Messages', of: string): Envelope {
  return {
    ...bare,
    name: 'records',
    shape: of,
    title: `no ${name}`,
    when: [{ path: [name], is: 'array', isEmpty: true }],
    mostKeys: 1,
    entries: [name],
  }
}

/** What Lambda is given, GetRecords answers and CloudTrail writes, where there is nothing. */
export const noRecords = nothingIn('Records', 'none')

/** What a function answers Firehose that was given nothing. */
export const noFirehoseRecords = nothingIn('records', 'none-of-firehose')

/** An answer of SQS's ReceiveMessage to which no message came. */
export const noMessages = nothingIn('Messages', 'no-messages')
