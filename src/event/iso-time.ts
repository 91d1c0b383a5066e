/**
 * ISO 8601 as parseTime takes it, in microseconds since the epoch; undefined for everything else,
 * dates that are in no calendar too. By hand, because every live delivery has two or three of them
 * and a regular expression costs as much as the whole JSON.
 */
export function isoTimeUs(text: string): number | undefined {
  if (text[4] !== '-' || text[7] !== '-') return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month))) return undefined
  const minutes = epochDay(year, month, day) * 1440
  if (text.length === 10) return minutes * 60e6
  return clockUs(text, minutes)
}

/** What follows the date: a clock, perhaps with a fraction, perhaps an offset. */
function clockUs(text: string, dayMinutes: number): number | undefined {
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  if ((text[10] !== 'T' && text[10] !== ' ') || text[13] !== ':') return undefined
  let second = 0
  let fractionUs = 0
  let at = 16
  if (text[at] === ':') {
    second = digits(text, 17, 2)
    at = 19
    if (text[at] === '.') {
      const end = digitsEnd(text, at + 1)
      if (end === at + 1) return undefined
      const given = Math.min(end - at - 1, 6)
      fractionUs = digits(text, at + 1, given) * 10 ** (6 - given)
      at = end
    }
  }
  const offset = offsetMinutes(text, at)
  if (!(hour < 24 && minute < 60 && second < 60) || Number.isNaN(offset)) return undefined
  return ((dayMinutes + hour * 60 + minute - offset) * 60 + second) * 1e6 + fractionUs
}

/** `Z`, `±HH`, `±HHMM`, `±HH:MM` or nothing, up to the end of the text; else NaN. */
function offsetMinutes(text: string, at: number): number {
  if (at === text.length) return 0
  const sign = text[at]
  if (sign === 'Z') return at + 1 === text.length ? 0 : Number.NaN
  if (sign !== '+' && sign !== '-') return Number.NaN
  const hour = digits(text, at + 1, 2)
  let minute = 0
  if (text.length > at + 3) {
    const minuteAt = text[at + 3] === ':' ? at + 4 : at + 3
    minute = text.length === minuteAt + 2 ? digits(text, minuteAt, 2) : Number.NaN
  }
  if (!(hour < 24 && minute < 60)) return Number.NaN
  return sign === '-' ? -hour * 60 - minute : hour * 60 + minute
}

/** NaN where one of them is no digit. */
function digits(text: string, at: number, count: number): number {
  let number = 0
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function digitsEnd(text: string, start: number): number {
  let end = start
  while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++
  return end
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; Date.UTC reads the years 0 to 99 as
 * 1900 to 1999. The year is counted from March, so that the leap day is its last. */
function epochDay(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}
