import type { JsonObject, JsonValue } from '../event/event.js'
import { valueAt } from '../event/json-path.js'
import { isObject } from './content.js'
import type { Condition, Envelope, WrapContent } from './envelope.js'
import { bodyBase64, bodyText, milliseconds } from './wrap-body.js'

const requestTimes = [
  ['requestContext', 'timeEpoch'],
  ['requestContext', 'requestTimeEpoch'],
] as const

/** What Lambda is given by API Gateway (REST and HTTP), a function URL or a load balancer. The
 * latter does not say when the request came. */
const request = {
  name: 'http',
  fields: {
    transportId: [['requestContext', 'requestId']],
    receivedAt: requestTimes,
    traceId: [
      ['headers', 'traceparent'],
      ['headers', 'x-amzn-trace-id'],
      ['headers', 'X-Amzn-Trace-Id'],
    ],
  },
  stamps: {},
  hops: { accepted: requestTimes },
  inner: ['body'],
  headers: decodedHeaders,
  mayHoldOther: (document) => !saysJson(document),
} as const satisfies Partial<Envelope>

const recognised: readonly Condition[] = [
  { path: ['requestContext'], is: 'object' },
  { path: ['headers'], is: 'object' },
]

/** A request with an event in its body. A body of another kind, or none, is no fault, unless its
 * type says JSON: then the request itself is the event. */
export const http: Envelope = {
  ...request,
  title: 'HTTP request for Lambda',
  when: [{ path: ['isBase64Encoded'], is: 'scalar', equals: 'false' }, ...recognised],
  wrap: (content) => ({ ...written(content), body: bodyText(content), isBase64Encoded: false }),
}

/** One whose body is bytes. */
export const httpBytes: Envelope = {
  ...request,
  shape: 'bytes',
  title: 'HTTP request for Lambda, of bytes',
  when: [{ path: ['isBase64Encoded'], is: 'scalar', equals: 'true' }, ...recognised],
  innerIs: 'base64',
  wrap: (content) => ({ ...written(content), body: bodyBase64(content), isBase64Encoded: true }),
}

/** A request to an HTTP API, without its body. */
function written({ transportId, receivedAtUs, headers = {} }: WrapContent) {
  const encoded = Object.entries(headers).map(([name, text]) => [name, asHeader(text)])
  return {
    version: '2.0',
    routeKey: 'POST /events',
    rawPath: '/events',
    headers: { 'content-type': 'application/json', ...Object.fromEntries(encoded) },
    requestContext: {
      http: { method: 'POST', path: '/events' },
      requestId: transportId,
      timeEpoch: milliseconds(receivedAtUs),
    },
  }
}

/** What the binding has encoded: all but what is printed, without space, `"` and `%`. */
function asHeader(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent)
}

/** In HTTP the attributes of a CloudEvent are percent-encoded (HTTP protocol binding, 3.1.3.2). */
function decodedHeaders(document: JsonObject): JsonObject {
  return Object.fromEntries(
    headersOf(document).map(([name, value]) => [
      name,
      typeof value === 'string' && /^ce-/i.test(name) ? decoded(value) : value,
    ]),
  )
}

function saysJson(document: JsonObject): boolean {
  return headersOf(document).some(
    ([name, value]) =>
      name.toLowerCase() === 'content-type' &&
      typeof value === 'string' &&
      /^application\/([\w.-]+\+)?json\b/i.test(value),
  )
}

function headersOf(document: JsonObject): [string, JsonValue][] {
  const headers = valueAt(document, ['headers'])
  return headers !== undefined && isObject(headers) ? Object.entries(headers) : []
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
