import type { JsonValue, UndecodableReason } from './event.js'

/** JSON that was read, or why not. `detail` is for people and quotes nothing of the data. */
export type JsonReading =
  | { ok: true; value: JsonValue }
  | {
      ok: false
      reason: Extract<UndecodableReason, 'not JSON' | 'not UTF-8' | 'cut'>
      detail: string
    }

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * JSON without loss: as JSON.parse, but an integer beyond ±(2^53 − 1) becomes a string of its
 * exact digits. Of a key that occurs twice in an object the last value counts. Depth has no limit.
 *
 * @throws SyntaxError, as JSON.parse
 */
export function parseJson(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text)
  if (!hasLongDigits(text)) return value
  const exact = withExactIntegers(text)
  return exact === undefined ? value : JSON.parse(exact)
}

/** As {@link parseJson}, with the fault as data. */
export function readJson(text: string): JsonReading {
  try {
    return { ok: true, value: parseJson(text) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
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

/** Whether 16 digits stand in a row: a quick look, which most documents pass with "no". Every such
 * run covers one of the places looked at. */
function hasLongDigits(text: string): boolean {
  for (let at = 15; at < text.length; at += 16) {
    if (!isDigit(text, at)) continue
    let first = at
    let last = at
    while (isDigit(text, first - 1)) first--
    while (last - first < 15 && isDigit(text, last + 1)) last++
    if (last - first >= 15) return true
  }
  return false
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** Valid JSON with its unsafe integers in quotes; undefined where it has none. */
function withExactIntegers(text: string): string | undefined {
  const parts: string[] = []
  let changed = false
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const outside = text.slice(at, quote < 0 ? text.length : quote)
    const exact = hasLongDigits(outside) ? outside.replace(/[\d.eE+-]+/g, exactNumber) : outside
    changed ||= exact !== outside
    const end = quote < 0 ? text.length : stringEnd(text, quote)
    parts.push(exact, text.slice(quote < 0 ? end : quote, end))
    at = end
  }
  return changed ? parts.join('') : undefined
}

/** `e` also stands in true and false, which this leaves as they are. */
function exactNumber(token: string): string {
  if (token.length < 16 || /[.eE]/.test(token)) return token
  return Number.isSafeInteger(Number(token)) ? token : `"${token}"`
}

/** The index after the closing quote of the string that opens at `open`. */
function stringEnd(text: string, open: number): number {
  let close = open
  do {
    close = text.indexOf('"', close + 1)
    if (close < 0) return text.length
  } while (isEscaped(text, close))
  return close + 1
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === 92) slashes++
  return slashes % 2 === 1
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
