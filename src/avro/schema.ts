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
  try {
    const compiler = new Compiler()
    for (const reference of references) compiler.compile(JSON.parse(reference), '')
    return compiler.compile(JSON.parse(schemaText), '')
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw noSchema()
    throw error
  }
}

class Compiler {
  readonly #named = new Map<string, ReadAvro>()

  compile(schema: unknown, namespace: string): ReadAvro {
    if (typeof schema === 'string') return this.#reference(schema, namespace)
    if (Array.isArray(schema)) return unionOf(schema.map((each) => this.compile(each, namespace)))
    if (!isObject(schema)) throw noSchema()
    const { type } = schema
    if (type === 'record' || type === 'error') return this.#record(schema, namespace)
    if (type === 'enum') return this.#define(schema, namespace, () => enumOf(schema['symbols']))
    if (type === 'fixed') return this.#define(schema, namespace, () => fixedOf(schema))
    if (type === 'array') return arrayOf(this.compile(schema['items'], namespace))
    if (type === 'map') return mapOf(this.compile(schema['values'], namespace))
    const unit = type === 'long' && timeUnits[String(schema['logicalType'])]
    return unit ? (tap) => avroTime(tap.long(), unit) : this.compile(type, namespace)
  }

  #reference(name: string, namespace: string): ReadAvro {
    const found =
      (Object.hasOwn(primitives, name) ? primitives[name] : undefined) ??
      this.#named.get(fullName(name, namespace)) ??
      this.#named.get(name)
    if (!found) throw noSchema()
    return found
  }

  #define(schema: JsonObject, namespace: string, make: (inside: string) => ReadAvro): ReadAvro {
    const { name, namespace: own } = schema
    if (typeof name !== 'string') throw noSchema()
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    let read: ReadAvro | undefined
    // A record may hold itself, before it is compiled.
    this.#named.set(full, (tap) => (read as ReadAvro)(tap))
    read = make(full.slice(0, Math.max(0, full.lastIndexOf('.'))))
    this.#named.set(full, read)
    return read
  }

  #record(schema: JsonObject, namespace: string): ReadAvro {
    return this.#define(schema, namespace, (inside) => {
      if (!Array.isArray(schema['fields'])) throw noSchema()
      const fields = schema['fields'].map((field): readonly [string, ReadAvro] => {
        if (!isObject(field) || typeof field['name'] !== 'string') throw noSchema()
        return [field['name'], this.compile(field['type'], inside)]
      })
      return (tap) => {
        tap.free()
        const value: JsonObject = {}
        for (const [name, read] of fields) put(value, name, read(tap))
        return value
      }
    })
  }
}

function unionOf(branches: readonly ReadAvro[]): ReadAvro {
  return (tap) => {
    const read = branches[tap.size()]
    if (!read) throw new AvroFault('is corrupt Avro: no such branch of a union')
    return read(tap)
  }
}

function enumOf(symbols: JsonValue | undefined): ReadAvro {
  if (!Array.isArray(symbols)) throw noSchema()
  return (tap) => {
    const symbol = symbols[tap.size()]
    if (typeof symbol !== 'string')
      throw new AvroFault('is corrupt Avro: no such symbol of an enum')
    return symbol
  }
}

function fixedOf({ size, logicalType }: JsonObject): ReadAvro {
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw noSchema()
  const isUuid = logicalType === 'uuid' && size === 16
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
function eachOfBlocks(tap: AvroTap, readOne: () => void): void {
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
