import type { JsonObject } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type JsonPath, valueAt } from '../event/json-path.js'
import type { Envelope } from './envelope.js'

/**
 * A notification of S3: itself the document. Its key is bucket and object. It has no id of its own;
 * what it is about, its name and its sequencer make one, since S3 delivers at least once. What S3
 * sends to EventBridge is an EventBridge event.
 */
export const s3: Envelope = {
  name: 's3',
  title: 'Amazon S3 notification',
  when: [
    { path: ['eventSource'], is: 'scalar', equals: 'aws:s3' },
    { path: ['eventName'], is: 'scalar' },
    { path: ['s3', 'bucket', 'name'], is: 'scalar' },
    { path: ['s3', 'object', 'key'], is: 'scalar' },
  ],
  fields: {
    id: [notificationId],
    source: [['eventSource']],
    type: [['eventName']],
    time: [['eventTime']],
    key: [objectName],
    sequence: [sequencer],
    version: [['eventVersion']],
  },
  sequenceType: 'text',
  stamps: {},
}

/** What S3 sends when notifications are configured, to see whether it may. */
export const s3Test: Envelope = {
  name: 's3',
  shape: 'test',
  title: 'test of Amazon S3 notifications',
  when: [
    { path: ['Service'], is: 'scalar', equals: 'Amazon S3' },
    { path: ['Event'], is: 'scalar', equals: 's3:TestEvent' },
    { path: ['HostId'], is: 'scalar' },
  ],
  fields: {
    id: [['RequestId']],
    source: [() => 'aws:s3'],
    type: [['Event']],
    time: [['Time']],
  },
  stamps: {},
}

function objectName(document: JsonObject): string | undefined {
  const bucket = textAt(document, ['s3', 'bucket', 'name'])
  const key = textAt(document, ['s3', 'object', 'key'])
  return bucket && key && `${bucket}/${decoded(key)}`
}

function notificationId(document: JsonObject): string | undefined {
  const parts = [textAt(document, ['eventName']), objectName(document), sequencer(document)]
  return parts.every((part) => part !== undefined) ? parts.join(' ') : undefined
}

/** Hexadecimal digits whose order as text is theirs. S3 says to pad the shorter of two with zeros
 * on the right (Event message structure, `sequencer`); without zeros there, none need be padded. */
function sequencer(document: JsonObject): string | undefined {
  const digits = textAt(document, ['s3', 'object', 'sequencer'])
  return digits?.toUpperCase().replace(/(?<=.)0+$/, '')
}

/** Names of objects are encoded as in a form of HTML. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return key
  }
}

function textAt(document: JsonObject, path: JsonPath): string | undefined {
  return scalarText(valueAt(document, path)) ?? undefined
}
