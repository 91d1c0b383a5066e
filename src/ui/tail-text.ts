import type { EventRecord, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { asciiText } from './ascii.js'
import type { EventField } from './event-fields.js'
import { durationText, NONE } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { clockAt } from './times.js'
import { padded, shortened, truncated, widthOf } from './width.js'

interface Column {
  text(event: EventRecord, source: string): string
  readonly align: 'left' | 'right'
  /** So wide at most, where lines have 120 columns. */
  readonly most: number
}

const GAP = '  '
const WIDE_COLUMNS = 120
/** What a payload or the last field gets at least. */
const LEAST_REST = 12
const printable = /^[\x20-\x7e]*$/

/**
 * Lines of events as they come. What is still to come is not known, so a column is as wide as it
 * had to be so far, and takes no room before it had something to show.
 */
export class TailLines {
  readonly #columns: readonly Column[]
  readonly #rest: (event: EventRecord) => string
  readonly #widths: number[]

  /** @param fields shown instead of the usual columns; the last one has the room that is left */
  constructor(
    private readonly style: TextStyle,
    options: { withSource: boolean; fields?: readonly EventField[] | undefined; today: string },
  ) {
    const { withSource, fields, today } = options
    const shown = fields ? fieldColumns(fields.slice(0, -1)) : usualColumns(style, today)
    const source: Column = { text: (_, source) => source, align: 'left', most: 24 }
    this.#columns = [...(withSource ? [source] : []), ...shown]
    const last = fields?.at(-1)
    this.#rest = last ? (event) => valueText(last.read(event)) : ({ payload }) => jsonText(payload)
    this.#widths = this.#columns.map(() => 0)
  }

  /** One line, without its end. */
  line(event: EventRecord, source: string): string {
    const { width, unicode } = this.style
    const scale = Math.min(1, width / WIDE_COLUMNS)
    const cells = this.#columns.map(({ text, align, most }, n) => {
      const room = Math.max(8, Math.floor(most * scale))
      const shown = safeStart(text(event, source), most, (safe) => shortened(safe, room))
      const columns = Math.max(this.#widths[n] ?? 0, widthIn(shown))
      this.#widths[n] = columns
      return columns === 0 ? '' : padded(shown, columns, align)
    })
    const start = cells.filter((cell) => cell !== '').join(GAP)
    const left = Math.max(LEAST_REST, width - widthIn(start) - GAP.length)
    const rest = safeStart(this.#rest(event), left, (safe) => truncated(safe, left))
    const line = (start === '' ? rest : `${start}${GAP}${rest}`).trimEnd()
    return unicode ? line : asciiText(line)
  }
}

/** Of a text that may be very long, as much as there is room for, and harmless. */
function safeStart(text: string, columns: number, shorten: (safe: string) => string): string {
  const start = text.slice(0, 8 * columns + 64)
  if (start.length <= 8 && printable.test(start)) return start
  return shorten(safeText(start))
}

function widthIn(text: string): number {
  return printable.test(text) ? text.length : widthOf(text)
}

function usualColumns({ timeZone }: TextStyle, today: string): Column[] {
  return [
    { text: (event) => timeOf(event, timeZone, today), align: 'right', most: 23 },
    { text: lagOf, align: 'right', most: 10 },
    {
      text: ({ source, type }) => (source === '' ? type : `${source}/${type}`),
      align: 'left',
      most: 32,
    },
    { text: ({ key }) => key ?? '', align: 'left', most: 20 },
    { text: ({ entities }) => entities.join(' '), align: 'left', most: 24 },
    { text: ({ id }) => id ?? '', align: 'left', most: 14 },
  ]
}

function fieldColumns(fields: readonly EventField[]): Column[] {
  return fields.map(({ read }) => ({
    text: (event) => valueText(read(event)),
    align: 'left',
    most: 40,
  }))
}

function valueText(value: JsonValue): string {
  if (value === null) return NONE
  return typeof value === 'string' ? value : jsonText(value)
}

/** When it happened, else arrived; with the date where that is not today's. */
function timeOf({ timeUs, receivedAtUs }: EventRecord, timeZone: string, today: string): string {
  const us = timeUs ?? receivedAtUs
  const clock = us === null ? null : clockAt(Math.floor(us / 1_000), timeZone)
  if (!clock) return NONE
  return clock.date === today ? clock.time : `${clock.date} ${clock.time}`
}

/** How long it took to arrive, where somebody recorded when it did. */
function lagOf({ timeUs, receivedAtUs }: EventRecord): string {
  if (timeUs === null || receivedAtUs === null) return ''
  const text = durationText((receivedAtUs - timeUs) / 1_000)
  return text.startsWith('-') ? text : `+${text}`
}
