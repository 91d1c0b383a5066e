import type { Decoded, JsonObject, JsonValue, Position } from '../event/event.js'
import { jsonText, keepWritten, readJson } from '../event/json.js'
import { claimPointer } from './claim-check.js'
import { isObject } from './content.js'
import { type RecordedLine, recordIn, recordingLine } from './recording.js'

/** What the decoder takes, in as far as it is looked at here. */
interface RecordValue {
  value: JsonValue
  position: Position
  sizeBytes: number
  head: Uint8Array
  readonly text?: Uint8Array | undefined
}

const HEAD_BYTES = 200
/** A recording of a recording, and so on. */
const MOST_LAYERS = 16
/** Entries of one record are told apart by so many digits behind its number. */
const ENTRY_DIGITS = 6

/**
 * Decodes a record; what a line of a recording holds, as it was when it was recorded: its size,
 * when evt saw it, and the recording's counter as order of arrival, unless the place that it came
 * from numbered it. Its position is that of the line.
 */
export function decodeRecorded(
  record: RecordValue,
  decode: (record: RecordValue) => Decoded[],
  layer = 0,
): Decoded[] {
  const found = layer < MOST_LAYERS ? recordingLine(record.value) : undefined
  if (!found) return decode(record)
  if (found.is === 'checkpoint') return []
  const { position } = record
  if (found.is === 'fault') return [damaged(record, found.detail)]
  const { line } = found
  const { bytes: sizeBytes, undecodable } = line
  if (undecodable) return [asItWas(undecodable, { sizeBytes, position })]
  const held = heldIn(line, record)
  if (!held) return [damaged(record, 'recording holds text that is no record')]
  const { value, text } = held
  const inner: RecordValue = {
    ...{ value, position, sizeBytes },
    get text() {
      return text()
    },
    get head() {
      return text().subarray(0, HEAD_BYTES)
    },
  }
  const all = decodeRecorded(inner, decode, layer + 1)
  for (const [entry, one] of all.entries()) if (one.kind === 'event') addTo(one.event, line, entry)
  return all
}

/** The record of a line, and its text: as it was written, where the line tells. */
function heldIn(
  { records, text }: RecordedLine,
  outer: RecordValue,
): { value: JsonObject; text(): Buffer } | undefined {
  if (records) {
    const [value] = records
    const inLine = () => outer.text && recordIn(Buffer.from(outer.text).toString())
    const written = () => inLine() ?? jsonText(value)
    keepWritten(value, written)
    return { value, text: () => Buffer.from(written()) }
  }
  const reading = readJson(text ?? '')
  if (!reading.ok) return undefined
  const value = isObject(reading.value) ? reading.value : claimPointer(reading.value)
  return value && { value, text: () => Buffer.from(text ?? '') }
}

function damaged({ position, head, sizeBytes }: RecordValue, detail: string): Decoded {
  const of = { reason: 'bad envelope', detail, position, head, sizeBytes } as const
  return { kind: 'undecodable', undecodable: of }
}

function addTo(
  event: Extract<Decoded, { kind: 'event' }>['event'],
  { recording, n, observedAt }: RecordedLine,
  entry: number,
): void {
  event.observedAtUs ??= observedAt
  const number = `${n}${String(entry).padStart(ENTRY_DIGITS, '0')}`
  event.place ??= { name: `recording ${recording}`, sequence: number.replace(/^0+(?=\d)/, '') }
}

function asItWas(
  { reason, detail, head }: NonNullable<RecordedLine['undecodable']>,
  of: Pick<RecordValue, 'sizeBytes' | 'position'>,
): Decoded {
  const bytes = Buffer.from(head, 'base64').subarray(0, HEAD_BYTES)
  return { kind: 'undecodable', undecodable: { reason, detail, head: bytes, ...of } }
}
