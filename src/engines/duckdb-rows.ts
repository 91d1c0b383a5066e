import { Buffer } from 'node:buffer'
import type { DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { MAX_TIME_US } from '../event/event.js'
import { timeText } from '../event/time.js'
import type { ColumnType, ResultColumn, ResultValue } from './engine.js'

/** The columns of a result, by the types that every output has. */
export function resultColumns(result: Pick<DuckDBResult, 'columnNames' | 'columnTypes'>) {
  const types = result.columnTypes()
  return distinctNames(result.columnNames()).map(
    (name, n): ResultColumn => ({ name, type: columnType(types[n]) }),
  )
}

/** Names that come again get a number, since rows are objects in JSON. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let n = 2; taken.has(distinct); n++) distinct = `${name}_${n}`
    taken.add(distinct)
    return distinct
  })
}

function columnType(type: DuckDBType | undefined): ColumnType {
  const name = String(type)
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|^U?INTEGER$|^BIGNUM$/.test(name)) return 'integer'
  if (/^(FLOAT|DOUBLE)$/.test(name)) return 'decimal'
  if (name.startsWith('DECIMAL')) return / *,0\)$/.test(name) ? 'integer' : 'decimal'
  if (name === 'BOOLEAN') return 'boolean'
  if (/^TIMESTAMP/.test(name)) return 'time'
  return /\[\d*\]$|^(STRUCT|MAP|UNION|JSON)/.test(name) ? 'json' : 'text'
}

/** A value as outputs have it. Integers beyond 2⁵³ are their digits, what is no number is null. */
export function resultValue(value: DuckDBValue): ResultValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return integerValue(value)
  if ('scale' in value) return decimalValue(value)
  if ('items' in value) return value.items.map(resultValue)
  if ('entries' in value) return objectValue(value.entries)
  if ('bytes' in value) return Buffer.from(value.bytes).toString('base64')
  if ('tag' in value) return resultValue(value.value)
  return timeValue(value) ?? value.toString()
}

function integerValue(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function decimalValue({ value, scale }: { value: bigint; scale: number }): number | string {
  return scale === 0 ? integerValue(value) : Number(value) / 10 ** scale
}

type Entries =
  | Readonly<Record<string, DuckDBValue>>
  | readonly { key: DuckDBValue; value: DuckDBValue }[]

function objectValue(entries: Entries): ResultValue {
  const pairs: [string, ResultValue][] = isList(entries)
    ? entries.map(({ key, value }) => [String(resultValue(key)), resultValue(value)])
    : Object.entries(entries).map(([key, value]) => [key, resultValue(value)])
  // Unlike an assignment this makes `__proto__` a key like all others.
  return Object.fromEntries(pairs)
}

function isList(entries: Entries): entries is Extract<Entries, readonly unknown[]> {
  return Array.isArray(entries)
}

const unitsUs = { micros: 1, millis: 1e3, seconds: 1e6, nanos: 1e-3 } as const

/** ISO 8601 in UTC of a TIMESTAMP of any unit; null for what is none, or is out of range. */
function timeValue(value: object): string | null {
  if (!/^DuckDBTimestamp/.test(value.constructor.name)) return null
  for (const [unit, us] of Object.entries(unitsUs)) {
    const count: unknown = Reflect.get(value, unit)
    if (typeof count !== 'bigint') continue
    const timeUs = Math.floor(Number(count) * us)
    if (Math.abs(timeUs) <= MAX_TIME_US) return timeText(timeUs)
  }
  return null
}
