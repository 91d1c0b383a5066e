import { MAX_TIME_US } from '../event/event.js'

/* SQL over the text of one JSON scalar, as DuckDB prints it. Each of these accepts only what it is
 * sure to read as the TypeScript decoder does; the rest is left to the decoder. What it costs a row
 * was measured: comparisons with a prefix are cheap, regular expressions are not. */

/** An object or an array, or a text that begins like one. */
export function isBraced(text: string): string {
  return `((${text} >= '{' AND ${text} < '|') OR (${text} >= '[' AND ${text} < '\\'))`
}

/** A number that DuckDB may print otherwise than JavaScript (1.0, 1e3), or a text that looks so. */
export function isFloatLike(text: string): string {
  const pointed = `contains(${text}, '.') OR contains(${text}, 'e+') OR contains(${text}, 'e-')`
  const number = `regexp_full_match(${text}, '-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?')`
  return (
    `CASE WHEN ${text} >= '-' AND ${text} < ':' THEN ` +
    `CASE WHEN ${pointed} THEN ${number} ELSE false END ELSE false END`
  )
}

/** An integer that a double holds exactly, as DOUBLE; else NULL. */
export function sequenceNumber(text: string): string {
  return `CASE WHEN regexp_full_match(${text}, '(0|-?[1-9][0-9]{0,14})') THEN CAST(${text} AS DOUBLE) END`
}

/** Whole microseconds as BIGINT, of a time in one of the forms that are common; else NULL. DuckDB
 * reads hour 24 as the next day, the decoder does not read it. */
export function timeUs(text: string): string {
  const shapes = [
    [24, '____-__-__T__:__:__.___Z'],
    [27, '____-__-__T__:__:__.______Z'],
    [20, '____-__-__T__:__:__Z'],
    [25, '____-__-__T__:__:__+__:__'],
    [29, '____-__-__T__:__:__.___+__:__'],
    [32, '____-__-__T__:__:__.______+__:__'],
  ] as const
  const iso = shapes.map(([length, shape]) => {
    const at = shape.includes('+') ? `replace(${text}, '-', '+')` : text
    const like = shape.includes('+') ? shape.replaceAll('-', '+') : shape
    return `WHEN strlen(${text}) = ${length} AND ${at} LIKE '${like}' ` +
      `AND NOT contains(${text}, 'T24') THEN epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))`
  })
  const epochs = [
    [10, '000000'],
    [13, '000'],
    [16, ''],
  ] as const
  const numbers = epochs.map(
    ([length, zeros]) =>
      `WHEN strlen(${text}) = ${length} AND regexp_full_match(${text}, '[1-9][0-9]*') ` +
      `THEN CAST(${text} || '${zeros}' AS BIGINT)`,
  )
  return `CASE ${[...iso, ...numbers].join(' ')} END`
}

/** What of {@link timeUs} evt uses, as DOUBLE, which holds it exactly; else NULL. */
export function usableUs(us: string): string {
  return `CASE WHEN ${us} BETWEEN -${MAX_TIME_US} AND ${MAX_TIME_US} THEN CAST(${us} AS DOUBLE) END`
}
