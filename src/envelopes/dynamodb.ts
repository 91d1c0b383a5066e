import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import { compareText } from '../event/sequence.js'
import { isObject } from './content.js'
import { attributesOf } from './dynamodb-attributes.js'
import type { Envelope, WrapContent } from './envelope.js'

/**
 * A change of an item of DynamoDB: a stream record, as GetRecords of DynamoDB Streams and Lambda
 * have it, or what Kinesis Data Streams for DynamoDB carries, which has no SequenceNumber. It is
 * itself the document; attributes keep their types (`$.dynamodb.NewImage.orderId.S`), and an image
 * may be missing (KEYS_ONLY). The time says when the item changed: in seconds in a stream, in
 * milliseconds or microseconds in Kinesis. Its SequenceNumber orders the changes of an item.
 */
export const dynamodb: Envelope = {
  name: 'dynamodb',
  title: 'Amazon DynamoDB stream record',
  when: [
    { path: ['eventSource'], is: 'scalar', equals: 'aws:dynamodb' },
    { path: ['dynamodb'], is: 'object' },
  ],
  fields: {
    id: [['eventID']],
    source: [tableOf],
    type: [['eventName']],
    time: [['dynamodb', 'ApproximateCreationDateTime']],
    key: [itemKey],
    sequence: [['dynamodb', 'SequenceNumber']],
  },
  // An item's changes are in one shard, and in its children after it: their numbers go on.
  place: { name: placeName, sequence: ['dynamodb', 'SequenceNumber'] },
  stamps: { ApproximateCreationDateTime: ['dynamodb', 'ApproximateCreationDateTime'] },
  wrap: (content) => ({
    eventID: content.id,
    eventName: content.type,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    dynamodb: changeOf(content),
    eventSourceARN: `${TABLES}${content.source.replace(/^aws:dynamodb\/?/, '')}/stream/2026`,
  }),
}

const TABLES = 'arn:aws:dynamodb:eu-central-1:123456789012:table/'

/** A stream numbers its records, in seconds; without a number it is Kinesis that carries it. */
function changeOf({ document, id, type, timeUs, key, arrival }: WrapContent) {
  const keys = { pk: key ?? id }
  const image = type === 'REMOVE' ? 'OldImage' : 'NewImage'
  return {
    ApproximateCreationDateTime: timeUs % 1e6 === 0 ? timeUs / 1e6 : timeUs,
    Keys: attributesOf(keys),
    [image]: attributesOf({ ...keys, ...document }),
    ...(arrival === null ? {} : { SequenceNumber: `1${String(arrival).padStart(20, '0')}` }),
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  }
}

const streamArn = /^arn:[^:]*:dynamodb:[^:]*:[^:]*:table\/([^/]+)/

/** `aws:dynamodb/orders`; a record of GetRecords does not say of which table it is. */
function tableOf(record: JsonObject): string {
  const arn = scalarText(valueAt(record, ['eventSourceARN'])) ?? ''
  const table = scalarText(valueAt(record, ['tableName'])) ?? streamArn.exec(arn)?.[1]
  return table ? `aws:dynamodb/${table}` : 'aws:dynamodb'
}

function placeName(record: JsonObject): string | undefined {
  const key = itemKey(record)
  return key === undefined ? undefined : JSON.stringify([tableOf(record), key])
}

/** The value of a single key attribute, or a JSON array of both values in the order of their names:
 * one key of an item, whichever way its record came. */
function itemKey(record: JsonObject): string | undefined {
  const keys = valueAt(record, ['dynamodb', 'Keys'])
  if (keys === undefined || !isObject(keys)) return undefined
  const names = Object.keys(keys).sort(compareText)
  const values = names.map((name) => attributeText(keys[name]))
  if (values.length === 0 || !values.every((value) => value !== undefined)) return undefined
  return values.length === 1 ? values[0] : JSON.stringify(values)
}

/** Of a typed value; keys are strings, numbers (as text) or binary (base64). */
function attributeText(attribute: JsonValue | undefined): string | undefined {
  if (attribute === undefined) return undefined
  const values = ['S', 'N', 'B'].map((type) => scalarText(valueAt(attribute, [type])))
  return values.find((value) => value !== null) ?? undefined
}
