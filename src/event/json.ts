import type { JsonObject, JsonValue, UndecodableReason } from './event.js'
import { keyMarks, surveyOf } from './json-survey.js'
import { withExactIntegers, withFirstKeys, withoutLeniencies } from './json-text.js'

/** JSON that was read, or why not. `detail` is for people and quotes nothing of the data. */
export type JsonReading =
  | { ok: true; value: JsonValue }
  | {
      ok: false
      reason: Extract<UndecodableReason, 'not JSON' | 'not UTF-8' | 'cut'>
      detail: string
    }

/** How values were written whose text they are not again when they are written anew. */
const written = new WeakMap<object, () => string>()

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON without loss: as JSON.parse, but an integer beyond ±(2^53 − 1) becomes a string of its
 * exact digits, and of a key that occurs twice in an object the first value counts, as it does in
 * DuckDB. Depth has no limit.
 *
 * @throws SyntaxError, as JSON.parse
 */
export function parseJson(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text)
  const survey = surveyOf(value)
  if (survey && !survey.unsafe && keyMarks(text) === survey.keys) return value
  const exact = withExactIntegers(withFirstKeys(text))
  if (exact === text) return value
  const read: JsonValue = JSON.parse(exact)
  keepWritten(read, () => text)
  return read
}

/** Remembers the JSON text of an object, for as long as the object is there. */
export function keepWritten(value: JsonValue, text: () => string): void {
  if (typeof value === 'object' && value !== null) written.set(value, text)
}

/** The JSON text of an object in one line: as it was written where that is known, else anew. */
export function writtenText(value: JsonObject): string {
  // Within strings there are none.
  return (
    written
      .get(value)?.()
      .replace(/[\r\n]+/g, ' ') ?? jsonText(value)
  )
}

/** As {@link parseJson}, with the fault as data. Two things that are not JSON are read, because
 * Python and others write them and DuckDB reads them: NaN and ±Infinity, in any case and also
 * as `inf`, are null; a comma before a closing bracket is nothing. */
export function readJson(text: string): JsonReading {
  try {
    return { ok: true, value: parseJson(text) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const strict = withoutLeniencies(text)
    const reading = strict === text ? undefined : readJson(strict)
    if (reading?.ok || (reading && reading.reason === 'cut')) return reading
    return jsonFault(error, text.length)
  }
}

/** One JSON document in UTF-8. A byte order mark is the caller's to take off. Bytes that end within
 * a character are cut, any other wrong byte is not UTF-8. */
export function parseBytes(bytes: Uint8Array): JsonReading {
  try {
    return readJson(strictUtf8.decode(bytes))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    if (!endsWithinCharacter(bytes)) {
      return { ok: false, reason: 'not UTF-8', detail: 'has bytes that are not UTF-8' }
    }
    return { ok: false, reason: 'cut', detail: 'ends within a character' }
  }
}

/**
 * The text by which ids and keys are compared: strings as they are, numbers and booleans in JSON's
 * words, so a number and a string with the same text are the same key. Null for everything else:
 * objects and arrays are not keys or ids.
 */
export function scalarText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return typeof value === 'boolean' ? String(value) : null
}

/** JSON.stringify for documents of any depth. */
export function jsonText(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return deepText(value)
  }
}

/** A decoder that waits for more bytes has nothing against a character that has only begun. */
function endsWithinCharacter(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** V8 says either that the input or a string ends, or the position of the fault. */
function jsonFault({ message }: SyntaxError, length: number): JsonReading {
  const position = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1]
  const ended = /^(?:Unexpected end of JSON input|Unterminated string in JSON)/.test(message)
  if (ended || Number(position ?? -1) >= length) {
    return { ok: false, reason: 'cut', detail: 'ends before its JSON does' }
  }
  const where = position === undefined ? '' : ` at character ${Number(position) + 1}`
  return { ok: false, reason: 'not JSON', detail: `is not JSON${where}` }
}

/** Without recursion: what is still to be written lies on a stack, the next part on top. */
function deepText(root: JsonValue): string {
  const out: string[] = []
  const left: ({ value: JsonValue } | { text: string })[] = [{ value: root }]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if ('text' in part) {
      out.push(part.text)
    } else if (typeof part.value !== 'object' || part.value === null) {
      out.push(JSON.stringify(part.value))
    } else if (Array.isArray(part.value)) {
      out.push('[')
      left.push({ text: ']' })
      const entries = part.value.map((value, i) => [{ text: i === 0 ? '' : ',' }, { value }])
      for (const entry of entries.flat().reverse()) left.push(entry)
    } else {
      out.push('{')
      left.push({ text: '}' })
      const entries = Object.entries(part.value).map(([key, value], i) => [
        { text: `${i === 0 ? '' : ','}${JSON.stringify(key)}:` },
        { value },
      ])
      for (const entry of entries.flat().reverse()) left.push(entry)
    }
  }
  return out.join('')
}
