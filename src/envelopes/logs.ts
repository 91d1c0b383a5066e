import { valueAt } from '../event/json-path.js'
import { timeText } from '../event/time.js'
import type { Envelope, WrapContent } from './envelope.js'
import { bodyBase64, bodyText, entriesOf, milliseconds } from './wrap-body.js'

/** A line of CloudWatch Logs, in a batch or an answer. `timestamp` is what the line's producer gave
 * PutLogEvents; only answers say when the line arrived. A line that is no JSON is undecodable. */
const line: Envelope = {
  name: 'logs',
  shape: 'line',
  title: 'line of Amazon CloudWatch Logs',
  when: [
    { path: ['timestamp'], is: 'scalar' },
    { path: ['message'], is: 'body' },
  ],
  fields: {
    transportId: [['id'], ['eventId']],
    time: [['timestamp']],
    receivedAt: [['ingestionTime']],
  },
  stamps: { timestamp: ['timestamp'], ingestionTime: ['ingestionTime'] },
  hops: { accepted: [['ingestionTime']], recorded: [['ingestionTime']] },
  inner: ['message'],
  isBare: true,
  wrap: (content) => ({ id: content.transportId, ...writtenLine(content) }),
}

/** The line of an answer. */
const answerLine: Envelope = {
  ...line,
  wrap: (content) => ({
    ...writtenLine(content),
    ingestionTime: Math.floor(content.receivedAtUs / 1000),
    eventId: content.transportId,
  }),
}

function writtenLine(content: WrapContent) {
  return { timestamp: Math.floor(content.timeUs / 1000), message: bodyText(content) }
}

/** What a subscription filter sends to Kinesis, Firehose and Lambda, always compressed by gzip. */
export const logs: Envelope = {
  name: 'logs',
  title: 'Amazon CloudWatch Logs subscription',
  when: [
    { path: ['messageType'], is: 'scalar', equals: 'DATA_MESSAGE' },
    { path: ['logGroup'], is: 'scalar' },
    { path: ['logEvents'], is: 'array' },
  ],
  fields: {},
  stamps: {},
  entries: ['logEvents'],
  entryIs: [line],
  wrap: (content) => ({
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: '/aws/events',
    logStream: 'events',
    subscriptionFilters: ['all'],
    logEvents: entriesOf(content),
  }),
}

/** What CloudWatch Logs sends to see whether a destination can be reached: it counts as an event of
 * the type CONTROL_MESSAGE, since its line is prose and no event. */
export const logsControl: Envelope = {
  name: 'logs',
  shape: 'control',
  title: 'control message of Amazon CloudWatch Logs',
  when: [
    { path: ['messageType'], is: 'scalar', equals: 'CONTROL_MESSAGE' },
    { path: ['owner'], is: 'scalar' },
    { path: ['logEvents'], is: 'array' },
  ],
  fields: {
    source: [['owner']],
    type: [['messageType']],
    time: [(document) => valueAt(document, ['logEvents', 0, 'timestamp'])],
  },
  stamps: {},
}

/** What Lambda is given of a subscription. */
export const logsLambda: Envelope = {
  name: 'logs',
  shape: 'lambda',
  title: 'Amazon CloudWatch Logs subscription for Lambda',
  when: [{ path: ['awslogs', 'data'], is: 'scalar' }],
  fields: {},
  stamps: {},
  inner: ['awslogs', 'data'],
  innerIs: 'base64',
  isBare: true,
  wrap: (content) => ({ awslogs: { data: bodyBase64(content) } }),
}

const answer = {
  name: 'logs',
  fields: {},
  stamps: {},
  entries: ['events'],
  entryIs: [answerLine],
} as const satisfies Partial<Envelope>

/** An answer of GetLogEvents, as the AWS CLI prints it. */
export const logsRead: Envelope = {
  ...answer,
  shape: 'read',
  title: 'lines of a stream of Amazon CloudWatch Logs',
  when: [
    { path: ['nextForwardToken'], is: 'scalar' },
    { path: ['events'], is: 'array' },
  ],
  wrap: (content) => ({ events: entriesOf(content), nextForwardToken: 'f/1' }),
}

/** An answer of FilterLogEvents, as the AWS CLI prints it. */
export const logsFound: Envelope = {
  ...answer,
  shape: 'found',
  title: 'lines found in Amazon CloudWatch Logs',
  when: [
    { path: ['searchedLogStreams'], is: 'array' },
    { path: ['events'], is: 'array' },
  ],
  wrap: (content) => ({ events: entriesOf(content), searchedLogStreams: [] }),
}

/** One event of FilterLogEvents by itself, as tools that follow a group write it. */
export const logsFiltered: Envelope = {
  ...line,
  shape: 'filtered',
  when: [
    { path: ['logStreamName'], is: 'scalar' },
    { path: ['eventId'], is: 'scalar' },
    { path: ['ingestionTime'], is: 'scalar' },
    { path: ['message'], is: 'body' },
  ],
  fields: { ...line.fields, transportId: [['eventId']] },
  isBare: false,
  wrap: (content) => ({
    logStreamName: 'events',
    timestamp: milliseconds(content.timeUs),
    message: bodyText(content),
    ingestionTime: milliseconds(content.receivedAtUs),
    eventId: content.transportId,
  }),
}

/** A row of CloudWatch Logs Insights, whose other fields are those that were asked for. */
export const logsInsights: Envelope = {
  name: 'logs',
  shape: 'insights',
  title: 'row of CloudWatch Logs Insights',
  when: [
    { path: ['@message'], is: 'body' },
    { path: ['@timestamp'], is: 'scalar' },
  ],
  fields: {
    time: [['@timestamp']],
    receivedAt: [['@ingestionTime']],
  },
  stamps: { timestamp: ['@timestamp'], ingestionTime: ['@ingestionTime'] },
  hops: { accepted: [['@ingestionTime']], recorded: [['@ingestionTime']] },
  inner: ['@message'],
  wrap: (content) => ({
    '@timestamp': timeText(content.timeUs),
    '@ingestionTime': timeText(content.receivedAtUs),
    '@message': bodyText(content),
  }),
}
