import { describe, expect, test } from 'vitest'
import { createMapping } from '../../src/event/mapping.js'
import type { EventRule } from '../../src/event/rule.js'
import { usageError } from './usage-error.js'

const rule = (rest: Partial<EventRule>): EventRule => ({ fields: {}, entities: [], ...rest })
const key = (name: string) => rule({ fields: { key: [name] } })

describe('which rule is for a type', () => {
  const mapping = createMapping({
    events: {
      'jobAd.created': key('exact'),
      'jobAd.created*': key('as long'),
      'jobAd.*': rule({ fields: { key: ['prefix'], id: ['prefixId'] } }),
      '*': rule({ fields: { key: ['all'], time: ['allTime'] } }),
    },
  })

  test.each([
    ['jobAd.created', { key: ['exact'], id: ['prefixId'], time: ['allTime'] }],
    ['jobAd.createdAgain', { key: ['as long'], id: ['prefixId'], time: ['allTime'] }],
    ['jobAd.', { key: ['prefix'], id: ['prefixId'], time: ['allTime'] }],
    ['jobAd', { key: ['all'], time: ['allTime'] }],
    ['', { key: ['all'], time: ['allTime'] }],
  ])('%s', (type, fields) => {
    expect(mapping.mappingFor(type).fields).toEqual(fields)
  })

  test('the rules stand in the order they apply', () => {
    const order = mapping.rules.map(({ prefix, exact }) => prefix + (exact ? '' : '*'))
    expect(order).toEqual(['*', 'jobAd.*', 'jobAd.created*', 'jobAd.created'])
  })

  test('types of the same rules share one mapping, however many there are', () => {
    const first = mapping.mappingFor('jobAd.a')
    for (let i = 0; i < 25_000; i++) expect(mapping.mappingFor(`jobAd.a${i}`)).toBe(first)
  })
})

test('--map overrides every rule, and entities go kind by kind', () => {
  const mapping = createMapping({
    events: {
      '*': rule({ entities: [{ kind: 'a', path: ['a'] }], sequencePer: 'source+key' }),
      'x*': rule({
        entities: [
          { kind: 'b', path: ['b'] },
          { kind: 'a', path: ['c'] },
        ],
      }),
    },
    maps: ['key=$.k', 'entities.b=$.d', 'sequenceType=text', 'state=none', 'key=$["a=b"]'],
  })
  expect(mapping.mappingFor('x1')).toEqual({
    fields: { key: ['a=b'] },
    entities: [
      { kind: 'a', path: ['c'] },
      { kind: 'b', path: ['d'] },
    ],
    sequencePer: 'source+key',
    sequenceType: 'text',
    state: 'none',
  })
})

test('the path of the type is that of the rules for all types', () => {
  const events = { '*': rule({ fields: { type: ['a'] } }), 'x*': rule({ fields: { type: ['b'] } }) }
  expect(createMapping({ events }).typePath).toEqual(['a'])
  expect(createMapping({ events, maps: ['type=$.c', 'id=$.d'] }).typePath).toEqual(['c'])
  expect(createMapping({}).typePath).toBeUndefined()
})

test('without rules nothing is mapped', () => {
  expect(createMapping({}).mappingFor('x')).toEqual({
    fields: {},
    entities: [],
    sequencePer: 'key',
    sequenceType: 'integer',
    state: 'patch',
  })
})

test.each([
  ['keys=$.a', '--map keys=$.a: unknown field keys', 'did you mean key?'],
  ['transportId=$.a', '--map transportId=$.a: unknown field transportId', /^the fields are id, /],
  ['key', '--map key: expected FIELD=PATH', 'write --map key=$.detail.orderId'],
  ['key=a.b', '--map key=a.b: "a.b" is no path: a path starts with $', /^paths look like /],
  ['state=x', '--map state=x: x is not one of patch, snapshot, delete, none', undefined],
  ['sequenceType=ulid', '--map sequenceType=ulid: ulid is not one of integer, text', undefined],
  ['entities.a:b=$.a', '--map entities.a:b=$.a: "a:b" is no kind of entity', /without a colon/],
])('--map %s is refused', (map, message, hint) => {
  const error = usageError(() => createMapping({ maps: [map] }))
  expect(error.message).toBe(message)
  if (hint instanceof RegExp) expect(error.hint).toMatch(hint)
  else expect(error.hint).toBe(hint)
})

test('a star stands at the end', () => {
  expect(usageError(() => createMapping({ events: { '*.created': key('a') } }))).toEqual({
    message: '"*.created" is no pattern of types',
    hint: 'a * stands at the end: *, jobAd.*, or the whole name of a type',
  })
})
