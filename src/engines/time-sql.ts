/* SQL that reads the text of a time as parseTime of the decoder does, or gives NULL. */

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

/** Whole microseconds as BIGINT of a time in one of the common forms; else NULL. More forms would
 * cost every query the time to plan them, also where no row has them. */
export function timeUs(text: string): string {
  const common = [
    ...shapes.map((shape) => shaped(text, shape)),
    ...epochs.map((e) => epoch(text, e)),
  ]
  const read = `CASE ${common.join(' ')} END`
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
