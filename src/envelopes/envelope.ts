import type { JsonObject, JsonValue } from '../event/event.js'
import type { JsonPath } from '../event/json-path.js'
import type { Claim } from './outside.js'

/** The fields of an EventRecord that a wrapping or a mapping can give, each by a path. */
export type FieldName =
  | 'id'
  | 'source'
  | 'type'
  | 'time'
  | 'receivedAt'
  | 'key'
  | 'sequence'
  | 'correlationId'
  | 'causationId'
  | 'traceId'
  | 'replyTo'
  | 'version'
  | 'replay'
  | 'attempt'
  | 'transportId'

/** A point of an event's way that a layer can tell, beside who produced it; see `hops.ts`. */
export type HopPoint = 'accepted' | 'firstReceived' | 'recorded'

/** Fields that name something: of these, and of entities, an empty text is nothing found. */
export const namingFields: ReadonlySet<FieldName> = new Set<FieldName>([
  'id',
  'key',
  'transportId',
  'correlationId',
  'causationId',
  'traceId',
])

/** What must hold at a path for a document to be this wrapping.
 * `scalar`: a string, number or boolean. `object`, `array`: of JSON. `body`: a string or an object
 * (a wrapped document, as text or already parsed). `value`: anything but null. */
export interface Condition {
  path: JsonPath
  is: 'scalar' | 'object' | 'array' | 'body' | 'value'
  /** For `scalar`: the exact text. */
  equals?: string
  /** For `scalar`, where only the decoder reads: what the text matches. */
  matches?: RegExp
  /** For `array`, where only the decoder reads: what one entry at least is. */
  holding?: readonly Condition[]
  /** For `array`, where only the decoder reads: it has no entries. */
  isEmpty?: true
}

/** Makes a field out of several places of a layer's document; undefined where it is not there. Only
 * the decoder can: records with such a field are none of SQL's. */
export type Derived = (document: JsonObject) => JsonValue | undefined

/**
 * One wrapping, described so that two readings can be compiled from it: the TypeScript decoder
 * (`decode.ts`) and DuckDB's projection (`engines/`). Add one: a file with a constant of this type,
 * a line in `index.ts`, a fixture in `test/fixtures/events/<name>/`.
 *
 * Recognition is by `when` alone, in the order of the registry, first match wins. A document that
 * matches nothing is plain JSON.
 */
