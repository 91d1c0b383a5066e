import { MAX_PLACE_DIGITS, MAX_TIME_US } from '../event/event.js'

/* The scalars of scalar-sql, sequence-sql and time-sql in Trino's SQL: each accepts what it is sure
 * to read as the decoder does, and is NULL for the rest. */

const MAX_CHARACTERS = 999
const MAX_TIME_CHARACTERS = 100

/** The text of an integer of any size as integerText gives it. */
export function trinoInteger(text: string): string {
  const digits = `regexp_replace(${text}, '\\A[+-]?0*')`
  return (
    `CASE WHEN length(${text}) <= ${MAX_CHARACTERS} AND ` +
    `regexp_like(${text}, '\\A[+-]?[0-9]+\\z') THEN CASE WHEN ${digits} = '' THEN '0' ` +
    `WHEN starts_with(${text}, '-') THEN '-' || ${digits} ELSE ${digits} END END`
  )
}

/** The digits of a place's number. */
export function trinoPlaceDigits(text: string): string {
  return `CASE WHEN regexp_like(${text}, '\\A[0-9]{1,${MAX_PLACE_DIGITS}}\\z') THEN ${text} END`
}

/** sequenceSort of an integer that {@link trinoInteger} gave. */
export function trinoIntegerSort(integer: string): string {
  const sized = (digits: string) => `lpad(CAST(length(${digits}) AS varchar), 3, '0') || ${digits}`
  const complement = `translate(${sized(`substr(${integer}, 2)`)}, '0123456789', '9876543210')`
  const negative = `starts_with(${integer}, '-')`
  return `CASE WHEN ${negative} THEN '0' || ${complement} ELSE '1' || ${sized(integer)} END`
}

/** An integer that a double holds exactly. */
export function trinoCount(text: string): string {
  const isCount = `regexp_like(${text}, '\\A[+-]?0*[0-9]{1,15}\\z')`
  return `CASE WHEN ${isCount} THEN CAST(regexp_replace(${text}, '\\A\\+') AS bigint) END`
}

/** What of microseconds evt uses. */
export function trinoUsable(us: string): string {
  return `CASE WHEN ${us} BETWEEN -${MAX_TIME_US} AND ${MAX_TIME_US} THEN ${us} END`
}

/** A time of µs as timestamp(3), cut off towards the past. */
export function trinoFlooredMs(us: string): string {
  const ms = `(${us} - ((${us} % 1000) + 1000) % 1000) / 1000`
  return (
    `date_add('millisecond', (${ms}) % 86400000, ` +
    `date_add('day', (${ms}) / 86400000, TIMESTAMP '1970-01-01 00:00:00.000'))`
  )
}

const hour = '([01][0-9]|2[0-3])'
const iso =
  '\\A([0-9]{4}-[0-9]{2}-[0-9]{2})' +
  `([T ]${hour}:([0-5][0-9])(:([0-5][0-9])(\\.([0-9]+))?)?` +
  `(Z|([+-])${hour}(:?([0-5][0-9]))?)?)?\\z`
/** The groups of {@link iso}. */
const groups = { date: 1, hour: 3, minute: 4, second: 6, fraction: 8, sign: 10 } as const
const offsetGroups = { hour: 11, minute: 13 } as const

/** Whole microseconds of a time: ISO 8601, and numbers since the epoch of 0 or more. */
export function trinoTimeUs(text: string): string {
  return (
    `CASE WHEN length(${text}) > ${MAX_TIME_CHARACTERS} THEN NULL ` +
    `WHEN regexp_like(${text}, '${iso}') AND NOT starts_with(${text}, '0000') ` +
    `THEN ${isoUs(text)} ` +
    `WHEN regexp_like(${text}, '\\A(0|[1-9][0-9]{0,18})(\\.[0-9]+)?\\z') THEN ${epochUs(text)} END`
  )
}

function isoUs(text: string): string {
  const group = (n: number) => `regexp_extract(${text}, '${iso}', ${n})`
  const number = (n: number) => `CAST(coalesce(${group(n)}, '0') AS bigint)`
  const fraction = `rpad(coalesce(substr(${group(groups.fraction)}, 1, 6), ''), 6, '0')`
  const days = `date_diff('day', DATE '1970-01-01', try(CAST(${group(groups.date)} AS date)))`
  const offset = `(${number(offsetGroups.hour)} * 60 + ${number(offsetGroups.minute)})`
  const sign = `CASE WHEN ${group(groups.sign)} = '-' THEN -60000000 ELSE 60000000 END`
  return (
    `${days} * 86400000000 + ${number(groups.hour)} * 3600000000 ` +
    `+ ${number(groups.minute)} * 60000000 + ${number(groups.second)} * 1000000 ` +
    `+ CAST(${fraction} AS bigint) - ${offset} * ${sign}`
  )
}

/** Of digits with a fraction or none: the unit is that of the magnitude. */
function epochUs(text: string): string {
  const whole = `split_part(${text}, '.', 1)`
  const after = `coalesce(split_part(${text}, '.', 2), '')`
  const places = (n: number) => `rpad(substr(${after}, 1, ${n}), ${n}, '0')`
  return (
    `CASE WHEN length(${whole}) <= 11 THEN CAST(${whole} || ${places(6)} AS bigint) ` +
    `WHEN length(${whole}) <= 14 THEN CAST(${whole} || ${places(3)} AS bigint) ` +
    `WHEN length(${whole}) <= 17 THEN CAST(${whole} AS bigint) ` +
    `ELSE CAST(substr(${whole}, 1, length(${whole}) - 3) AS bigint) END`
  )
}
