import type { JsonObject, JsonValue } from '../event/event.js'
import { parseBytes, readJson } from '../event/json.js'
import { isObject } from './content.js'

/** How the bindings of CloudEvents write the name of an attribute: HTTP, Kafka, AMQP. */
const attributeName = /^(?:ce[-_]|cloudevents[:_])([a-z0-9]+)$/i
const required = ['specversion', 'id', 'source', 'type']

/**
 * The CloudEvent of a message in binary mode, in the JSON format: its attributes are message
 * attributes or headers, its data is the body. Undefined where these are not there.
 */
export function binaryCloudEvent(
  headers: JsonValue | undefined,
  body: JsonValue | undefined,
  encoding: 'text' | 'base64',
): JsonObject | undefined {
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
  return { ...event, ...dataOf(body, encoding) }
}

/** The value of a message attribute of SQS, of SNS or of what Lambda is given of them, or of a
 * header, which may be a list. */
function headerText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 1 ? headerText(value[0] ?? null) : undefined
  if (!isObject(value)) return undefined
  for (const name of ['StringValue', 'stringValue', 'Value', 'value']) {
    const text = Object.hasOwn(value, name) ? value[name] : undefined
    if (typeof text === 'string') return text
  }
  return undefined
}

/** The members `data` or `data_base64` of a CloudEvent, for the body of a message. */
export function dataOf(body: JsonValue | undefined, encoding: 'text' | 'base64'): JsonObject {
  if (body === undefined || body === null) return {}
  if (typeof body !== 'string') return { data: body }
  if (encoding === 'text') {
    const reading = readJson(body)
    return { data: reading.ok ? reading.value : body }
  }
  const reading = parseBytes(Buffer.from(body, 'base64'))
  return reading.ok ? { data: reading.value } : { data_base64: body }
}
