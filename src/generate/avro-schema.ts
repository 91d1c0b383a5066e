import type { AvroBytes } from './avro-bytes.js'

/** A schema of Avro, and what writes values of it. */
export interface AvroType {
  readonly schema: AvroSchema
  write(value: unknown, to: AvroBytes): void
}

type AvroSchema = string | readonly AvroSchema[] | { readonly [name: string]: unknown }

const validName = /^[A-Za-z_]\w*$/

/**
 * The type of objects such as this one, in which every field that one can have stands: integers
 * are long, other numbers double, texts stay texts, times among them. A field that an object lacks
 * is null. Objects with
 * names that Avro does not allow, such as `detail-type`, are maps.
 *
 * @param name of the record; those inside are named after their fields
 */
export function avroTypeOf(sample: unknown, name: string): AvroType {
  if (Array.isArray(sample)) return arrayType(avroTypeOf(sample[0], name))
  if (typeof sample === 'boolean') return booleanType
  if (typeof sample === 'number') return Number.isInteger(sample) ? longType : doubleType
  if (typeof sample !== 'object' || sample === null) return stringType
  const members = Object.entries(sample).map(
    ([key, value]) => [key, avroTypeOf(value, `${name}_${key.replace(/\W/g, '_')}`)] as const,
  )
  return members.every(([key]) => validName.test(key))
    ? recordType(name, members)
    : mapType(members)
}

const booleanType: AvroType = {
  schema: 'boolean',
  write: (value, to) => to.byte(value ? 1 : 0),
}
const longType: AvroType = { schema: 'long', write: (value, to) => to.long(Number(value)) }
const doubleType: AvroType = { schema: 'double', write: (value, to) => to.double(Number(value)) }
const stringType: AvroType = { schema: 'string', write: (value, to) => to.text(String(value)) }

function arrayType(items: AvroType): AvroType {
  return {
    schema: { type: 'array', items: items.schema },
    write(value, to) {
      const list = value as readonly unknown[] // as the sample has it
      if (list.length > 0) to.long(list.length)
      for (const item of list) items.write(item, to)
      to.long(0)
    },
  }
}

type Members = readonly (readonly [string, AvroType])[]

function recordType(name: string, members: Members): AvroType {
  const fields = members.map(([field, { schema }]) => ({
    name: field,
    type: ['null', schema],
    default: null,
  }))
  const known = new Set(members.map(([field]) => field))
  return {
    schema: { type: 'record', name, fields },
    write(value, to) {
      const object = value as Readonly<Record<string, unknown>> // as the sample has it
      for (const key of Object.keys(object)) if (!known.has(key)) throw unknownKey(key)
      for (const [field, type] of members) {
        const member = object[field] ?? null
        to.long(member === null ? 0 : 1)
        if (member !== null) type.write(member, to)
      }
    },
  }
}

/** The values are of a union, with a branch for each type that there is. */
function mapType(members: Members): AvroType {
  const branches = ['"null"']
  const branchOf = new Map<string, { branch: number; type: AvroType }>()
  for (const [key, type] of members) {
    const text = JSON.stringify(type.schema)
    if (!branches.includes(text)) branches.push(text)
    branchOf.set(key, { branch: branches.indexOf(text), type })
  }
  return {
    schema: { type: 'map', values: branches.map((text) => JSON.parse(text)) },
    write(value, to) {
      const entries = Object.entries(value as object) // as the sample has it
      if (entries.length > 0) to.long(entries.length)
      for (const [key, member] of entries) {
        const known = branchOf.get(key)
        if (!known) throw unknownKey(key)
        to.text(key)
        to.long(member === null ? 0 : known.branch)
        if (member !== null) known.type.write(member, to)
      }
      to.long(0)
    },
  }
}

function unknownKey(key: string): Error {
  return new Error(`the sample has no ${key}`)
}
