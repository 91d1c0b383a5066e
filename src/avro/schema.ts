import type { JsonObject, JsonValue } from '../event/event.js'
import { AvroFault, type AvroTap } from './tap.js'
import { avroTime, type TimeUnit } from './time.js'

/** Reads a value of one schema as JSON. */
export type ReadAvro = (tap: AvroTap) => JsonValue

const primitives: Readonly<Record<string, ReadAvro>> = {
  null: (tap) => {
    tap.free()
    return null
  },
  boolean: (tap) => tap.byte() !== 0,
  int: (tap) => exact(tap.long()),
  long: (tap) => exact(tap.long()),
  float: (tap) => finite(tap.float()),
  double: (tap) => finite(tap.double()),
  bytes: (tap) => tap.take(tap.size()).toString('latin1'),
  string: (tap) => tap.text(),
}

const timeUnits: Readonly<Record<string, TimeUnit>> = {
  'timestamp-millis': 'ms',
  'timestamp-micros': 'us',
  'timestamp-nanos': 'ns',
}

/**
 * Compiles an Avro schema to a function that reads a row as the JSON that evt takes it for:
 * integers beyond ±(2^53 − 1) as text of their exact digits, NaN and infinities as null, bytes and
 * fixed as text of one character a byte (as Avro's own JSON has them), the value of a union without
 * the name of its branch, timestamps as ISO 8601 in UTC, a fixed uuid in its usual form. Other
 * logical types are what they are stored as.
 *
 * @param references schemas that it names, each after those that it names itself
 * @throws AvroFault where it is no schema
 */
export function compileAvro(schemaText: string, references: readonly string[] = []): ReadAvro {
  return compiled(reading, schemaText, references)
}

/** As {@link compileAvro}, of other kinds of making something of a schema. */
export function compiled<T>(
  kinds: AvroKinds<T>,
  schemaText: string,
  references: readonly string[] = [],
): T {
  try {
    const compiler = new AvroCompiler(kinds)
    for (const reference of references) compiler.compile(JSON.parse(reference), '')
    return compiler.compile(JSON.parse(schemaText), '')
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw noSchema()
    throw error
  }
}

/** What is made of each kind of schema. */
export interface AvroKinds<T> {
  readonly primitives: Readonly<Record<string, T>>
  time(unit: TimeUnit): T
  enumeration(symbols: readonly JsonValue[]): T
  fixed(size: number, isUuid: boolean): T
  array(items: T): T
  map(values: T): T
  union(branches: readonly T[]): T
  record(fields: readonly (readonly [string, T])[]): T
  /** What a name stands for before its schema is compiled: a record may hold itself. */
  later(get: () => T): T
}

/** Compiles schemas, which may name those before. */
class AvroCompiler<T> {
  readonly #named = new Map<string, T>()

  constructor(private readonly kinds: AvroKinds<T>) {}

  compile(schema: unknown, namespace: string): T {
    const { kinds } = this
    if (typeof schema === 'string') return this.#reference(schema, namespace)
    if (Array.isArray(schema)) return kinds.union(schema.map((one) => this.compile(one, namespace)))
    if (!isObject(schema)) throw noSchema()
    const { type } = schema
    if (type === 'record' || type === 'error') return this.#record(schema, namespace)
    if (type === 'enum') return this.#enumeration(schema, namespace)
    if (type === 'fixed') return this.#define(schema, namespace, () => this.#fixed(schema))
    if (type === 'array') return kinds.array(this.compile(schema['items'], namespace))
    if (type === 'map') return kinds.map(this.compile(schema['values'], namespace))
    const unit = type === 'long' && timeUnits[String(schema['logicalType'])]
    return unit ? kinds.time(unit) : this.compile(type, namespace)
  }

