/* SQL that reads the text of a time as parseTime of the decoder does, or gives NULL. */

const MAX_CHARACTERS = 100

/** The forms that archives are full of, by their length: checked by shape, read by DuckDB. */
const shapes = [
  [24, '____-__-__T__:__:__.___Z'],
  [27, '____-__-__T__:__:__.______Z'],
  [20, '____-__-__T__:__:__Z'],
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

/** Whole microseconds as BIGINT of a time that is not before 1970 or is in ISO 8601; else NULL. */
export function timeUs(text: string): string {
  const common = [
    ...shapes.map((shape) => shaped(text, shape)),
    ...epochs.map((e) => epoch(text, e)),
  ]
  const others = [
    `WHEN strlen(${text}) > ${MAX_CHARACTERS} THEN NULL`,
    `WHEN regexp_full_match(${text}, '${iso}') THEN ${isoUs(text)}`,
    `WHEN regexp_full_match(${text}, '(0|[1-9][0-9]{0,18})(\\.[0-9]+)?') THEN ${epochUs(text)}`,
  ]
  const read = `CASE ${[...common, ...others].join(' ')} END`
  return `CASE WHEN ${text} >= '0' AND ${text} < ':' THEN ${read} END`
}

/** DuckDB reads hour 24 as the next day, and offsets of 24 hours or 60 minutes, which the decoder
 * does not read. */
function shaped(text: string, [length, shape]: readonly [number, string]): string {
  const hasOffset = shape.includes('+')
  const at = hasOffset ? `replace(${text}, '-', '+')` : text
  const like = hasOffset ? shape.replaceAll('-', '+') : shape
  const offset = hasOffset ? ` AND right(${text}, 5) < '24' AND right(${text}, 2) < '60'` : ''
  return (
    `WHEN strlen(${text}) = ${length} AND ${at} LIKE '${like}' AND NOT contains(${text}, 'T24')` +
    `${offset} THEN epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))`
  )
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
  const minuteUs = `epoch_us(TRY_CAST(concat(left(${text}, 10), ' ', ${clock}, ':', ${second}, 'Z') AS TIMESTAMPTZ))`
  const fractionUs = digits(`rpad(left(regexp_extract(${text}, '\\.([0-9]+)', 1), 6), 6, '0')`)
  const offset = `regexp_extract(${text}, '[T ].*([+-][0-9:]+)$', 1)`
  const minutes =
    `(${digits(`substr(${offset}, 2, 2)`)} * 60 + ${digits(`substr(replace(${offset}, ':', ''), 4, 2)`)})` +
    ` * CASE WHEN starts_with(${offset}, '-') THEN -1 ELSE 1 END`
  return `${minuteUs} + ${fractionUs} - ${minutes} * 60000000`
}

/** Of digits with a fraction or none: the unit is that of the magnitude. */
function epochUs(text: string): string {
  const whole = `split_part(${text}, '.', 1)`
  const places = (count: number) =>
    `rpad(left(split_part(${text}, '.', 2), ${count}), ${count}, '0')`
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
