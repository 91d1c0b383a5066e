import type { JsonObject, JsonValue } from '../event/event.js'
import { type Budget, contentsOf, isObject, type Layer } from './content.js'

/** How the bindings of CloudEvents write the name of an attribute: HTTP, Kafka, AMQP. */
const attributeName = /^(?:ce[-_]|cloudevents[:_])([a-z0-9]+)$/i
const required = ['specversion', 'id', 'source', 'type']

/**
 * The CloudEvent of a message in binary mode, in the JSON format, without its data, which is the
 * body: its attributes are message attributes or headers. Undefined where these are not there.
 */
export function binaryCloudEvent(headers: JsonValue | undefined): JsonObject | undefined {
  if (headers === undefined || !isObject(headers)) return undefined
  const event: JsonObject = {}
  let contentType: string | undefined
  for (const [name, value] of Object.entries(headers)) {
    const text = headerText(value)
    if (text === undefined) continue
    const attribute = attributeName.exec(name)?.[1]?.toLowerCase()
    if (attribute !== undefined && attribute !== 'data') event[attribute] = text
    else if (/^content-?type$/i.test(name)) contentType = text
  }
  if (!required.every((name) => Object.hasOwn(event, name))) return undefined
  if (contentType !== undefined) event['datacontenttype'] = contentType
  return event
}

/** The value of a message attribute of SQS, of SNS or of what Lambda is given of them, or of a
 * header, which may be a list. */
export function headerText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 1 ? headerText(value[0] ?? null) : undefined
  if (!isObject(value)) return undefined
  for (const name of ['StringValue', 'stringValue', 'Value', 'value']) {
    const text = Object.hasOwn(value, name) ? value[name] : undefined
    if (typeof text === 'string') return text
  }
  return undefined
}

/** The data of a CloudEvent that is outside of it. */
export interface Data {
  /** What it was packed in, outermost first. */
  via: Layer[]
  /** `data` or `data_base64`. */
  members: JsonObject
}

/** The data that a body is, unpacked where it can be: an event may have any data. */
export function dataOf(
  body: JsonValue | Buffer | undefined,
  encoding: 'text' | 'base64',
  budget: Budget,
): Data {
  if (body === undefined || body === null) return { via: [], members: {} }
  const own = { ...budget, isOne: true }
  const [content, ...others] = contentsOf(body, encoding, own)
  budget.leftBytes = own.leftBytes
  if (content?.ok && others.length === 0) {
    return { via: content.via, members: { data: content.value } }
  }
  if (Buffer.isBuffer(body)) return { via: [], members: { data_base64: body.toString('base64') } }
  return { via: [], members: { [encoding === 'text' ? 'data' : 'data_base64']: body } }
}
