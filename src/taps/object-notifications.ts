import type { ListedObject } from '../aws/objects.js'
import type { JsonValue } from '../event/event.js'
import { readJson, scalarText } from '../event/json.js'
import { type JsonPath, valueAt } from '../event/json-path.js'

/** What S3 tells of: an object, or a bucket, as its test does. */
export interface NotifiedPlace {
  readonly bucket: string
  readonly key?: string | undefined
}

/** An object that is there, as S3 tells of it. Its ETag is empty where S3 says none. */
type NotifiedObject = NotifiedPlace & ListedObject

/** What S3 says in a message; `others` are those of which it tells something else than that they
 * are new. */
export interface Notification {
  readonly objects: readonly NotifiedObject[]
  readonly others: readonly NotifiedPlace[]
}

/** SNS in SQS, and what it carries. */
const MOST_WRAPPINGS = 3

/**
 * What a message says of objects: a notification of S3 itself, through a topic of SNS, or as an
 * event of EventBridge.
 *
 * @returns undefined for what is no notification of S3
 */
export function notificationOf(body: string, wrappings = 0): Notification | undefined {
  const reading = readJson(body)
  if (!reading.ok) return undefined
  const { value } = reading
  const records = valueAt(value, ['Records'])
  if (Array.isArray(records)) return ofRecords(records)
  if (textAt(value, ['Event']) === 's3:TestEvent') {
    return { objects: [], others: [{ bucket: textAt(value, ['Bucket']) ?? '' }] }
  }
  if (textAt(value, ['source']) === 'aws.s3') return ofBridge(value)
  const inner = textAt(value, ['Message'])
  if (inner === undefined || wrappings === MOST_WRAPPINGS) return undefined
  return notificationOf(inner, wrappings + 1)
}

/** "Event message structure": keys are URL-encoded there. */
function ofRecords(records: readonly JsonValue[]): Notification | undefined {
  const objects: NotifiedObject[] = []
  const others: NotifiedObject[] = []
  if (records.length === 0) return undefined
  for (const record of records) {
    const name = textAt(record, ['eventName'])
    if (textAt(record, ['eventSource']) !== 'aws:s3' || name === undefined) return undefined
    const found = objectOf(valueAt(record, ['s3']), textAt(record, ['eventTime']), plainKey)
    if (found === undefined) return undefined
    // With the prefix `s3:` in old settings only.
    if (/^(?:s3:)?ObjectCreated:/.test(name)) objects.push(found)
    else others.push(found)
  }
  return { objects, others }
}

/** "EventBridge event message structure": keys are as they are. */
function ofBridge(value: JsonValue): Notification | undefined {
  const found = objectOf(valueAt(value, ['detail']), textAt(value, ['time']), (key) => key)
  const type = textAt(value, ['detail-type'])
  if (found === undefined) return undefined
  if (type === 'Object Created') return { objects: [found], others: [] }
  return type?.startsWith('Object ') ? { objects: [], others: [found] } : undefined
}

function objectOf(
  of: JsonValue | undefined,
  time: string | undefined,
  keyOf: (text: string) => string | undefined,
): NotifiedObject | undefined {
  const bucket = textAt(of, ['bucket', 'name'])
  const written = textAt(of, ['object', 'key'])
  const key = written === undefined ? undefined : keyOf(written)
  if (bucket === undefined || key === undefined) return undefined
  const etag = textAt(of, ['object', 'eTag']) ?? textAt(of, ['object', 'etag'])
  // Of what was removed S3 says no size.
  const size = Number(textAt(of, ['object', 'size']) ?? Number.NaN)
  return {
    ...{ bucket, key },
    // As listings and GetObject have it.
    etag: etag === undefined ? '' : `"${etag.replaceAll('"', '')}"`,
    sizeBytes: Number.isNaN(size) ? 1 : size,
    modifiedMs: wholeMs(time),
  }
}

function wholeMs(time: string | undefined): number {
  const ms = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(ms) ? 0 : ms
}

function plainKey(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

function textAt(value: JsonValue | undefined, path: JsonPath): string | undefined {
  return value === undefined ? undefined : (scalarText(valueAt(value, path)) ?? undefined)
}
