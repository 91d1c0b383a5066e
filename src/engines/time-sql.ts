import type { JsonValue } from '../event/event.js'
import { parseTime } from '../event/time.js'

/* SQL that reads the text of a time as parseTime of the decoder does, or gives NULL. */

const MAX_CHARACTERS = 100

/** The forms that archives are full of, by their length: checked by shape, read by DuckDB. `hh` is
 * the hour, which DuckDB reads also where it is 24, or has spaces before it. */
const utcShapes = [
  [27, '[0-9]???-??-??Thh:??:??.??????Z'],
  [24, '[0-9]???-??-??Thh:??:??.???Z'],
  [20, '[0-9]???-??-??Thh:??:?[0-9]Z'],
] as const

const offsetShapes = [
  [25, '____-__-__T__:__:__+__:__'],
  [29, '____-__-__T__:__:__.___+__:__'],
  [32, '____-__-__T__:__:__.______+__:__'],
] as const

const epochs = [
  [10, '000000'],
  [13, '000'],
  [16, ''],
] as const

const hour = '([01][0-9]|2[0-3])'
const minute = '[0-5][0-9]'
const iso =
  `[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]${hour}:${minute}(:${minute}(\\.[0-9]+)?)?` +
  `(Z|[+-]${hour}(:?${minute})?)?)?`

/** Which forms SQL reads: `all` takes every query twice as long to plan, so it is for archives
 * whose first records have a time in a form that is not common. */
export type TimeForms = 'common' | 'all'

const commonForm =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)$|^[1-9](\d{9}|\d{12}|\d{15})$/

export function isUncommonTime(value: JsonValue | undefined): boolean {
  const reading = parseTime(value)
  return reading !== null && 'timeUs' in reading && !commonForm.test(String(value))
}

/** Whole microseconds as BIGINT of a time in one of the forms; else NULL. Of those that the decoder
 * reads, `all` leaves out numbers below zero, with an exponent or with zeros before them. */
export function timeUs(text: string, forms: TimeForms): string {
  const whens = [
    ...utcShapes.map((shape) => utc(text, shape)),
    ...offsetShapes.map((shape) => withOffset(text, shape)),
    ...epochs.map((e) => epoch(text, e)),
    ...(forms === 'all' ? others(text) : []),
  ]
  return `CASE ${whens.join(' ')} END`
}

function others(text: string): string[] {
  return [
    `WHEN strlen(${text}) > ${MAX_CHARACTERS} THEN NULL`,
    `WHEN regexp_full_match(${text}, '${iso}') THEN ${isoUs(text)}`,
    `WHEN regexp_full_match(${text}, '(0|[1-9][0-9]{0,18})(\\.[0-9]+)?') THEN ${epochUs(text)}`,
  ]
}

/** A pattern for each tens of hours: together they cost half of what LIKE and two functions do. */
function utc(text: string, [length, shape]: readonly [number, string]): string {
  const whens = ['[01]?', '2[0-3]'].map((hour) => {
    const isShaped = `${text} GLOB '${shape.replace('hh', hour)}'`
    return `WHEN strlen(${text}) = ${length} AND ${isShaped} THEN ${castUs(text)}`
  })
  return whens.join(' ')
}

/** DuckDB also reads what the decoder does not: hour 24, spaces before an hour of one digit, a
 * point after a second of one digit, and offsets of 24 hours or 60 minutes. */
function withOffset(text: string, [length, shape]: readonly [number, string]): string {
  const conditions = [
    `strlen(${text}) = ${length} AND ${text} >= '0'`,
    `replace(${text}, '-', '+') LIKE '${shape.replaceAll('-', '+')}'`,
    `substr(${text}, 12, 2) BETWEEN '00' AND '23'`,
    ...(shape.includes('.') ? [] : [`substr(${text}, 19, 1) BETWEEN '0' AND '9'`]),
    `right(${text}, 5) < '24' AND right(${text}, 2) < '60'`,
  ]
  return `WHEN ${conditions.join(' AND ')} THEN ${castUs(text)}`
}

function castUs(text: string): string {
  return `epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))`
}

function epoch(text: string, [length, zeros]: readonly [number, string]): string {
  return (
    `WHEN strlen(${text}) = ${length} AND regexp_full_match(${text}, '[1-9][0-9]*') ` +
    `THEN CAST(${text} || '${zeros}' AS BIGINT)`
  )
}

/** Of what {@link iso} matches. */
function isoUs(text: string): string {
  const clock = `CASE WHEN strlen(${text}) = 10 THEN '00:00' ELSE substr(${text}, 12, 5) END`
  const second = `CASE WHEN substr(${text}, 17, 1) = ':' THEN substr(${text}, 18, 2) ELSE '00' END`
  const whole = `concat(left(${text}, 10), ' ', ${clock}, ':', ${second}, 'Z')`
  const fractionUs = digits(`rpad(left(regexp_extract(${text}, '\\.([0-9]+)', 1), 6), 6, '0')`)
  const offset = `regexp_extract(${text}, '[T ].*([+-][0-9:]+)$', 1)`
  const hours = digits(`substr(${offset}, 2, 2)`)
  const minutes = digits(`substr(replace(${offset}, ':', ''), 4, 2)`)
  const sign = `CASE WHEN starts_with(${offset}, '-') THEN -60000000 ELSE 60000000 END`
  return (
    `epoch_us(TRY_CAST(${whole} AS TIMESTAMPTZ)) + ${fractionUs} ` +
    `- (${hours} * 60 + ${minutes}) * ${sign}`
  )
}

/** Of digits with a fraction or none: the unit is that of the magnitude. */
function epochUs(text: string): string {
  const whole = `split_part(${text}, '.', 1)`
  const places = (n: number) => `rpad(left(split_part(${text}, '.', 2), ${n}), ${n}, '0')`
  return (
    `CASE WHEN strlen(${whole}) <= 11 THEN CAST(${whole} || ${places(6)} AS BIGINT) ` +
    `WHEN strlen(${whole}) <= 14 THEN CAST(${whole} || ${places(3)} AS BIGINT) ` +
    `WHEN strlen(${whole}) <= 17 THEN CAST(${whole} AS BIGINT) ` +
    `ELSE CAST(left(${whole}, strlen(${whole}) - 3) AS BIGINT) END`
  )
}

/** The number in a text of some digits; 0 in an empty one. */
function digits(text: string): string {
  return `CAST('0' || ${text} AS BIGINT)`
}
