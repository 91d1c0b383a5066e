import { isUtf8 } from 'node:buffer'
import {
  type CheckpointLine,
  RECORDING,
  type RecordedLine,
  type UnreadRecord,
} from '../envelopes/recording.js'
import { type JsonObject, MAX_RECORD_BYTES, type Position } from '../event/event.js'
import { jsonText } from '../event/json.js'
import type { Captured } from './capture.js'

/** More than a line has around its record, but for long names of SOURCEs. */
const AROUND_BYTES = 64 * 1024
const MOST_TEXT_BYTES = MAX_RECORD_BYTES - AROUND_BYTES

interface LineOf {
  recording: string
  n: number
  observedAtUs: number
  source: string
  /** Whether it is to be acknowledged. */
  isHeld: boolean
}

/** Where a record was read. */
export function positionOf({ first }: Pick<Captured, 'first'>): Position {
  return first.kind === 'event' ? first.event.position : first.undecodable.position
}

export function sizeOf({ record, first }: Captured): number {
  if (record) return record.sizeBytes
  return first.kind === 'event' ? first.event.sizeBytes : first.undecodable.sizeBytes
}

/** A record as a line of a recording. */
export function recordLine(captured: Captured, of: LineOf): string {
  const { recording, n, observedAtUs, source, isHeld } = of
  const { path, record } = positionOf(captured)
  const line: RecordedLine = {
    ...{ evt: RECORDING, recording, n, observedAt: observedAtUs, source },
    ...{ at: [path, record], bytes: sizeOf(captured) },
    ...(isHeld && { held: true }),
  }
  return `${jsonText(line as unknown as JsonObject).slice(0, -1)},${contentOf(captured)}}\n`
}

export function checkpointLine(line: Omit<CheckpointLine, 'evt'>): string {
  return `${jsonText({ evt: RECORDING, ...line })}\n`
}

/** The last member of a line: what was received, byte for byte. */
function contentOf({ record, first, unread }: Captured): string {
  if (first.kind === 'undecodable' && !record) return unreadOf(first.undecodable, unread)
  const text = record?.text && Buffer.from(record.text).toString()
  if (text !== undefined && standsInLine(text)) return `"records":[${text}]`
  const quoted = text === undefined ? undefined : jsonText(text)
  if (quoted !== undefined && isShort(quoted)) return `"text":${quoted}`
  return `"records":[${jsonText(record?.value ?? null)}]`
}

/** Whether a text that was read as JSON is a strict JSON object, and in one line. */
function standsInLine(text: string): boolean {
  if (!text.startsWith('{') || /[\r\n]/.test(text)) return false
  // Nothing else is read that is not JSON.
  if (!/nan|inf|,[ \t]*[\]}]/i.test(text)) return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function unreadOf(
  { reason, detail, head }: Omit<UnreadRecord, 'head'> & { head: Uint8Array },
  bytes: Uint8Array | undefined,
): string {
  const told: UnreadRecord = { reason, detail, head: Buffer.from(head).toString('base64') }
  const whole = bytes === undefined ? {} : bytesIn(Buffer.from(bytes))
  const all = jsonText({ ...told, ...whole })
  return `"undecodable":${isShort(all) ? all : jsonText({ ...told })}`
}

function bytesIn(bytes: Buffer): { text: string } | { base64: string } {
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }
}

/** Whether a line with it can be read again. */
function isShort(text: string): boolean {
  return text.length <= MOST_TEXT_BYTES / 3 || Buffer.byteLength(text) <= MOST_TEXT_BYTES
}
