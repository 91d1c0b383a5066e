import { type JsonValue, MAX_PLACE_DIGITS, type SequenceKind } from './event.js'

// The number of digits has three places in the sort text.
const MAX_CHARACTERS = 999

/**
 * An integer of any size in canonical decimal digits, without leading zeros, plus or `-0`; null for
 * everything else. JSON numbers without a fraction count (`5.0`, `1e3`); texts are digits alone,
 * with or without a sign. More than 999 characters are no sequence.
 */
export function integerText(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return null
    return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString()
  }
  if (typeof value !== 'string' || value.length > MAX_CHARACTERS) return null
  const [, sign, digits] = /^([+-]?)0*(\d+)$/.exec(value) ?? []
  if (digits === undefined) return null
  return sign === '-' && digits !== '0' ? `-${digits}` : digits
}

/** The number of a delivery at its place, in canonical digits; null for what is no such number:
 * below zero, of more digits than any transport has, or not an integer. */
export function placeSequence(value: JsonValue | undefined): string | null {
  const integer = integerText(value)
  if (integer === null || integer.startsWith('-')) return null
  return integer.length <= MAX_PLACE_DIGITS ? integer : null
}

/**
 * Text whose order, byte by byte, is the order of the sequences: what `sequence_sort` holds. An
 * integer (as {@link integerText} gives it) becomes a sign, the number of digits in three places
 * and the digits: `42` → `100242`; below zero length and digits are complemented to nine: `-42` →
 * `099757`. A text is its own.
 */
export function sequenceSort(sequence: string, kind: Exclude<SequenceKind, 'time'>): string {
  if (kind === 'text') return sequence
  const negative = sequence.startsWith('-')
  const digits = negative ? sequence.slice(1) : sequence
  const sized = String(digits.length).padStart(3, '0') + digits
  return negative ? `0${sized.replace(/\d/g, (digit) => String(9 - Number(digit)))}` : `1${sized}`
}

/** Below zero where `a` comes before `b`, above where after, 0 where they are equal. */
export function compareSequence(a: string, b: string, kind: Exclude<SequenceKind, 'time'>): number {
  return compareText(sequenceSort(a, kind), sequenceSort(b, kind))
}

/** Texts in the order of their UTF-8 bytes, as the engines have it; `<` goes by UTF-16, where the
 * halves of characters beyond U+FFFF stand before U+E000. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at)
    const y = b.charCodeAt(at)
    if (x !== y) return byteRank(x) - byteRank(y)
  }
  return a.length - b.length
}

function byteRank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit
}

/** Whether a double holds this integer (as {@link integerText} gives it) exactly: 15 digits do. */
export function sequenceFitsDouble(integer: string): boolean {
  return integer.length <= (integer.startsWith('-') ? 16 : 15)
}
