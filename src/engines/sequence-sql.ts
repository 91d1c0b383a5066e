import { fieldPaths } from '../envelopes/envelope.js'
import { MAX_PLACE_DIGITS } from '../event/event.js'
import { quoteText } from './leaf-tree.js'
import type { RecordSql } from './record-sql.js'

const MAX_CHARACTERS = 999

/** What a record's place in its stream is compared by, as orderOf of the decoder finds it: the
 * sequence that its type maps, else that of its wrapping, else its time. */
export interface SequenceSql {
  /** What is at the place of a sequence that has to be an integer. */
  readonly integer: string
  /** A sequence that is text. */
  readonly text: string
  /** `integer`, `text` or `time`. */
  readonly kind: string
  /** `key` or `source+key`. */
  readonly per: string
  readonly isMapped: string
}

export function sequenceOf(record: RecordSql): SequenceSql {
  const own = ownSequences(record)
  const ofKind = (kind: 'integer' | 'text') =>
    firstOf(
      own.map(({ value, isText }) => [
        value,
        `CASE WHEN ${isText} = ${kind === 'text'} THEN ${value} END`,
      ]),
    )
  const kind = firstOf(
    own.map(({ value, isText }) => [value, `CASE WHEN ${isText} THEN 'text' ELSE 'integer' END`]),
    `'time'`,
  )
  return {
    integer: record.mappedSequence('integer', ofKind('integer')),
    text: record.mappedSequence('text', ofKind('text')),
    kind: record.by(({ fields, sequenceType }) =>
      fields.sequence ? quoteText(sequenceType) : kind,
    ),
    per: record.by(({ fields, sequencePer }) => {
      const mapped = quoteText(sequencePer)
      if (fields.sequence) return mapped
      return firstOf(
        own.map(({ value }) => [value, `'source+key'`]),
        mapped,
      )
    }),
    isMapped: record.by(({ fields }) => (fields.sequence ? 'true' : 'false')),
  }
}

/** The text of an integer of any size as integerText gives it; NULL for everything else. */
export function integerSql(text: string): string {
  const digits = `ltrim(${text}, '+-0')`
  const canonical =
    `CASE WHEN ${digits} = '' THEN '0' ` +
    `WHEN starts_with(${text}, '-') THEN '-' || ${digits} ELSE ${digits} END`
  return (
    `CASE WHEN strlen(${text}) <= ${MAX_CHARACTERS} ` +
    `AND regexp_full_match(${text}, '[+-]?[0-9]+') THEN ${canonical} END`
  )
}

/** The text itself where it is digits, and no more of them than placeSequence takes; else NULL.
 * Some of what is NULL here the decoder takes all the same. */
export function placeDigits(text: string): string {
  return `CASE WHEN regexp_full_match(${text}, '[0-9]{1,${MAX_PLACE_DIGITS}}') THEN ${text} END`
}

/** sequenceSort of an integer that {@link integerSql} gave. */
export function integerSort(integer: string): string {
  const sized = (digits: string) => `lpad(CAST(strlen(${digits}) AS VARCHAR), 3, '0') || ${digits}`
  const complement = `translate(${sized(`substr(${integer}, 2)`)}, '0123456789', '9876543210')`
  const negative = `starts_with(${integer}, '-')`
  return `CASE WHEN ${negative} THEN '0' || ${complement} ELSE '1' || ${sized(integer)} END`
}

/** The sequences of the wrappings, innermost first. */
function ownSequences(record: RecordSql): { value: string; isText: string }[] {
  const { chain } = record
  return [...chain.levels].reverse().flatMap((level) => {
    const { sequenceType, sequenceTypeAt } = level.envelope
    const isText = sequenceTypeAt
      ? `(${chain.leaf(level, sequenceTypeAt)} IS DISTINCT FROM 'Integer')`
      : `${sequenceType === 'text'}`
    const paths = fieldPaths(level.envelope, 'sequence')
    return paths.map((path) => ({ value: chain.text(level, path), isText }))
  })
}

/** The expression beside the first value that there is. */
function firstOf(choices: readonly (readonly [string, string])[], otherwise = 'NULL'): string {
  const whens = choices.map(([value, expression]) => `WHEN ${value} IS NOT NULL THEN ${expression}`)
  return whens.length === 0 ? otherwise : `CASE ${whens.join(' ')} ELSE ${otherwise} END`
}
