import type { JsonObject, JsonValue, UndecodableReason } from '../event/event.js'
import type { Envelope } from './envelope.js'

export const RECORDING = 'recording/1'

/**
 * A line of a recording: what `evt record` received, as it was, beside when and where. It is no
 * layer of the event: createDecoder takes it off first, so that what was recorded is decoded as if
 * it came now. Here it stands so that SQL leaves such lines to the decoder.
 */
export const recording: Envelope = {
  name: 'recording',
  title: 'a recording by evt',
  when: [
    { path: ['evt'], is: 'scalar', equals: RECORDING },
    { path: ['recording'], is: 'scalar' },
  ],
  fields: {},
  stamps: {},
  isBare: true,
  entries: ['records'],
}

/** What a line of a recording says of one record. */
export interface RecordedLine {
  evt: typeof RECORDING
  /** Which recording: its counter decides what came before what. */
  recording: string
  /** Counts the records of the recording. */
  n: number
  /** When evt saw it, in µs. */
  observedAt: number
  /** The SOURCE as it was named, and where in it. */
  source: string
  at: [path: string, record: number]
  bytes: number
  /** Its source gives it again until it is acknowledged, which it is when it is durable here. */
  held?: true
  /** The record, alone, as it was written; last in the line, so that its text can be taken out. */
  records?: [JsonObject]
  /** Instead of it: its JSON text, where that does not stand in a line as it is. */
  text?: string
  /** Instead of it: why it could not be read. */
  undecodable?: UnreadRecord
}

/** `head` is its first bytes in base64; all of it is `text`, or `base64` where it is not UTF-8,
 * unless it is too large. */
export interface UnreadRecord {
  reason: UndecodableReason
  detail: string
  head: string
  text?: string
  base64?: string
}

/** What follows the records of a part: how to go on behind them. It is no record. */
export interface CheckpointLine {
  evt: typeof RECORDING
  recording: string
  /** The number of the next record. */
  next: number
  /** Of each SOURCE that can go on where it was: where that is. */
  checkpoint: JsonObject
  /** Positions of what was recorded before this part, and may come again all the same. */
  unsure?: string[]
}

const keys: ReadonlySet<string> = new Set<keyof RecordedLine | keyof CheckpointLine>([
  ...(['evt', 'recording', 'n', 'observedAt', 'source', 'at', 'bytes'] as const),
  ...(['records', 'text', 'undecodable', 'next', 'checkpoint', 'unsure', 'held'] as const),
])

/** What a line is found to be; `fault`: it is damaged. */
type RecordingLine =
  | { is: 'record'; line: RecordedLine }
  | { is: 'checkpoint'; line: CheckpointLine }
  | { is: 'fault'; detail: string }

const RECORDS = ',"records":['

/** The text of the record in a line that ends with it; undefined for any other line. */
export function recordIn(line: string): string | undefined {
  // Within a string there are no quotes without a backslash.
  const at = line.indexOf(RECORDS)
  return at < 0 || !line.endsWith(']}') ? undefined : line.slice(at + RECORDS.length, -2)
}

/** A document as a line of a recording; undefined where it is none, but somebody's document that
 * has more to say. */
export function recordingLine(value: JsonValue): RecordingLine | undefined {
  if (!isObject(value) || value['evt'] !== RECORDING) return undefined
  if (typeof value['recording'] !== 'string') return undefined
  for (const key in value) if (!keys.has(key)) return undefined
  if (isCheckpoint(value)) {
    return { is: 'checkpoint', line: value as unknown as CheckpointLine } // as it was checked
  }
  const fault = faultOf(value)
  if (fault !== undefined) return { is: 'fault', detail: `recording ${fault}` }
  return { is: 'record', line: value as unknown as RecordedLine } // as it was checked
}

function isCheckpoint({ checkpoint, next, n, unsure = [] }: JsonObject): boolean {
  const isList = Array.isArray(unsure) && unsure.every((one) => typeof one === 'string')
  return isObject(checkpoint) && isCount(next) && n === undefined && isList
}

function faultOf(line: JsonObject) {
  const { n, observedAt, bytes, source, at, records, text, undecodable } = line
  if (!isCount(n)) return 'has no number'
  if (!Number.isSafeInteger(observedAt)) return 'does not say when'
  if (!isCount(bytes)) return 'has no size'
  if (typeof source !== 'string' || !isPlace(at)) return 'does not say where'
  if (records === undefined && typeof text === 'string') return undefined
  if (records === undefined) return isUndecodable(undecodable) ? undefined : 'holds no record'
  const isOne = Array.isArray(records) && records.length === 1 && isObject(records[0])
  return isOne ? undefined : 'does not hold one record'
}

const reasons: readonly JsonValue[] = [
  ...(['not JSON', 'not UTF-8', 'not an object', 'cut', 'over the limit'] as const),
  ...(['bad envelope', 'bad body'] as const),
] satisfies readonly UndecodableReason[]

function isUndecodable(value: JsonValue | undefined): boolean {
  if (!isObject(value)) return false
  const { reason, detail, head } = value
  return reasons.includes(reason ?? null) && typeof detail === 'string' && typeof head === 'string'
}

function isPlace(at: JsonValue | undefined): boolean {
  return Array.isArray(at) && at.length === 2 && typeof at[0] === 'string' && isCount(at[1])
}

function isCount(value: JsonValue | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