  #reference(name: string, namespace: string): T {
    const { primitives } = this.kinds
    const found =
      (Object.hasOwn(primitives, name) ? primitives[name] : undefined) ??
      this.#named.get(fullName(name, namespace)) ??
      this.#named.get(name)
    if (!found) throw noSchema()
    return found
  }

  #define(schema: JsonObject, namespace: string, make: (inside: string) => T): T {
    const { name, namespace: own } = schema
    if (typeof name !== 'string') throw noSchema()
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    let made: T | undefined
    this.#named.set(
      full,
      this.kinds.later(() => made as T),
    )
    made = make(full.slice(0, Math.max(0, full.lastIndexOf('.'))))
    this.#named.set(full, made)
    return made
  }

  #record(schema: JsonObject, namespace: string): T {
    return this.#define(schema, namespace, (inside) => {
      if (!Array.isArray(schema['fields'])) throw noSchema()
      const fields = schema['fields'].map((field): readonly [string, T] => {
        if (!isObject(field) || typeof field['name'] !== 'string') throw noSchema()
        return [field['name'], this.compile(field['type'], inside)]
      })
      return this.kinds.record(fields)
    })
  }

  #enumeration(schema: JsonObject, namespace: string): T {
    return this.#define(schema, namespace, () => {
      if (!Array.isArray(schema['symbols'])) throw noSchema()
      return this.kinds.enumeration(schema['symbols'])
    })
  }

  #fixed({ size, logicalType }: JsonObject): T {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw noSchema()
    return this.kinds.fixed(size, logicalType === 'uuid' && size === 16)
  }
}

/** How values are read as JSON. */
export const reading: AvroKinds<ReadAvro> = {
  primitives,
  time: (unit) => (tap) => avroTime(tap.long(), unit),
  enumeration: enumOf,
  fixed: fixedOf,
  array: arrayOf,
  map: mapOf,
  union: unionOf,
  record: recordOf,
  later: (get) => (tap) => get()(tap),
}

function recordOf(fields: readonly (readonly [string, ReadAvro])[]): ReadAvro {
  return (tap) => {
    tap.free()
    const value: JsonObject = {}
    for (const [name, read] of fields) put(value, name, read(tap))
    return value
  }
}

function unionOf(branches: readonly ReadAvro[]): ReadAvro {
  return (tap) => {
    const read = branches[tap.size()]
    if (!read) throw new AvroFault('is corrupt Avro: no such branch of a union')
    return read(tap)
  }
}

function enumOf(symbols: readonly JsonValue[]): ReadAvro {
  return (tap) => {
    const symbol = symbols[tap.size()]
    if (typeof symbol !== 'string')
      throw new AvroFault('is corrupt Avro: no such symbol of an enum')
    return symbol
  }
}

function fixedOf(size: number, isUuid: boolean): ReadAvro {
  return (tap) => {
    if (size === 0) tap.free()
    const bytes = tap.take(size)
    if (!isUuid) return bytes.toString('latin1')
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}

function arrayOf(read: ReadAvro): ReadAvro {
  return (tap) => {
    const value: JsonValue[] = []
    eachOfBlocks(tap, () => value.push(read(tap)))
    return value
  }
}

function mapOf(read: ReadAvro): ReadAvro {
  return (tap) => {
    const value: JsonObject = {}
    eachOfBlocks(tap, () => put(value, tap.text(), read(tap)))
    return value
  }
}

/** Counted blocks up to one of none; a negative count is followed by the size of the block. */
export function eachOfBlocks(tap: AvroTap, readOne: () => void): void {
  for (;;) {
    const count = tap.long()
    if (count === 0) return
    if (typeof count === 'bigint') throw new AvroFault('is corrupt Avro: invalid length')
    if (count < 0) tap.size()
    for (let left = Math.abs(count); left > 0; left--) readOne()
  }
}

/** `__proto__` is a key like others. */
function put(object: JsonObject, key: string, value: JsonValue): void {
  if (key !== '__proto__') object[key] = value
  else
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
}

function exact(value: number | bigint): JsonValue {
  if (typeof value === 'number') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function finite(value: number): JsonValue {
  return Number.isFinite(value) ? value : null
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function noSchema(): AvroFault {
  return new AvroFault('is corrupt Avro: no readable schema')
}
