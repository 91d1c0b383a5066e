import { type JsonObject, type JsonValue, MAX_RECORD_BYTES } from '../event/event.js'
import { parseBytes, readJson } from '../event/json.js'
import { claimPointer } from './claim-check.js'
import { base64 } from './codecs/base64.js'
import { confluentId } from './codecs/confluent.js'
import { type Codec, ContentFault, codecs, MAX_ENTRIES } from './codecs/index.js'
import type { Envelope } from './envelope.js'
import type { Outside } from './outside.js'

/** One layer of a record, and its own document. */
export interface Layer {
  envelope: Envelope
  document: JsonObject
  /** Which entry of the wrapper around it, from 0; null: the only one. */
  entry: number | null
  /** Where it points to, if that is followed. */
  claim?: string
}

/** What was in a layer: a value, and the encodings that were around it, outermost first. */
export type Content = { via: Layer[]; entry: number | null } & (
  | { ok: true; value: JsonValue }
  | { ok: false; detail: string }
)

const MAX_CODECS = 8
/** A word of fewer characters is base64 by accident. */
const LEAST_BASE64 = 8

/**
 * What stands in a layer's body: one document, or the entries of an array or of an aggregate. Bytes
 * and text that are no JSON are decoded as long as an encoding recognises them; of one record no
 * more than the limit of a record is ever unpacked.
 */
export function contentsOf(
  body: JsonValue | Buffer | undefined,
  encoding: 'text' | 'base64',
  budget: Budget = { leftBytes: MAX_RECORD_BYTES, outside: {} },
): Content[] {
  if (body === undefined) return [{ ok: false, detail: 'is missing', via: [], entry: null }]
  if (Buffer.isBuffer(body)) return ofBytes(body, [], budget)
  if (typeof body !== 'string') return ofValue(body, [], budget)
  if (encoding === 'text') return ofText(body, [], budget)
  const bytes = base64Bytes(body)
  return bytes ? ofBytes(bytes, [], budget) : ofText(body, [], budget)
}

/** What the layers of one record share. */
export interface Budget {
  /** How much more may be unpacked or fetched. */
  leftBytes: number
  readonly outside: Outside
  /** Whether the body is one value, whatever it is, and not what may be several events. */
  readonly isOne?: boolean
}

function ofText(text: string, via: Layer[], budget: Budget): Content[] {
  const reading = readJson(text)
  if (reading.ok) return ofValue(reading.value, via, budget)
  const bytes = guessedBytes(text)
  if (bytes && isRecognised(bytes, budget.outside)) {
    return ofBytes(bytes, [...via, layerOf(base64)], budget)
  }
  const detail = withHint(reading.detail, bytes)
  const lines = budget.isOne ? undefined : ofLines(text, via)
  return lines ?? [{ ok: false, detail, via, entry: null }]
}

function ofBytes(bytes: Buffer, via: Layer[], budget: Budget): Content[] {
  const codec = codecs.find((each) => each.recognises(bytes, budget.outside))
  if (codec) return ofCodec(codec, bytes, via, budget)
  const reading = parseBytes(bytes)
  if (reading.ok) return ofValue(reading.value, via, budget)
  if (reading.reason === 'not UTF-8' || confluentId(bytes) !== undefined) {
    return [{ ok: false, detail: withHint(reading.detail, bytes), via, entry: null }]
  }
  return ofText(bytes.toString('utf8'), via, budget)
}

function ofCodec(codec: Codec, bytes: Buffer, via: Layer[], budget: Budget): Content[] {
  const { name } = codec.envelope
  const bad = (detail: string): Content => ({
    ok: false,
    detail: `${name} ${detail}`,
    via,
    entry: null,
  })
  if (via.length === MAX_CODECS) return [bad(`is encoded more than ${MAX_CODECS} times`)]
  try {
    const pieces = codec.decode(bytes, budget.leftBytes, budget.outside)
    return pieces.flatMap(({ document, content, entry }) => {
      const inside = [...via, { envelope: codec.envelope, document, entry }]
      if (content instanceof ContentFault) {
        return [{ ok: false, detail: content.message, via: inside, entry: null }]
      }
      if (!Buffer.isBuffer(content)) return ofValue(content, inside, budget)
      budget.leftBytes -= content.length
      return ofBytes(content, inside, budget)
    })
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error
    return [bad(error.message)]
  }
}

