/* The text of HdrHistogram's logs (HdrHistogram, HistogramLogWriter.java, HistogramLogReader.java):
 * comments that begin with #, a legend, and rows `[Tag=x,]start,length,max,histogram` whose fields
 * are separated by commas or spaces. */
const VERSION_LINE = '#[Histogram log format version 1.3]'
const LEGEND = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
/** What evt says of its own logs and no other reader looks at. */
const OWN_LINE =
  '#[Written by evt: values in microseconds, tags percent-encoded, rows without tag are totals]'

export interface HlogRow {
  /** Null for a row without one. */
  readonly tag: string | null
  readonly startSeconds: number
  readonly lengthSeconds: number
  readonly base64: string
}

/** What a line of a log is. `fault` follows the name of the line. */
export type HlogLine =
  | { kind: 'row'; row: HlogRow }
  | { kind: 'version' | 'own' | 'comment' }
  /** What {@link hlogText} was given to note. */
  | { kind: 'note'; text: string }
  | { kind: 'start' | 'base'; seconds: number }
  | { kind: 'bad'; fault: string }

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const clock = /^#\[(Start|Base)Time:\s*([^\s,\]]+)/
const FIELDS = 4

export function readHlogLine(line: string): HlogLine {
  if (line.startsWith('#[Histogram log format version')) return { kind: 'version' }
  if (line === OWN_LINE) return { kind: 'own' }
  const [, which, seconds = ''] = clock.exec(line) ?? []
  if (which !== undefined && number.test(seconds)) {
    return { kind: which === 'Start' ? 'start' : 'base', seconds: Number(seconds) }
  }
  const [, text] = /^#\[((?:Partial|Sample): .*)\]$/.exec(line) ?? []
  if (text !== undefined) return { kind: 'note', text }
  if (/^(?:#|"StartTimestamp"|\s*$)/.test(line)) return { kind: 'comment' }
  return readRow(line)
}

function readRow(line: string): HlogLine {
  const fields = line.trim().split(/[ ,]+/)
  const tag = fields[0]?.startsWith('Tag=') ? fields.shift() : undefined
  const [start = '', length = '', max = '', base64 = ''] = fields
  if (fields.length !== FIELDS) return { kind: 'bad', fault: `has ${fields.length} of 4 fields` }
  const odd = [start, length, max].find((text) => !number.test(text))
  if (odd !== undefined)
    return { kind: 'bad', fault: 'has no number for its time, length or maximum' }
  const [startSeconds, lengthSeconds] = [Number(start), Number(length)]
  if (lengthSeconds < 0) return { kind: 'bad', fault: 'has a negative length' }
  return { kind: 'row', row: { tag: tag?.slice(4) ?? null, startSeconds, lengthSeconds, base64 } }
}

export interface WrittenHlog {
  /** Of the first row; null where there is none. */
  startUs: number | null
  /** Lines of their own that begin with `Partial: ` or `Sample: `. */
  notes: readonly string[]
  rows: readonly WrittenRow[]
}

export interface WrittenRow {
  tag: string | null
  startUs: number
  lengthUs: number
  maxUs: number
  base64: string
}

/** A whole log, in the order of its rows. Times are absolute. */
export function hlogText({ startUs, notes, rows }: WrittenHlog): string {
  const start =
    startUs === null
      ? []
      : [`#[StartTime: ${seconds(startUs)} (seconds since epoch), ${dateText(startUs)}]`]
  const lines = rows.map(({ tag, startUs, lengthUs, maxUs, base64 }) => {
    const tagged = tag === null ? '' : `Tag=${tag},`
    return `${tagged}${seconds(startUs)},${seconds(lengthUs)},${seconds(maxUs)},${base64}`
  })
  const comments = notes.map((note) => `#[${note}]`)
  return [VERSION_LINE, OWN_LINE, ...comments, ...start, LEGEND, ...lines, ''].join('\n')
}

/** Milliseconds, as HdrHistogram writes them, where these say all. */
function seconds(us: number): string {
  return (us / 1e6).toFixed(us % 1000 === 0 ? 3 : 6)
}

/** As Java writes a date: `Sun Nov 01 00:00:00 UTC 2026`. */
function dateText(us: number): string {
  const [day, date, month, year, time] = new Date(us / 1000).toUTCString().split(/,? /)
  return `${day} ${month} ${date} ${time} UTC ${year}`
}

/** A name as a tag: separators, what ends a line, other controls and `%` are percent-encoded
 * UTF-8; a lone surrogate is U+FFFD. */
export function tagOf(name: string): string {
  const wellFormed = Buffer.from(name).toString()
  return wellFormed.replace(/[%,\p{Cc}\p{Cf}\p{Z}]/gu, (character) =>
    Array.from(Buffer.from(character), hex).join(''),
  )
}

const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`

/** The name behind a tag that {@link tagOf} made. */
export function nameOfTag(tag: string): string {
  return tag.replace(/(?:%[0-9A-F]{2})+/g, (coded) =>
    Buffer.from(coded.replaceAll('%', ''), 'hex').toString(),
  )
}
