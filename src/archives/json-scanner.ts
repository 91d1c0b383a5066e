export type Scan = 'more' | 'end' | 'bad'

type State =
  | 'value'
  | 'entry'
  | 'key'
  | 'colon'
  | 'after'
  | 'string'
  | 'escape'
  | 'hex'
  | 'word'
  | 'number'

type NumberState = 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent'

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
export const OPEN_ARRAY = 91
export const CLOSE_ARRAY = 93
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
const MAX_STARTS = 1_000_000

/**
 * Finds the end of one JSON value in bytes that come in pieces, by JSON's whole grammar (RFC 8259)
 * apart from UTF-8, without recursion and without keeping a byte. What readJson reads beyond that
 * is taken too: NaN and infinity as words, and a comma before a closing bracket. It stops at the
 * first byte that cannot stand where it stands. Offsets are those of the caller: `base` + index.
 */
export class JsonScanner {
  /** After `end`: behind the value. After `bad`: of the wrong byte. After `more`: behind the
   * piece. */
  offset = 0
  /** Where the nested object starts that was closed as the last thing read, else −1. */
  closedObject = -1
  /** Where the string ends (its closing quote) that was the last thing read, else −1. */
  closedString = -1
  #state: State = 'value'
  #depth = 0
  #isObject = new Uint8Array(64)
  #starts: number[] = []
  #isKey = false
  #number: NumberState = 'minus'
  #word = ''
  /** What is still to come of a \u escape. */
  #hexLeft = 0

  restart(): void {
    this.#token('value')
    this.#depth = 0
  }

