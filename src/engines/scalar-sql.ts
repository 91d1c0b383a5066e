import { MAX_TIME_US } from '../event/event.js'

/* SQL over the text of one JSON scalar, as DuckDB prints it. Each of these accepts only what it is
 * sure to read as the TypeScript decoder does; the rest is left to the decoder. What it costs a row
 * was measured: comparisons of the first character are cheap, regular expressions are not. */

const notFinite = '-?(nan|inf(inity)?)'
const fraction = '-?([0-9]+\\.[0-9]+(e[+-]?[0-9]+)?|[0-9]+e[+-]?[0-9]+)'
/** What no double holds is printed as it was written, of whatever length. */
const overflow = '-?([0-9]+(\\.[0-9]+)?e[+-]?[0-9]{3,}|[0-9]{300,}\\.[0-9]+)'
/** No double is printed with more characters than these. */
const MOST_PRINTED = 30

/** Whether the text is not surely what the decoder takes for the value's text: an object, an array,
 * a NaN or infinity (which DuckDB's reader knows), a number that DuckDB prints otherwise than
 * JavaScript (1.0, 1e3), or a string that looks like one of these. */
export function isAmbiguous(text: string): string {
  return doubtful(text, fraction)
}

/** {@link isAmbiguous} for a text that is here: sources and types are few, so they are looked at
 * once and not in every row. */
export function isAmbiguousName(text: string): boolean {
  const number = /^-?(nan|inf(inity)?|\d+\.\d+(e[+-]?\d+)?|\d+e[+-]?\d+)$/i
  return /^[{[]/.test(text) || number.test(text)
}

/** Whether the value may be none that the decoder takes for a scalar, where its text does not
 * matter. */
export function isHardlyScalar(text: string): string {
  return doubtful(text, overflow)
}

/** By the first character, and the length, so that nearly no text meets a regular expression.
 * `number` is a pattern for those that are short. */
function doubtful(text: string, number: string): string {
  const letters = `lower(left(${text}, 1)) IN ('i', 'n')`
  const isNumber = `regexp_full_match(${text}, '(?i)${number}|${notFinite}')`
  return (
    `CASE WHEN ${text} >= '-' AND ${text} < ':' THEN CASE ` +
    `WHEN strlen(${text}) <= ${MOST_PRINTED} THEN ${isNumber} ` +
    // Behind its first character, a number that overflows has no minus; ids have.
    `WHEN ${text} >= '0' AND contains(${text}, '-') THEN false ` +
    `ELSE regexp_full_match(${text}, '${overflow}') END ` +
    `WHEN strlen(${text}) <= 9 AND ${letters} ` +
    `THEN regexp_full_match(${text}, '(?i)${notFinite}') ` +
    `ELSE starts_with(${text}, '{') OR starts_with(${text}, '[') END`
  )
}

/** An integer that a double holds exactly, as DOUBLE; else NULL. */
export function sequenceNumber(text: string): string {
  const whole = `TRY_CAST(${text} AS BIGINT)`
  // Most print as they were written, which is a third of what the regular expression costs.
  const isPlain = `strlen(${text}) <= 15 AND CAST(${whole} AS VARCHAR) = ${text}`
  // The addition turns -0 into 0.
  const number = `CAST(${text} AS DOUBLE) + 0`
  return (
    `CASE WHEN ${isPlain} THEN CAST(${whole} AS DOUBLE) ` +
    `WHEN regexp_full_match(${text}, '[+-]?0*[0-9]{1,15}') THEN ${number} END`
  )
}

/** What of microseconds evt uses, as they are; else NULL. */
export function usableUs(us: string): string {
  return `CASE WHEN ${us} BETWEEN -${MAX_TIME_US} AND ${MAX_TIME_US} THEN ${us} END`
}
