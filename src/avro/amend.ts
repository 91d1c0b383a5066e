import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { type AvroKinds, compiled, eachOfBlocks, type ReadAvro, reading } from './schema.js'
import type { AvroTap } from './tap.js'

/** A value of one schema. */
interface AvroType {
  readonly read: ReadAvro
  /** Whether it is null alone: the branch of a union that stands for nothing. */
  readonly isNull?: boolean
  /** Writes the value at the tap as another one; what has not changed keeps its bytes. */
  write(tap: AvroTap, value: JsonValue): Buffer
}

/** A value cannot be written by its schema. */
export class Unwritable extends Error {}

/**
 * Compiles a schema to a function that writes a row again with other values, given as the JSON that
 * {@link ReadAvro} makes of a row. What has not changed keeps its bytes. Null becomes an empty text
 * where the schema takes no null; it throws {@link Unwritable} for what the schema takes neither.
 */
export function compileAmend(schemaText: string): (tap: AvroTap, value: JsonValue) => Buffer {
  const type = compiled(amending, schemaText)
  return (tap, value) => amended(type, tap, value)
}

function amended(type: AvroType, tap: AvroTap, value: JsonValue | undefined): Buffer {
  if (value === undefined) throw new Unwritable()
  const start = tap.at
  const before = type.read(tap)
  if (isSame(before, value)) return tap.bytes.subarray(start, tap.at)
  const end = tap.at
  tap.at = start
  const bytes = type.write(tap, value)
  tap.at = end
  return bytes
}

const amending: AvroKinds<AvroType> = {
  primitives: {
    ...Object.fromEntries(
      Object.entries(reading.primitives).map(([name, read]) => [name, fixedType(read)]),
    ),
    null: { ...fixedType(reading.primitives['null']), isNull: true },
    string: textType(reading.primitives['string'], 'utf8'),
    bytes: textType(reading.primitives['bytes'], 'latin1'),
  },
  time: (unit) => fixedType(reading.time(unit)),
  enumeration: (symbols) => fixedType(reading.enumeration(symbols)),
  fixed: (size, isUuid) => fixedType(reading.fixed(size, isUuid)),
  array: (items) => ({ read: reading.array(items.read), write: arrayWriter(items) }),
  map: (values) => ({ read: reading.map(values.read), write: mapWriter(values) }),
  union: (branches) => ({
    read: reading.union(branches.map(({ read }) => read)),
    write: unionWriter(branches),
  }),
  record: (fields) => ({
    read: reading.record(fields.map(([name, { read }]) => [name, read])),
    write: (tap, value) =>
      Buffer.concat(fields.map(([name, type]) => amended(type, tap, memberOf(value, name)))),
  }),
  later: (get) => ({
    read: (tap) => get().read(tap),
    write: (tap, value) => get().write(tap, value),
  }),
}

/** Numbers and the like identify nobody but as a whole: they have no value that says nothing. */
function fixedType(read: ReadAvro | undefined): AvroType {
  return {
    read: read ?? unreadable,
    write: () => {
      throw new Unwritable()
    },
  }
}

function textType(read: ReadAvro | undefined, encoding: 'utf8' | 'latin1'): AvroType {
  return {
    read: read ?? unreadable,
    write: (_, value) => {
      const text = value ?? ''
      if (typeof text !== 'string') throw new Unwritable()
      const bytes = Buffer.from(text, encoding)
      if (bytes.toString(encoding) !== text) throw new Unwritable()
      return Buffer.concat([avroLong(bytes.length), bytes])
    },
  }
}

function unreadable(): never {
  throw new Unwritable()
}

function unionWriter(branches: readonly AvroType[]): AvroType['write'] {
  const none = branches.findIndex(({ isNull }) => isNull)
  return (tap, value) => {
    if (value === null && none >= 0) return avroLong(none)
    const branch = tap.size()
    const type = branches[branch]
    if (!type) throw new Unwritable()
    return Buffer.concat([avroLong(branch), amended(type, tap, value)])
  }
}

function arrayWriter(items: AvroType): AvroType['write'] {
  return (tap, value) => {
    if (!Array.isArray(value)) throw new Unwritable()
    const before: { at: number; value: JsonValue }[] = []
    eachOfBlocks(tap, () => before.push({ at: tap.at, value: items.read(tap) }))
    const parts = keptItems(before, value).map(({ at }, n) => {
      tap.at = at
      return amended(items, tap, value[n])
    })
    return blockOf(parts)
  }
}

/** Of the items before those that are still there. */
function keptItems<T extends { value: JsonValue }>(
  before: readonly T[],
  after: readonly JsonValue[],
): readonly T[] {
  if (before.length === after.length) return before
  let n = 0
  const kept = before.filter(({ value }) => {
    const next = after[n]
    if (next === undefined || !isSame(value, next)) return false
    n += 1
    return true
  })
  // Where some are gone and others changed, nobody knows which is which.
  if (kept.length !== after.length) throw new Unwritable()
  return kept
}

function mapWriter(values: AvroType): AvroType['write'] {
  return (tap, value) => {
    const before: { key: string; at: number }[] = []
    eachOfBlocks(tap, () => {
      before.push({ key: tap.text(), at: tap.at })
      values.read(tap)
    })
    const names = before.map(({ key }) => key)
    const left = Object.keys(objectOf(value)).filter((key) => !names.includes(key))
    const parts = before.map(({ key, at }) => {
      const isKept = Object.hasOwn(objectOf(value), key)
      const name = isKept ? key : (left.shift() ?? unreadable())
      const bytes = Buffer.from(name)
      tap.at = at
      return Buffer.concat([
        avroLong(bytes.length),
        bytes,
        amended(values, tap, memberOf(value, name)),
      ])
    })
    if (left.length > 0) throw new Unwritable()
    return blockOf(parts)
  }
}

function blockOf(parts: readonly Buffer[]): Buffer {
  if (parts.length === 0) return avroLong(0)
  return Buffer.concat([avroLong(parts.length), ...parts, avroLong(0)])
}

/** A non-negative int or long. */
export function avroLong(value: number): Buffer {
  const bytes: number[] = []
  let left = value * 2
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) + 0x80)
  return Buffer.from([...bytes, left])
}

function objectOf(value: JsonValue): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unwritable()
  return value
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  const object = objectOf(value)
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  return jsonText(one) === jsonText(other)
}
