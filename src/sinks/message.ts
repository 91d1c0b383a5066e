import { createHash } from 'node:crypto'
import type { SinkEntry } from './sink.js'

/** What the extended clients of SQS and SNS know a pointer by: how many bytes it stands for. */
export const CLAIM_SIZE = 'ExtendedPayloadSize'

const MOST_ATTRIBUTES = 10
/** Anything that XML cannot hold. */
const untransported = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/** A key, or what tells a sending from others, as a FIFO queue or topic takes it: at most 128
 * printable characters, else its SHA-256. */
function fifoId(text: string): string {
  const isTaken = /^[\x21-\x7e]{1,128}$/.test(text)
  return isTaken ? text : createHash('sha256').update(text).digest('hex')
}

/** What a FIFO queue or topic is told of an entry. */
export function fifoFields({ key, sendId }: SinkEntry) {
  const group = key === null ? {} : { MessageGroupId: fifoId(key) }
  return { ...group, MessageDeduplicationId: fifoId(sendId) }
}

/** Why a queue or topic does not take a message; undefined where it does. */
export function refusedMessage(
  { body, attributes, key }: SinkEntry,
  isFifo: boolean,
): string | undefined {
  if (isFifo && key === null) return 'it has no key, which a FIFO target needs for its group'
  if (body === '') return 'its body is empty'
  if (untransported.test(body)) return 'its body has characters that cannot be sent'
  const named = Object.entries(attributes)
  if (named.length > MOST_ATTRIBUTES) {
    return `it has ${named.length} attributes, and ${MOST_ATTRIBUTES} are taken`
  }
  const [empty] = named.find(([, value]) => value === '') ?? []
  return empty === undefined ? undefined : `its attribute ${JSON.stringify(empty)} is empty`
}

/** As SQS and SNS have them. */
export function messageAttributes({ attributes }: SinkEntry) {
  const entries = Object.entries(attributes)
  if (entries.length === 0) return {}
  const typed = entries.map(([name, value]) => [
    name,
    { DataType: name === CLAIM_SIZE ? 'Number' : 'String', StringValue: value },
  ])
  return { MessageAttributes: Object.fromEntries(typed) }
}

/** Bytes that SQS and SNS count: of the body, and of names, types and values of attributes. */
export function messageBytes({ body, attributes }: SinkEntry): number {
  let bytes = Buffer.byteLength(body)
  for (const [name, value] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value)
  }
  return bytes
}
