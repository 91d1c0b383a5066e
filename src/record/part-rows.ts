import { eventColumns } from '../engines/event-columns.js'
import { type Cell, eventRow } from '../engines/event-rows.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { RecordedLine } from '../envelopes/recording.js'
import type { Decoded, EventRecord, JsonValue } from '../event/event.js'
import type { Flags } from './part-flags.js'

/**
 * A row for each event: the columns of the view `events`, where it was read, and what the events of
 * the recording before it say of it. Of the events of one record the first has its line, as a part
 * of NDJSON has it: of this the recording is read again. What could not be read is a row with its
 * reason and its line.
 */
export const partColumns = {
  ...eventColumns,
  duplicate: 'VARCHAR',
  reordered: 'BOOLEAN',
  /** Orders what a recording has: the number of the record, and that of the event in it. */
  pos: 'BIGINT',
  undecodable: 'VARCHAR',
  recorded: 'VARCHAR',
} as const

export type Row = Record<keyof typeof partColumns, Cell>

/** Entries of one record are told apart by so many digits behind its number. */
const ENTRY_DIGITS = 6
/** So many may be in one record. */
export const ENTRIES = 10 ** ENTRY_DIGITS
/** The events of a longer line stand in it alone, without document and payload. */
const MOST_LINE = 16 * 1024 * 1024
const UNKNOWN = 'unknown'
/** Of records with events of several days: of which day they are, each of their rows says. */
export const SEVERAL = 'other'

const none = Object.fromEntries(Object.keys(partColumns).map((name) => [name, null])) as Row

export type Decode = (record: RecordValue) => Decoded[]

/** A line of a recording, as it is written and read. */
export interface ReadLine {
  text: string
  value: JsonValue
  line: RecordedLine
}

/** What is in a line. */
export function decodedLine({ text, value, line }: ReadLine, decode: Decode): Promise<Decoded[]> {
  const bytes = Buffer.from(text)
  const [path, record] = line.at
  const read = { value, position: { path, record }, text: bytes, head: bytes, sizeBytes: 0 }
  return complete(() => decode(read))
}

/**
 * The rows of a line.
 *
 * @param decoded what is in it
 * @param flagsOf asked of each event in turn, by its place among what is in the line
 */
export function rowsOf(
  { line: { at, bytes, n }, text }: Pick<ReadLine, 'line' | 'text'>,
  decoded: readonly Decoded[],
  flagsOf: (event: EventRecord, entry: number) => Flags,
): Row[] {
  const position = { path: at[0], record: at[1] }
  const posOf = (entry: number) => `${n}${String(entry).padStart(ENTRY_DIGITS, '0')}`
  const rows = decoded.map((one, entry): Row => {
    const pos = posOf(entry)
    if (one.kind === 'undecodable') {
      return { ...none, position, bytes, pos, undecodable: one.undecodable.reason }
    }
    const { event } = one
    const row = { ...eventRow(event), ...flagsOf(event, entry) }
    return { ...row, pos, undecodable: null, recorded: null }
  })
  const [first = { ...none, position, bytes, pos: posOf(0) }, ...others] = rows
  const all = [{ ...first, recorded: text }, ...others]
  return text.length <= MOST_LINE ? all : all.map(withoutTexts)
}

function withoutTexts(row: Row): Row {
  return { ...row, document: null, payload: null }
}

/** The date of arrival of what is in a line, else of when it happened. */
export function dateOf(decoded: readonly Decoded[]): string {
  const dates = new Set(
    decoded.map((one) => {
      const us = one.kind === 'event' ? (one.event.receivedAtUs ?? one.event.timeUs) : null
      return us === null ? UNKNOWN : new Date(Math.floor(us / 1_000)).toISOString().slice(0, 10)
    }),
  )
  const [only = UNKNOWN, ...more] = dates
  return more.length === 0 ? only : SEVERAL
}
