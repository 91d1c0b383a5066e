import type { Envelope } from './envelope.js'
import { entriesOf } from './wrap-body.js'

/** `aws:sqs`; `signin.amazonaws.com` in CloudTrail. */
const ofAws = /^aws:|\.amazonaws\.com$/

const bare = { when: [], fields: {}, stamps: {}, isBare: true } as const

/** What Lambda is given of SQS, Kinesis, DynamoDB and S3, what S3 notifies, CloudTrail as a line,
 * an answer of GetRecords of DynamoDB Streams. */
export const records: Envelope = {
  ...bare,
  name: 'records',
  title: 'Records of AWS',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['Records', 0, 'eventSource'], is: 'scalar', matches: ofAws },
  ],
  entries: ['Records'],
  wrap: (content) => ({ Records: entriesOf(content) }),
}

/** What Lambda is given of SNS. */
export const snsRecords: Envelope = {
  ...bare,
  name: 'records',
  shape: 'sns',
  title: 'Records of Amazon SNS',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['Records', 0, 'EventSource'], is: 'scalar', matches: ofAws },
  ],
  entries: ['Records'],
  wrap: (content) => ({ Records: entriesOf(content) }),
}

/** An answer of GetRecords of Kinesis, as the AWS CLI prints it. */
export const kinesisRecords: Envelope = {
  ...bare,
  name: 'records',
  shape: 'kinesis',
  title: 'Records of Amazon Kinesis',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['Records', 0, 'SequenceNumber'], is: 'scalar' },
    { path: ['Records', 0, 'Data'], is: 'body' },
  ],
  entries: ['Records'],
  wrap: (content) => ({ Records: entriesOf(content) }),
}

/** An answer of SQS's ReceiveMessage, as the AWS CLI prints it. */
export const messages: Envelope = {
  ...bare,
  name: 'records',
  shape: 'messages',
  title: 'messages of Amazon SQS',
  when: [
    { path: ['Messages'], is: 'array' },
    { path: ['Messages', 0, 'MessageId'], is: 'scalar' },
    { path: ['Messages', 0, 'Body'], is: 'body' },
  ],
  entries: ['Messages'],
  wrap: (content) => ({ Messages: entriesOf(content) }),
}
