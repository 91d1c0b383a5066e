import type { Envelope } from './envelope.js'
import { bodyBase64, entriesOf, milliseconds } from './wrap-body.js'

/** A record that Firehose has transformed, or the answer for it, whatever its `result`: a record
 * that is dropped was delivered to Firehose all the same. Times are in milliseconds. */
const record: Envelope = {
  name: 'firehose',
  shape: 'record',
  title: 'record of Amazon Data Firehose',
  when: [{ path: ['recordId'], is: 'scalar' }],
  fields: {
    transportId: [['recordId']],
    receivedAt: [['approximateArrivalTimestamp']],
    key: [['kinesisRecordMetadata', 'partitionKey']],
  },
  stamps: {
    approximateArrivalTimestamp: ['approximateArrivalTimestamp'],
    'kinesisRecordMetadata.approximateArrivalTimestamp': [
      'kinesisRecordMetadata',
      'approximateArrivalTimestamp',
    ],
  },
  hops: {
    // What Firehose read from a stream, Kinesis had taken over before.
    accepted: [
      ['kinesisRecordMetadata', 'approximateArrivalTimestamp'],
      ['approximateArrivalTimestamp'],
    ],
    recorded: [['approximateArrivalTimestamp']],
  },
  inner: ['data'],
  innerIs: 'base64',
  isBare: true,
  wrap: (content) => ({
    recordId: content.transportId,
    approximateArrivalTimestamp: milliseconds(content.receivedAtUs),
    data: bodyBase64(content),
  }),
}

const answeredRecord: Envelope = {
  ...record,
  wrap: (content) => ({
    recordId: content.transportId,
    result: 'Ok',
    data: bodyBase64(content),
  }),
}

/** What Firehose has a function transform. */
export const firehose: Envelope = {
  name: 'firehose',
  title: 'records of Amazon Data Firehose to transform',
  when: [
    { path: ['deliveryStreamArn'], is: 'scalar' },
    { path: ['invocationId'], is: 'scalar' },
    { path: ['records'], is: 'array' },
  ],
  fields: {},
  stamps: {},
  entries: ['records'],
  entryIs: [record],
  wrap: (content) => ({
    invocationId: '125b2a2b-4b2f-4b0e-8b9f-5ad1d38b1a49',
    deliveryStreamArn: 'arn:aws:firehose:eu-central-1:123456789012:deliverystream/events',
    region: 'eu-central-1',
    records: entriesOf(content),
  }),
}

/** What the function answers. */
export const firehoseAnswer: Envelope = {
  name: 'firehose',
  shape: 'answer',
  title: 'records that Amazon Data Firehose had transformed',
  when: [
    {
      path: ['records'],
      is: 'array',
      holding: [
        { path: ['recordId'], is: 'scalar' },
        { path: ['result'], is: 'scalar', matches: /^(?:Ok|Dropped|ProcessingFailed)$/ },
        { path: ['data'], is: 'body' },
      ],
    },
  ],
  mostKeys: 1,
  fields: {},
  stamps: {},
  entries: ['records'],
  entryIs: [answeredRecord],
  wrap: (content) => ({ records: entriesOf(content) }),
}

/** What Firehose could not deliver or transform, as it writes it beside what it could. */
export const firehoseFailed: Envelope = {
  name: 'firehose',
  shape: 'failed',
  title: 'record that Amazon Data Firehose could not process',
  when: [
    { path: ['rawData'], is: 'scalar' },
    { path: ['attemptsMade'], is: 'scalar' },
    { path: ['arrivalTimestamp'], is: 'scalar' },
  ],
  fields: {
    transportId: [['sequenceNumber']],
    receivedAt: [['arrivalTimestamp']],
  },
  stamps: {
    arrivalTimestamp: ['arrivalTimestamp'],
    attemptEndingTimestamp: ['attemptEndingTimestamp'],
  },
  hops: { accepted: [['arrivalTimestamp']], recorded: [['arrivalTimestamp']] },
  inner: ['rawData'],
  innerIs: 'base64',
  wrap: (content) => ({
    attemptsMade: 4,
    arrivalTimestamp: milliseconds(content.receivedAtUs),
    errorCode: 'Lambda.FunctionError',
    errorMessage: 'The function failed.',
    attemptEndingTimestamp: milliseconds(content.receivedAtUs),
    rawData: bodyBase64(content),
    sequenceNumber: content.transportId,
  }),
}