export interface Envelope {
  name: string
  /** Where one wrapping has several shapes: `lambda` for SQS's message as Lambda is given it. */
  shape?: string
  title: string
  when: readonly Condition[]
  /** A document with more keys than these is none of it. */
  mostKeys?: number
  /** Paths from this layer's own document; the first that yields a scalar wins. A field may be
   * bound to a further condition, such as a message group that means order only on a FIFO queue. */
  fields: Partial<Record<FieldName, readonly (JsonPath | Derived)[]>>
  /** `fields.key` counts only where this path yields a scalar (FIFO: Attributes.SequenceNumber). */
  keyNeeds?: JsonPath
  /** For a place with a sequence of its own: where the place's name and the delivery's number there
   * are. It counts where this layer is the outermost; see `place.ts`. */
  place?: { readonly name: JsonPath | Derived; readonly sequence: JsonPath }
  /** CloudEvents: a `sequence` is an integer only where this path says `Integer`, else text. */
  sequenceTypeAt?: JsonPath
  /** Where no record says it: a `sequence` is an integer, unless this says text. */
  sequenceType?: 'text'
  /** This layer's own timestamps, by the service's own name for them. */
  stamps: Readonly<Record<string, JsonPath>>
  /** Which of this layer's times tell a point of the event's way; see `hops.ts`. */
  hops?: Partial<Record<HopPoint, readonly (JsonPath | Derived)[]>>
  /** Where the wrapped document is; absent for a wrapping that is itself the document. */
  inner?: JsonPath
  /** What stands at `inner`: a document or its text, which may be encoded (`codecs/`); or bytes in
   * base64. Absent: text. */
  innerIs?: 'text' | 'base64'
  /** Whether what is at `inner` need be no document at all: where it is none, the layer's own
   * document is the event's. Only the decoder can. */
  mayHoldOther?: (document: JsonObject) => boolean
  /** Whether a document has what its writer always adds, so that nobody else's words for such
   * things are mistaken for it. One that has not, around prose, is none of this wrapping. */
  isSurely?: (document: JsonObject) => boolean
  /** Where the entries are of a wrapper with n of them: each is a record, of whatever wrapping. An
   * array, or an object of arrays. */
  entries?: JsonPath
  /** What an entry may be that its wrapper alone tells: these come before all others. An entry says
   * where it is itself, so they are bare. */
  entryIs?: readonly Envelope[]
  /** Where the MD5 of the body stands, in hexadecimal digits. */
  bodyMd5?: JsonPath
  /** A wrapper that says nothing of its entries, as an array does not: it is no layer of theirs. */
  isBare?: boolean
  /** Message attributes or headers, in which a CloudEvent in binary mode has its attributes. */
  headers?: JsonPath | Derived
  /** Where the payload was put that the document points to: what is there is inside of this layer,
   * or goes into the document. SQL leaves records that have something at `at`. */
  claim?: { at: JsonPath; of: (document: JsonObject) => Claim | undefined; into?: string }
  /** An encoding of bytes: recognised by these, never by a document. */
  isCodec?: boolean
  /** Where the payload is, for a wrapping that is itself the document; absent: the document. */
  payload?: JsonPath
  /** Where it is in base64, if nothing is at `payload`: JSON, encoded or not, else the text. */
  payloadBytes?: JsonPath
  /** The inverse, for `evt generate`: puts the layer around a document. Absent: not writable. */
  wrap?: (content: WrapContent) => Record<string, unknown>
}

/** What `wrap` is given. `document` is the inner document for a transport (SQS, SNS), and the
 * payload for a wrapping that is itself the document (EventBridge, CloudEvents). */
export interface WrapContent {
  document: Record<string, unknown>
  id: string
  source: string
  type: string
  timeUs: number
  receivedAtUs: number
  transportId: string
  attempt: number
  key: string | null
  /** The delivery's number in order of arrival, which no other of its key has; null for a transport
   * that does not number. */
  arrival: number | null
  replay: string | null
  /** What a transport holds in place of the document: bytes, or a text as it is. */
  body?: Buffer | string
  /** What a wrapper of several holds; absent: the document alone. */
  entries?: readonly unknown[]
  /** The attributes of a CloudEvent in binary mode, whose data is the body. */
  headers?: Readonly<Record<string, string>>
}

/** Whether it stands in a record's `envelopes`: plain JSON is no wrapping at all. */
export function isWrapping({ when, isCodec, isBare }: Envelope): boolean {
  return !isBare && (when.length > 0 || isCodec === true)
}

/** Tells the shapes of one wrapping apart. */
export function shapeName({ name, shape }: Envelope): string {
  return shape === undefined ? name : `${name}-${shape}`
}

/** Whether SQL can read what is wrapped so: a document in text, with every field at one place. */
export function isInText(envelope: Envelope): boolean {
  const { fields, innerIs, entries, isCodec, mayHoldOther, place, claim } = envelope
  if (isCodec || entries || mayHoldOther || innerIs === 'base64') return false
  if (typeof place?.name === 'function' || (claim && claim.into === undefined)) return false
  return Object.values(fields).every((places) =>
    places.every((place) => typeof place !== 'function'),
  )
}

/** The places of a field that are paths: all of them, where {@link isInText}. */
export function fieldPaths({ fields }: Envelope, field: FieldName): readonly JsonPath[] {
  return (fields[field] ?? []).flatMap((place) => (typeof place === 'function' ? [] : [place]))
}