function ofValue(value: JsonValue, via: Layer[], { isOne }: Budget): Content[] {
  const pointer = claimPointer(value)
  if (isOne) return [{ ok: true, value: pointer ?? value, via, entry: null }]
  if (pointer) return [{ ok: true, value: pointer, via, entry: null }]
  if (Array.isArray(value)) {
    const some = value.slice(0, MAX_ENTRIES).map((each, entry) => content(each, via, entry))
    return value.length > MAX_ENTRIES ? [...some, tooMany(via)] : some
  }
  return [content(value, via, null)]
}

function tooMany(via: Layer[]): Content {
  const detail = `has more than the limit of ${MAX_ENTRIES.toLocaleString('en')} entries`
  return { ok: false, detail, via, entry: null }
}

function content(value: JsonValue, via: Layer[], entry: number | null): Content {
  return isObject(value)
    ? { ok: true, value, via, entry }
    : { ok: false, detail: notAnObject(value), via, entry }
}

/** Several documents, one a line, as producers put them into one record. */
function ofLines(text: string, via: Layer[]): Content[] | undefined {
  const all = text.split('\n', MAX_ENTRIES + 1)
  const lines = all.slice(0, MAX_ENTRIES).filter((line) => line.trim() !== '')
  if (lines.length < 2) return undefined
  const values = lines.map((line) => readJson(line))
  if (!values.some((reading) => reading.ok)) return undefined
  const found = values.map(
    (reading, entry): Content =>
      reading.ok
        ? content(reading.value, via, entry)
        : { ok: false, detail: reading.detail, via, entry },
  )
  return all.length > MAX_ENTRIES ? [...found, tooMany(via)] : found
}

/** The bytes of a text that may be base64, as nobody says. */
function guessedBytes(text: string): Buffer | undefined {
  const bare = withoutLineEnds(text.trim())
  if (bare.length < LEAST_BASE64 || base64Length(bare) === undefined) return undefined
  return Buffer.from(bare, 'base64')
}

/** Whether bytes are something that is no accident. */
function isRecognised(bytes: Buffer, outside: Outside): boolean {
  if (codecs.some((codec) => codec.recognises(bytes, outside))) return true
  const reading = parseBytes(bytes)
  return reading.ok && typeof reading.value === 'object' && reading.value !== null
}

/** What could be read if somebody said where schemas are. */
function withHint(detail: string, bytes: Buffer | undefined): string {
  const schemaId = bytes && confluentId(bytes)
  if (schemaId === undefined) return detail
  const guess = `if it is Avro with schema ${schemaId} of a registry`
  return `${detail}; ${guess}, --schema-registry says where that is`
}

/** How many bytes a text in base64 stands for; undefined where it is none. */
function base64Length(text: string): number | undefined {
  const digits = text.replace(/={1,2}$/, '').length
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || digits % 4 === 1) return undefined
  return Math.floor((digits * 3) / 4)
}

/** The bytes that a text in base64 stands for; undefined where it is none. */
function base64Bytes(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  // To encode again is a sixth of the work of looking at each character.
  if (bytes.toString('base64') === text) return bytes
  return base64Length(withoutLineEnds(text)) === bytes.length ? bytes : undefined
}

/** MIME breaks base64 into lines of 76 characters, others elsewhere. */
function withoutLineEnds(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\r?\n/g, '') : text
}

function layerOf(envelope: Envelope): Layer {
  return { envelope, document: {}, entry: null }
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a value is that should be an object, as the end of a sentence. */
export function notAnObject(value: JsonValue): string {
  const name = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return `is ${name}, not an object`
}
