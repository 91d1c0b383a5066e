/* Terminology (DESIGN §2):
 * - event: something that happened; immutable
 * - delivery: one arrival of an event at one place; an event delivered twice is two deliveries
 * - identity: what makes two deliveries the same event: (source, id), as in CloudEvents
 * - record: one JSON document or binary record found in an object; decodes to one EventRecord or
 *   one Undecodable, or, where it is a wrapper with n entries, to n of them
 * - document: the innermost JSON document that still carries the event's attributes
 * - payload: EventBridge `detail`, CloudEvents `data`, else the document
 * - key: what order is promised for; sequence: the producer's position within its key
 * - stream: the deliveries that order is checked within: (key, kind of sequence[, source])
 * - place: where deliveries arrive one after the other, numbered: a FIFO queue's message group
 * - stamp: a timestamp that one layer of the wrapping put there
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [key: string]: JsonValue
}

/** Where a delivery was read. `record` counts the records of the object from 1, wrappers' entries
 * one by one, blank lines not at all; 0 where a tap began to read behind the first. */
export interface Position {
  path: string
  record: number
}

/** Where a delivery stands in a place that numbers what arrives there, such as a message group of
 * an SQS FIFO queue: there that sequence decides what came before what, and no clock. */
export interface Place {
  name: string
  /** Of what arrives at the place: up to {@link MAX_PLACE_DIGITS} canonical decimal digits. */
  sequence: string
}

/** A timestamp that a layer of the wrapping carries: `{layer: 'sqs', name: 'SentTimestamp'}`. */
export interface Stamp {
  layer: string
  name: string
  timeUs: number
}

/** What a delivery's place in its stream is compared by; see {@link EventRecord.order}. */
export type SequenceKind = 'integer' | 'text' | 'time'

/** A field whose value was found but cannot be used. It is reported, never used for a number. */
export interface FieldFault {
  field: 'time' | 'receivedAt' | 'sequence' | 'body'
  /** `format`: not a time, not an integer. `range`: a time beyond ±(2^53 − 1) µs.
   * `missing`: the type maps a sequence and this event has none. `checksum`: the body is not the
   * one that the transport's MD5 was made of. */
  reason: 'format' | 'range' | 'missing' | 'checksum'
  /** The value as found, at most 200 characters. */
  text: string
}

/** One decoded delivery. Times are integer microseconds since the epoch, UTC. */
export interface EventRecord {
  /** The producer's event id, else that of the innermost message around it; null where nobody gave
   * one. */
  id: string | null
  /** Who produced it; empty if unsaid. */
  source: string
  /** detail-type or CloudEvents type; `unknown` if unsaid. */
  type: string
  /** The producer's clock: when it happened or was published. */
  timeUs: number | null
  /** When it arrived at the place measured; null where nobody recorded it. */
  receivedAtUs: number | null
  /** When evt saw it (live only). */
  observedAtUs: number | null
  /** Ordering key: one string, over all sources and types. */
  key: string | null
  /** Position within the key: an integer of any size in canonical decimal digits, or text. */
  sequence: string | null
  /** What order is checked by. `time` where the type maps no sequence; null where it maps one that
   * this event does not have or that is no integer (and not mapped as text): not checked. */
  order: SequenceKind | null
  /** Whether counters are per key, or per source and key. */
  sequencePer: 'key' | 'source+key'
  /** `kind:id`, in the mapping's order. */
  entities: string[]
  correlationId: string | null
  causationId: string | null
  traceId: string | null
  replyTo: string | null
  version: string | null
  /** Replay name, if this delivery is a replay. */
  replay: string | null
  /** Receive count, where the transport tells. */
  attempt: number | null
  /** The outermost transport's own message id (SQS or SNS MessageId), where there is one. */
  transportId: string | null
  /** The place that was measured and the delivery's number there; null where it has no sequence of
   * its own. Only the outermost wrapping tells: what was delivered inside of it, was elsewhere. */
  place: Place | null
  /** Names of the wrappings, outermost first. */
  envelopes: string[]
  stamps: Stamp[]
  /** Where the decoder was asked for them; see {@link HopTimes}. */
  hops?: HopTimes
  position: Position
  /** Size of the record as received. */
  sizeBytes: number
  document: JsonObject
  payload: JsonValue
  faults: FieldFault[]
}

/** When an event passed the points of its way, in µs; null where nobody stamped it. What each is
 * taken from stands in src/envelopes/hops.ts. */
export interface HopTimes {
  producedUs: number | null
  acceptedUs: number | null
  firstReceivedUs: number | null
  recordedUs: number | null
}

/** A record that could not be decoded: counted, shown, never part of another number. */
export interface Undecodable {
  reason: UndecodableReason
  /** What exactly failed, for people; names the layer where one is known. */
  detail: string
  position: Position
  /** The first 200 bytes. */
  head: Uint8Array
  sizeBytes: number
}

export type UndecodableReason =
  | 'not JSON'
  | 'not UTF-8'
  | 'not an object'
  | 'cut'
  | 'over the limit'
  | 'bad envelope'
  | 'bad body'

export type Decoded =
  | { kind: 'event'; event: EventRecord }
  | { kind: 'undecodable'; undecodable: Undecodable }

export const MAX_RECORD_BYTES = 128 * 1024 * 1024
/** Kinesis's sequence numbers have as many. */
export const MAX_PLACE_DIGITS = 56
export const MAX_TIME_US = Number.MAX_SAFE_INTEGER
export const UNKNOWN_TYPE = 'unknown'
