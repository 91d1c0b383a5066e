import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { valueAt } from '../event/json-path.js'
import { compareText } from '../event/sequence.js'
import { isObject } from './content.js'
import type { Envelope } from './envelope.js'

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
