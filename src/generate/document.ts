import type { Envelope, WrapContent } from '../envelopes/envelope.js'
import { timeText } from '../event/time.js'
import type { ChainParts } from './layers.js'
import type { Inside } from './wrap.js'

const SECOND_US = 1e6
/** Times of whole seconds: the precise one is in the metadata. */
const coarse = ['eventbridge', 'dynamodb']

/** Where the written event is, in a document that says nothing of it itself. */
const itemAt: Readonly<Record<string, string>> = {
  json: '$',
  emf: '$',
  cloudtrail: '$.requestParameters',
  debezium: '$.after',
  dms: '$.data',
}

/** Where the fields of the payload are in a document. */
export function payloadAt({ name, payload = [] }: Envelope): string {
  return itemAt[name] ?? ['$', ...payload].join('.')
}

/** The document of a chain around a payload, as it stands in the layer around it. */
export function documentOf(
  { document: envelope, isBinary }: Pick<ChainParts, 'document' | 'isBinary'>,
  content: WrapContent,
  more: Readonly<Record<string, unknown>> = {},
): Inside {
  const isPlain = envelope.payload === undefined
  const isCoarse = coarse.includes(envelope.name)
  const timeUs = isCoarse ? Math.floor(content.timeUs / SECOND_US) * SECOND_US : content.timeUs
  const written = isPlain
    ? envelope.wrap?.({ ...content, timeUs, ...outbox, document: itemOf(content) })
    : envelope.wrap?.({ ...content, timeUs })
  const document = { ...written, ...more }
  return isBinary ? inBinaryMode(document) : { document }
}

/** A table says which change of it was made: items that are inserted say what they are. */
const outbox = { source: 'events', type: 'INSERT' }

/** What says by itself what it is. */
function itemOf({ id, source, type, timeUs, document }: WrapContent): Record<string, unknown> {
  return { id, source, type, time: timeText(timeUs), ...document }
}

/** The attributes of a CloudEvent as headers, its data as the body. */
function inBinaryMode({ data, datacontenttype, ...attributes }: Record<string, unknown>): Inside {
  const headers: Record<string, string> = { 'content-type': String(datacontenttype) }
  for (const [name, value] of Object.entries(attributes)) {
    headers[`ce-${name.toLowerCase()}`] = String(value)
  }
  return { document: {}, body: JSON.stringify(data), headers }
}
