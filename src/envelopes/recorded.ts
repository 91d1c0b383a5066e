import type { Decoded, JsonValue, Position } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { type RecordedLine, recordingLine } from './recording.js'

/** What the decoder takes, in as far as it is looked at here. */
interface RecordValue {
  value: JsonValue
  position: Position
  sizeBytes: number
  head: Uint8Array
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
  if (found.is === 'fault') {
    const { sizeBytes, head } = record
    const of = { reason: 'bad envelope', detail: found.detail, position, head, sizeBytes } as const
    return [{ kind: 'undecodable', undecodable: of }]
  }
  const { line } = found
  const { bytes: sizeBytes, undecodable, records } = line
  if (!records) return [asItWas(undecodable, { sizeBytes, position })]
  const [value] = records
  const inner: RecordValue = {
    ...{ value, position, sizeBytes },
    get head() {
      return Buffer.from(jsonText(value)).subarray(0, HEAD_BYTES)
    },
  }
  const all = decodeRecorded(inner, decode, layer + 1)
  for (const [entry, one] of all.entries()) if (one.kind === 'event') addTo(one.event, line, entry)
  return all
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
  undecodable: RecordedLine['undecodable'],
  of: Pick<RecordValue, 'sizeBytes' | 'position'>,
): Decoded {
  const { reason = 'cut', detail = '', head = '' } = undecodable ?? {}
  const bytes = Buffer.from(head, 'base64').subarray(0, HEAD_BYTES)
  return { kind: 'undecodable', undecodable: { reason, detail, head: bytes, ...of } }
}
