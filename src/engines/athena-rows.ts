import { REDACTED } from '../event/redact.js'
import { parseTime, timeText } from '../event/time.js'
import type { ColumnType, ResultColumn, ResultValue } from './engine.js'

/** A column as Athena names it, such as `decimal` with its scale. */
export interface AthenaColumn {
  readonly name: string
  readonly type: string
  readonly scale: number
}

export function athenaColumn({ name, type, scale }: AthenaColumn): ResultColumn {
  return { name, type: columnType(type, scale) }
}

/** A value that Athena gives as text, as the other engines give it. */
export function athenaValue(text: string | null, { type, scale }: AthenaColumn): ResultValue {
  if (text === null) return null
  switch (columnType(type, scale)) {
    case 'integer':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'decimal':
      return Number.isFinite(Number(text)) ? Number(text) : null
    case 'boolean':
      return text === 'true'
    case 'time':
      return timeOf(text)
    case 'json':
      return new Structure(text).read()
    case 'text':
      return type === 'varbinary'
        ? Buffer.from(text.replaceAll(' ', ''), 'hex').toString('base64')
        : text
  }
}

function columnType(type: string, scale: number): ColumnType {
  if (/^(tinyint|smallint|integer|int|bigint)$/.test(type)) return 'integer'
  if (/^decimal/.test(type)) return scale === 0 ? 'integer' : 'decimal'
  if (/^(double|float|real)$/.test(type)) return 'decimal'
  if (type === 'boolean') return 'boolean'
  if (/^timestamp/.test(type)) return 'time'
  return /^(array|row|map)/.test(type) ? 'json' : 'text'
}

/** A time in UTC; one in a zone with a name stays as it is. */
function timeOf(text: string): string {
  const [, date = '', clock = '', zone = 'UTC'] = /^(\S+) (\S+)(?: (\S+))?$/.exec(text) ?? []
  const time = parseTime(`${date}T${clock}${zone === 'UTC' ? 'Z' : zone}`)
  return time && 'timeUs' in time ? timeText(time.timeUs) : text
}

/** Fields of the view `events` that are numbers. */
const numbers = new Set(['time_us', 'record'])

/** Lists and rows as Athena writes them: `[a, b]`, `{path=x, record=1}`. A text has no quotes
 * there, so that `, ` in one ends it, and digits may be a text: the view `events` has none such in
 * its lists. */
class Structure {
  private at = 0

  constructor(private readonly text: string) {}

  read(end = '', isNumber = false): ResultValue {
    if (!this.text.startsWith(REDACTED, this.at) && this.take('[')) return this.list()
    if (this.take('{')) return this.fields()
    const rest = this.text.slice(this.at)
    // What stands for hidden values has a bracket that ends no list.
    const bare = rest.replaceAll(REDACTED, '*'.repeat(REDACTED.length))
    const ends = [', ', end].flatMap((each) => (each === '' ? [] : [bare.indexOf(each)]))
    const length = Math.min(rest.length, ...ends.filter((n) => n >= 0))
    this.at += length
    const value = rest.slice(0, length)
    if (value === 'null') return null
    return isNumber && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  }

  private list(): ResultValue[] {
    const items: ResultValue[] = []
    while (!this.take(']') && this.at < this.text.length) {
      items.push(this.read(']'))
      this.take(', ')
    }
    return items
  }

  private fields(): ResultValue {
    const pairs: [string, ResultValue][] = []
    while (!this.take('}') && this.at < this.text.length) {
      const equals = this.text.indexOf('=', this.at)
      const name = this.text.slice(this.at, equals < 0 ? this.text.length : equals)
      this.at += name.length + 1
      pairs.push([name, this.read('}', numbers.has(name))])
      this.take(', ')
    }
    return Object.fromEntries(pairs)
  }

  private take(mark: string): boolean {
    if (!this.text.startsWith(mark, this.at)) return false
    this.at += mark.length
    return true
  }
}
