import { isUtf8 } from 'node:buffer'
import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { isObject } from './content.js'
import type { Envelope } from './envelope.js'
import { bodyBase64, entriesOf, milliseconds } from './wrap-body.js'

/** A record of Kafka. Its timestamp is the producer's, or, as the topic is configured, that of its
 * arrival at the broker. */
const record: Envelope = {
  name: 'kafka',
  shape: 'record',
  title: 'record of Apache Kafka',
  when: [
    { path: ['topic'], is: 'scalar' },
    { path: ['partition'], is: 'scalar' },
    { path: ['offset'], is: 'scalar' },
    { path: ['value'], is: 'scalar' },
  ],
  fields: {
    transportId: [recordId],
    time: [(document) => timestampOf(document, 'CREATE_TIME')],
    receivedAt: [(document) => timestampOf(document, 'LOG_APPEND_TIME')],
    key: [keyText],
  },
  place: { name: partitionOf, sequence: ['offset'] },
  stamps: { timestamp: ['timestamp'] },
  hops: { accepted: [(document) => timestampOf(document, 'LOG_APPEND_TIME')] },
  inner: ['value'],
  innerIs: 'base64',
  headers: headersOf,
  isBare: true,
  wrap: (content) => ({
    topic: 'events',
    partition: 0,
    offset: content.arrival ?? 0,
    timestamp: milliseconds(content.receivedAtUs),
    timestampType: 'LOG_APPEND_TIME',
    ...(content.key === null ? {} : { key: Buffer.from(content.key).toString('base64') }),
    value: bodyBase64(content),
    headers: [],
  }),
}

const { inner: _value, innerIs: _base64, headers: _headers, wrap: _wrap, ...whole } = record

/** A record without a value: what has its key is deleted. An event of the type `tombstone`. */
const tombstone: Envelope = {
  ...whole,
  shape: 'tombstone',
  title: 'tombstone of Apache Kafka',
  when: record.when.slice(0, -1),
  fields: { ...record.fields, type: [() => 'tombstone'] },
  payload: ['value'],
}

/** What Lambda is given of Amazon MSK, or of a cluster of one's own: records by topic and
 * partition, keys and values in base64. */
export const kafka: Envelope = {
  name: 'kafka',
  title: 'records of Apache Kafka for Lambda',
  when: [
    { path: ['bootstrapServers'], is: 'scalar' },
    { path: ['eventSource'], is: 'scalar' },
    { path: ['records'], is: 'object' },
  ],
  fields: {},
  stamps: {},
  entries: ['records'],
  entryIs: [record, tombstone],
  wrap: (content) => ({
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/events/1',
    bootstrapServers: 'b-1.events.kafka.eu-central-1.amazonaws.com:9092',
    records: { 'events-0': entriesOf(content) },
  }),
}

function recordId(document: JsonObject): string {
  return `${partitionOf(document)}@${scalarText(document['offset'])}`
}

function partitionOf({ topic, partition }: JsonObject): string {
  return `${scalarText(topic)}-${scalarText(partition)}`
}

function timestampOf(document: JsonObject, type: string): JsonValue | undefined {
  return document['timestampType'] === type ? document['timestamp'] : undefined
}

/** As text where it is text, else as it stands. */
function keyText({ key }: JsonObject): JsonValue | undefined {
  if (typeof key !== 'string') return undefined
  const bytes = Buffer.from(key, 'base64')
  return isUtf8(bytes) ? bytes.toString() : key
}

/** `[{"ce_id": [101, 45, 49]}]`, one header each, their values in bytes. */
function headersOf({ headers }: JsonObject): JsonObject {
  if (!Array.isArray(headers)) return {}
  const found = headers.filter(isObject).flatMap((header) => Object.entries(header))
  return Object.fromEntries(found.map(([name, value]) => [name, textOf(value)]))
}

function textOf(value: JsonValue): JsonValue {
  return Array.isArray(value) ? Buffer.from(value.map(Number)).toString() : value
}