  /** Reads on from `bytes[from]`. */
  scan(bytes: Uint8Array, from: number, base: number): Scan {
    const to = bytes.length
    let at = from
    while (at < to) {
      if (this.#state === 'string') {
        at = plainEnd(bytes, at, to)
        if (at === to) break
      }
      const byte = bytes[at] ?? 0
      if (this.#state === 'word') {
        const longer = this.#word + String.fromCharCode(byte)
        if (isWordStart(longer)) {
          this.#word = longer
          at++
          continue
        }
        if (!isWord(this.#word)) return this.#stop('bad', base + at)
        if (this.#valueEnds()) return this.#stop('end', base + at)
      }
      if (this.#state === 'number') {
        const next = numberSteps[this.#number][numberByte(byte)]
        if (this.#number === 'minus' && isWordStart(`-${String.fromCharCode(byte)}`)) {
          this.#word = `-${String.fromCharCode(byte)}`
          this.#state = 'word'
          at++
          continue
        }
        if (next) {
          this.#number = next
          at++
          continue
        }
        if (!numberEnds.has(this.#number)) return this.#stop('bad', base + at)
        if (this.#valueEnds()) return this.#stop('end', base + at)
      }
      if (isSpace(byte) && !isInside(this.#state)) {
        at++
        continue
      }
      const result = this.#step(byte, base + at)
      if (result === 'bad') return this.#stop('bad', base + at)
      at++
      if (result === 'end') return this.#stop('end', base + at)
    }
    return this.#stop('more', base + to)
  }

  #stop(result: Scan, offset: number): Scan {
    this.offset = offset
    return result
  }

  #step(byte: number, offset: number): Scan {
    switch (this.#state) {
      case 'entry':
        return byte === CLOSE_ARRAY ? this.#close() : this.#open(byte, offset)
      case 'value':
        return this.#open(byte, offset)
      case 'key':
        return byte === CLOSE_OBJECT ? this.#close() : this.#key(byte)
      case 'colon':
        return byte === 58 ? this.#token('value') : 'bad'
      case 'after':
        return this.#after(byte)
      case 'string':
        return this.#inString(byte, offset)
      case 'escape':
        return this.#inEscape(byte)
      case 'hex':
        if (!isHex(byte)) return 'bad'
        if (--this.#hexLeft === 0) this.#state = 'string'
        return 'more'
      default:
        return 'bad'
    }
  }

  #token(next: State): Scan {
    this.closedObject = -1
    this.closedString = -1
    this.#state = next
    return 'more'
  }

  #open(byte: number, offset: number): Scan {
    if (byte === QUOTE) {
      this.#isKey = false
      return this.#token('string')
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return this.#nest(byte === OPEN_OBJECT, offset)
    const digit = byte === 48 ? 'zero' : byte >= 49 && byte <= 57 ? 'whole' : undefined
    if (digit || byte === 45) {
      this.#number = digit ?? 'minus'
      return this.#token('number')
    }
    this.#word = String.fromCharCode(byte)
    return isWordStart(this.#word) ? this.#token('word') : 'bad'
  }

  #nest(isObject: boolean, offset: number): Scan {
    if (this.#depth === this.#isObject.length) {
      const deeper = new Uint8Array(this.#depth * 2)
      deeper.set(this.#isObject)
      this.#isObject = deeper
    }
    this.#isObject[this.#depth] = isObject ? 1 : 0
    if (this.#depth < MAX_STARTS) this.#starts[this.#depth] = offset
    this.#depth++
    return this.#token(isObject ? 'key' : 'entry')
  }

  #close(): Scan {
    this.#depth--
    this.#token('after')
    if (this.#depth === 0) return 'end'
    if (this.#isObject[this.#depth] === 1) this.closedObject = this.#starts[this.#depth] ?? -1
    return 'more'
  }

  #key(byte: number): Scan {
    if (byte !== QUOTE) return 'bad'
    this.#isKey = true
    return this.#token('string')
  }

  #after(byte: number): Scan {
    const inObject = this.#isObject[this.#depth - 1] === 1
    if (byte === COMMA) return this.#token(inObject ? 'key' : 'entry')
    return byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY) ? this.#close() : 'bad'
  }

  #inString(byte: number, offset: number): Scan {
    if (byte === BACKSLASH) {
      this.#state = 'escape'
      return 'more'
    }
    if (byte !== QUOTE) return 'bad'
    this.closedString = offset
    if (!this.#isKey) return this.#valueEnds() ? 'end' : 'more'
    this.#state = 'colon'
    return 'more'
  }

  #inEscape(byte: number): Scan {
    this.#state = byte === 117 ? 'hex' : 'string'
    this.#hexLeft = 4
    return isEscape[byte] === 1 ? 'more' : 'bad'
  }

  /** Whether that was the whole value. */
  #valueEnds(): boolean {
    this.#state = 'after'
    return this.#depth === 0
  }
}

const words = ['true', 'false', 'null']
/** In any case. */
const laxWords = ['nan', 'inf', 'infinity', '-nan', '-inf', '-infinity']

function isWordStart(text: string): boolean {
  const lower = text.toLowerCase()
  return (
    words.some((word) => word.startsWith(text)) || laxWords.some((word) => word.startsWith(lower))
  )
}

function isWord(text: string): boolean {
  return words.includes(text) || laxWords.includes(text.toLowerCase())
}

export function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}

/** The index of the next byte of a string that is not just a character. */
function plainEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE || byte === BACKSLASH || byte < 32) break
  }
  return at
}

function isInside(state: State): boolean {
  return state === 'string' || state === 'escape' || state === 'hex'
}

type NumberByte = 'zero' | 'digit' | 'point' | 'e' | 'sign' | 'other'

const numberSteps: Record<NumberState, Partial<Record<NumberByte, NumberState>>> = {
  minus: { zero: 'zero', digit: 'whole' },
  zero: { point: 'point', e: 'e' },
  whole: { zero: 'whole', digit: 'whole', point: 'point', e: 'e' },
  point: { zero: 'fraction', digit: 'fraction' },
  fraction: { zero: 'fraction', digit: 'fraction', e: 'e' },
  e: { zero: 'exponent', digit: 'exponent', sign: 'sign' },
  sign: { zero: 'exponent', digit: 'exponent' },
  exponent: { zero: 'exponent', digit: 'exponent' },
}

const numberEnds: ReadonlySet<NumberState> = new Set(['zero', 'whole', 'fraction', 'exponent'])

const isEscape = new Uint8Array(256)
for (const byte of Buffer.from('"\\/bfnrtu')) isEscape[byte] = 1

function numberByte(byte: number): NumberByte {
  if (byte === 48) return 'zero'
  if (byte > 48 && byte <= 57) return 'digit'
  if (byte === 46) return 'point'
  if (byte === 101 || byte === 69) return 'e'
  return byte === 43 || byte === 45 ? 'sign' : 'other'
}

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70)
}
