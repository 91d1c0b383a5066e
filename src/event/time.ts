import { type JsonValue, MAX_TIME_US } from './event.js'
import { isoTimeUs } from './iso-time.js'

/** Microseconds since the epoch, or why the text is no time that can be used: `format`, or `range`
 * for one beyond ±(2^53 − 1) µs (the years 1684 to 2255). */
export type TimeReading = { timeUs: number } | { fault: 'format' | 'range' }

const MAX_CHARACTERS = 100
const decimal = /^(-?)0*(\d+)(?:\.(\d+))?$/
const format: TimeReading = { fault: 'format' }
const range: TimeReading = { fault: 'range' }

/**
 * Reads a timestamp of an event; null where there is none (null, objects, arrays).
 *
 * Texts are ISO 8601 as RFC 3339 narrows it: `2026-11-01T14:00[:00[.123456789]][Z|±HH[[:]MM]]`, a
 * space for the `T`, or a date alone; without offset it is UTC. Numbers, also as text, have the
 * unit of their magnitude: below 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, else
 * nanoseconds. What is finer than a microsecond is cut off towards the past. More than 100
 * characters are no time.
 */
export function parseTime(value: JsonValue | undefined): TimeReading | null {
  if (typeof value === 'string') {
    if (value.length > MAX_CHARACTERS) return format
    const timeUs = isoTimeUs(value)
    return timeUs === undefined ? (decimalTime(value) ?? format) : inRange(timeUs)
  }
  if (typeof value === 'number') return numberTime(value)
  return typeof value === 'boolean' ? format : null
}

/** ISO 8601 in UTC with milliseconds, and with microseconds where there are any. */
export function timeText(timeUs: number): string {
  const timeMs = Math.floor(timeUs / 1000)
  const text = new Date(timeMs).toISOString()
  const us = timeUs - timeMs * 1000
  return us === 0 ? text : `${text.slice(0, -1)}${String(us).padStart(3, '0')}Z`
}

function numberTime(value: number): TimeReading {
  if (Number.isSafeInteger(value)) {
    const size = Math.abs(value)
    return inRange(value * (size < 1e11 ? 1e6 : size < 1e14 ? 1e3 : 1))
  }
  const text = String(value)
  // Only numbers nearer to zero than a microsecond, and ones far out of range, print an exponent.
  return decimalTime(text) ?? (Math.abs(value) < 1 ? inRange(value < 0 ? -1 : 0) : range)
}

/** Moves the decimal point in the text: a double would lose microseconds. */
function decimalTime(text: string): TimeReading | undefined {
  const match = decimal.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = ''] = match
  const shift = whole.length <= 11 ? 6 : whole.length <= 14 ? 3 : whole.length <= 17 ? 0 : -3
  const digits = whole + fraction.padEnd(6, '0')
  const point = whole.length + shift
  const size = Number(digits.slice(0, point))
  if (!sign) return inRange(size)
  return inRange(/[1-9]/.test(digits.slice(point)) ? -size - 1 : -size)
}

function inRange(timeUs: number): TimeReading {
  // The addition turns -0 into 0.
  return Math.abs(timeUs) <= MAX_TIME_US ? { timeUs: timeUs + 0 } : range
}
