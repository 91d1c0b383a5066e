import type { Condition, Envelope } from './envelope.js'
import { entriesOf } from './wrap-body.js'

/** `aws:sqs`; `signin.amazonaws.com` in CloudTrail. */
const ofAws = /^aws:|\.amazonaws\.com$/

/** An array of which one entry at least is so: bad ones before it hide nothing. */
function holding(path: string[], ...conditions: Condition[]): Condition {
  return { path, is: 'array', holding: conditions }
}

const bare = { when: [], fields: {}, stamps: {}, isBare: true } as const

/** What Lambda is given of SQS, Kinesis, DynamoDB and S3, what S3 notifies, CloudTrail as a line,
 * an answer of GetRecords of DynamoDB Streams. */
export const records: Envelope = {
  ...bare,
  name: 'records',
  title: 'Records of AWS',
  when: [holding(['Records'], { path: ['eventSource'], is: 'scalar', matches: ofAws })],
  entries: ['Records'],
  wrap: (content) => ({ Records: entriesOf(content) }),
}

/** What Lambda is given of SNS. */
export const snsRecords: Envelope = {
  ...bare,
  name: 'records',
  shape: 'sns',
  title: 'Records of Amazon SNS',
  when: [holding(['Records'], { path: ['EventSource'], is: 'scalar', matches: ofAws })],
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
    holding(
      ['Records'],
      { path: ['SequenceNumber'], is: 'scalar' },
      { path: ['Data'], is: 'body' },
    ),
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
    holding(['Messages'], { path: ['MessageId'], is: 'scalar' }, { path: ['Body'], is: 'body' }),
  ],
  entries: ['Messages'],
  wrap: (content) => ({ Messages: entriesOf(content) }),
}
