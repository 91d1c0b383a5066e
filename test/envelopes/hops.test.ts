import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { type Derived, shapeName } from '../../src/envelopes/envelope.js'
import { envelopes } from '../../src/envelopes/index.js'
import type { HopTimes, JsonObject } from '../../src/event/event.js'
import { type JsonPath, pathText } from '../../src/event/json-path.js'
import { createMapping } from '../../src/event/mapping.js'

const START_MS = Date.UTC(2026, 10, 1)
const iso = (ms: number) => new Date(START_MS + ms).toISOString()
const decode = createDecoder({
  mapping: createMapping({ maps: ['id=$.id', 'time=$.time'] }),
  hops: true,
})

/** In ms after the start, as `produced accepted firstReceived recorded`. */
function hopsOf(value: JsonObject): string {
  const position = { path: 'a.ndjson', record: 1 }
  const [first] = decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
  if (first?.kind !== 'event' || !first.event.hops) throw new Error(JSON.stringify(first))
  const { producedUs, acceptedUs, firstReceivedUs, recordedUs }: HopTimes = first.event.hops
  const points = [producedUs, acceptedUs, firstReceivedUs, recordedUs]
  return points.map((us) => (us === null ? '–' : us / 1_000 - START_MS)).join(' ')
}

const text = (document: JsonObject) => JSON.stringify(document)
const base64 = (document: JsonObject) => Buffer.from(text(document)).toString('base64')
const own = (ms?: number): JsonObject => ({ id: 'e', ...(ms !== undefined && { time: iso(ms) }) })

const sqs = (body: JsonObject, sent?: number, received?: number): JsonObject => ({
  MessageId: 'm',
  Body: text(body),
  Attributes: {
    ...(sent !== undefined && { SentTimestamp: String(START_MS + sent) }),
    ...(received !== undefined && {
      ApproximateFirstReceiveTimestamp: String(START_MS + received),
    }),
  },
})

const sqsLambda = (body: JsonObject, sent: number, received: number): JsonObject => ({
  messageId: 'm',
  body: text(body),
  eventSource: 'aws:sqs',
  attributes: {
    SentTimestamp: String(START_MS + sent),
    ApproximateFirstReceiveTimestamp: String(START_MS + received),
  },
})

const sns = (message: JsonObject, ms: number): JsonObject => ({
  Type: 'Notification',
  TopicArn: 'arn',
  MessageId: 'n',
  Message: text(message),
  Timestamp: iso(ms),
})

const kinesis = (data: JsonObject, ms: number): JsonObject => ({
  SequenceNumber: '1',
  PartitionKey: 'p',
  ApproximateArrivalTimestamp: iso(ms),
  Data: base64(data),
})

const logs = (message: JsonObject, ms?: number): JsonObject => ({
  logStreamName: 's',
  eventId: '1',
  timestamp: START_MS,
  message: text(message),
  ingestionTime: ms === undefined ? 'never' : START_MS + ms,
})

const kafka = (value: JsonObject, timestampType: string, ms: number): JsonObject => ({
  eventSource: 'aws:kafka',
  bootstrapServers: 'b',
  records: {
    't-0': [
      { topic: 't', partition: 0, offset: 1, timestamp: START_MS + ms, timestampType, value },
    ].map((record) => ({ ...record, value: base64(value) })),
  },
})

const firehose = (data: JsonObject, arrival: number, more: JsonObject = {}): JsonObject => ({
  invocationId: 'i',
  deliveryStreamArn: 'arn',
  records: [
    {
      recordId: 'r',
      approximateArrivalTimestamp: START_MS + arrival,
      data: base64(data),
      ...more,
    },
  ],
})

const ofStream = (ms: number): JsonObject => ({
  kinesisRecordMetadata: { approximateArrivalTimestamp: START_MS + ms },
})

const http = (body: JsonObject, ms: number): JsonObject => ({
  isBase64Encoded: false,
  requestContext: { timeEpoch: START_MS + ms },
  headers: { 'content-type': 'application/json' },
  body: text(body),
})

