import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/event/event.js'

/* Documents and patterns that often have to do with each other. */

const keys = fc.constantFrom('a', 'b', 'c')
const texts = fc.constantFrom(
  ...['x', 'X', 'xy', 'Xyz', '', 'a/b', 'zé', 'zÉ', '"\\', 'tab\t', '*'],
  ...['10.0.0.1', '10.0.0.200', '10.1.0.1', '::1', '0:0::1', 'fe80::1'],
)
const numbers = fc.constantFrom(0, 1, 5, 1.5, -3, 1e6)
const leaves = fc.oneof(texts, numbers, fc.constantFrom<JsonValue>(null, true, false))

export const documents: fc.Arbitrary<JsonObject> = fc.letrec<{
  value: JsonValue
  object: JsonObject
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaves,
    tie('object'),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
  ),
  object: fc.dictionary(keys, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
})).object

const wildcards = fc.constantFrom('x*', '*y*', '*', '*/*', 'x*z', '\\*', '')
const nonempty = texts.filter((text) => text !== '')
const operators: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.record({ exactly: texts }),
  fc.record({ prefix: texts }),
  fc.record({ suffix: texts }),
  fc.record({ 'equals-ignore-case': texts }),
  fc.record({ prefix: fc.record({ 'equals-ignore-case': texts }) }),
  fc.record({ suffix: fc.record({ 'equals-ignore-case': texts }) }),
  fc.record({ wildcard: wildcards }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ cidr: fc.constantFrom('10.0.0.7/24', '10.0.0.0/8', '::/64', 'fe80::/10') }),
  fc.record({
    numeric: fc.oneof(
      fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), numbers),
      fc.constantFrom<JsonValue[]>(['>', 0, '<=', 5], ['>=', -3, '<', 1.5]),
    ),
  }),
  fc.record({
    'anything-but': fc.oneof(
      ...[texts, numbers],
      fc.array(texts, { minLength: 1, maxLength: 3 }),
      fc.array(numbers, { minLength: 1, maxLength: 3 }),
      fc.record({ prefix: fc.oneof(nonempty, fc.array(nonempty, { minLength: 1 })) }),
      fc.record({ suffix: nonempty }),
      fc.record({ wildcard: wildcards }),
      fc.record({ 'equals-ignore-case': fc.array(texts, { minLength: 1, maxLength: 2 }) }),
    ),
  }),
)
const lists = fc.array(fc.oneof(leaves, operators), { minLength: 1, maxLength: 4, size: 'max' })

export const patterns: fc.Arbitrary<JsonObject> = fc.letrec<{ fields: JsonObject }>((tie) => ({
  fields: fc
    .tuple(
      fc.dictionary(
        keys,
        fc.oneof({ maxDepth: 1 }, lists, tie('fields')) as fc.Arbitrary<JsonValue>,
        { minKeys: 1, maxKeys: 3, noNullPrototype: true },
      ),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.array(lists, { minLength: 2, maxLength: 2 }) },
      ),
    )
    // Fields of their own, since none may stand in a pattern twice.
    .map(([object, or]) => {
      if (or === null) return object
      const [one = [], other = []] = or
      const { a, b, c } = object
      const free = [['a', a] as const, ['b', b] as const, ['c', c] as const]
      const names = free.filter(([, value]) => value === undefined).map(([name]) => name)
      const [first = 'd', second = first] = names
      return { ...object, $or: [{ [first]: one }, { [second]: other }] }
    }),
})).fields
