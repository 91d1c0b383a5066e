import type { Envelope } from './envelope.js'

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
}

/** What the function answers. */
export const firehoseAnswer: Envelope = {
  name: 'firehose',
  shape: 'answer',
  title: 'records that Amazon Data Firehose had transformed',
  when: [
    { path: ['records'], is: 'array' },
    { path: ['records', 0, 'recordId'], is: 'scalar' },
    { path: ['records', 0, 'result'], is: 'scalar', matches: /^(?:Ok|Dropped|ProcessingFailed)$/ },
    { path: ['records', 0, 'data'], is: 'body' },
  ],
  mostKeys: 1,
  fields: {},
  stamps: {},
  entries: ['records'],
  entryIs: [record],
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
}
