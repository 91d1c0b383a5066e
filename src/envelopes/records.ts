import type { Envelope } from './envelope.js'

const bare = { when: [], fields: {}, stamps: {}, isBare: true } as const

/** What Lambda is given of SQS, Kinesis, DynamoDB, S3; what S3 notifies; a line of CloudTrail. */
export const records: Envelope = {
  ...bare,
  name: 'records',
  title: 'Records of AWS',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['Records', 0, 'eventSource'], is: 'scalar' },
  ],
  entries: ['Records'],
}

/** What Lambda is given of SNS. */
export const snsRecords: Envelope = {
  ...bare,
  name: 'records',
  shape: 'sns',
  title: 'Records of Amazon SNS',
  when: [
    { path: ['Records'], is: 'array' },
    { path: ['Records', 0, 'EventSource'], is: 'scalar' },
  ],
  entries: ['Records'],
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
}