describe('points of the way', () => {
  test.each<[string, JsonObject, string]>([
    ['nothing around it', own(1), '1 – – –'],
    ['no time and nothing around it', own(), '– – – –'],
    ['SQS', sqs(own(1), 2, 3), '1 2 3 –'],
    ['SQS that says nothing', sqs(own(1)), '1 – – –'],
    ['SQS that was not sent', sqs(own(1), undefined, 3), '1 – 3 –'],
    ['SQS for Lambda', sqsLambda(own(1), 2, 3), '1 2 3 –'],
    ['SNS in SQS: the topic accepted it', sqs(sns(own(1), 2), 5, 9), '1 2 9 –'],
    ['SNS alone', sns(own(1), 2), '1 2 – –'],
    ['SNS whose Timestamp is the time: nobody produced it', sqs(sns(own(), 2), 5, 9), '– 2 9 –'],
    ['a queue in a queue', sqs(sqs(own(1), 2, 3), 4, 5), '1 2 3 –'],
    ['a queue in a queue that was not received', sqs(sqs(own(1), 2), 4, 5), '1 2 5 –'],
    ['Kinesis', kinesis(own(1), 2), '1 2 – –'],
    ['what SQS took out of Kinesis', sqs(kinesis(own(1), 2), 5, 9), '1 2 9 –'],
    ['what was received before Kinesis took it over', kinesis(sqs(own(1), 2, 3), 9), '1 2 3 –'],
    ['Logs', logs(own(1), 2), '1 2 – –'],
    ['a message that a consumer logged', logs(sqs(sns(own(1), 2), 3, 4), 7), '1 2 4 7'],
    ['a line that says no arrival', logs(sqs(own(1), 3, 4)), '1 3 4 –'],
    ['a line within a message was recorded before', sqs(logs(own(1), 2), 3, 4), '1 2 4 –'],
    ['Kafka, the time of the broker', kafka(own(1), 'LOG_APPEND_TIME', 2), '1 2 – –'],
    ['Kafka, the time of the producer', kafka(own(), 'CREATE_TIME', 2), '2 – – –'],
    ['Kafka, only the time of the broker', kafka(own(), 'LOG_APPEND_TIME', 2), '– 2 – –'],
    ['Firehose', firehose(own(1), 2), '1 2 – –'],
    ['Firehose behind Kinesis', firehose(own(1), 5, ofStream(2)), '1 2 – –'],
    ['a message that Firehose keeps', firehose(sqs(own(1), 2, 3), 5), '1 2 3 5'],
    ['HTTP', http(own(1), 2), '1 2 – –'],
    ['a clock that was set back', sqs(own(9), 2, 1), '9 2 1 –'],
    ['what is no time', sqs({ ...sns(own(1), 2), Timestamp: 'soon' }, 5, 9), '1 5 9 –'],
  ])('%s', (_, value, points) => {
    expect(hopsOf(value)).toBe(points)
  })

  test('are read where they are asked for alone', () => {
    const plain = createDecoder({ mapping: createMapping({}) })
    const position = { path: 'a', record: 1 }
    const [first] = plain({ value: own(1), position, sizeBytes: 1, head: new Uint8Array() })
    expect(first?.kind === 'event' && 'hops' in first.event).toBe(false)
  })
})

const layers = envelopes.flatMap((envelope) => [envelope, ...(envelope.entryIs ?? [])])
const telling = layers.filter(({ hops }) => hops)

test.each(telling.map((layer) => [shapeName(layer), layer] as const))(
  'what %s tells of the way is among its times',
  (_, { hops = {}, stamps, fields }) => {
    const paths = pathsOf([...Object.values(stamps), ...(fields.receivedAt ?? [])])
    const told = pathsOf(Object.values(hops).flat())
    expect(told.filter((path) => !paths.includes(path))).toEqual([])
  },
)

/** Of the places that are paths. */
function pathsOf(places: readonly (JsonPath | Derived)[]): string[] {
  return places.flatMap((place) => (typeof place === 'function' ? [] : [pathText(place)]))
}
