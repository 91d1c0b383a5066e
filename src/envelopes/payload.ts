import { type JsonValue, MAX_RECORD_BYTES } from '../event/event.js'
import { parseBytes } from '../event/json.js'
import { type Accessor, compilePath } from '../event/json-path.js'
import { ContentFault, codecs } from './codecs/index.js'
import type { Envelope } from './envelope.js'
import type { Outside } from './outside.js'

const MAX_CODECS = 8

/** Reads the payload out of the document of a wrapping. */
export function payloadReader({ payload = [], payloadBytes }: Envelope): Accessor {
  const read = compilePath(payload)
  const readBytes = payloadBytes && compilePath(payloadBytes)
  if (!readBytes) return read
  return (document) => {
    const value = read(document)
    const text = value === undefined ? readBytes(document) : undefined
    return typeof text === 'string' ? (valueIn(text) ?? text) : value
  }
}

/** What needs a schema of a registry stays as it is. */
const nothingOutside: Outside = {}

/** The JSON in a text of base64, where it is the only thing in whatever encoding is around it. */
function valueIn(text: string): JsonValue | undefined {
  let bytes: Buffer = Buffer.from(text, 'base64')
  for (let around = 0; around <= MAX_CODECS; around++) {
    const codec = codecs.find((each) => each.recognises(bytes, nothingOutside))
    if (!codec) break
    const pieces = decoded(bytes, codec)
    const content = pieces.length === 1 ? pieces[0]?.content : undefined
    if (content instanceof ContentFault) return undefined
    if (!Buffer.isBuffer(content)) return content
    bytes = content
  }
  const reading = parseBytes(bytes)
  return reading.ok ? reading.value : undefined
}

function decoded(bytes: Buffer, codec: (typeof codecs)[number]) {
  try {
    return codec.decode(bytes, MAX_RECORD_BYTES, nothingOutside)
  } catch (error) {
    if (error instanceof ContentFault) return []
    throw error
  }
}
