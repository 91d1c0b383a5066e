import { expect, test } from 'vitest'
import { DuplicatesMeter } from '../../src/meters/duplicates.js'
import { event, figuresOf } from './fixture.js'

const read = (...events: Parameters<typeof event>[0][]) =>
  figuresOf(new DuplicatesMeter(), events.map(event))

const first = { id: '1', transportId: 'm1', attempt: 1 }

test.each([
  ['the same id', {}, 'sameId'],
  ['the same message received again', { transportId: 'm1', attempt: 2 }, 'redelivery'],
  ['the same message, but no receive count', { transportId: 'm1' }, 'sameId'],
  ['another message received again', { transportId: 'm2', attempt: 2 }, 'sameId'],
  ['a receive count, but no message', { attempt: 2 }, 'sameId'],
  ['a replay of the same message', { replay: 'r', transportId: 'm1', attempt: 2 }, 'replay'],
])('%s is one duplicate', (_name, again, cause) => {
  expect(read(first, { id: '1', ...again })).toEqual({
    distinct: 1,
    duplicates: {
      count: 1,
      rate: 0.5,
      byCause: { replay: 0, redelivery: 0, sameId: 0, [cause]: 1 },
    },
    noIdentity: 0,
  })
})

test('a redelivery may be of a message that was not the first', () => {
  const second = { id: '1', transportId: 'm2', attempt: 1 }
  const { duplicates } = read(first, second, { ...second, attempt: 2 })
  expect(duplicates.byCause).toEqual({ replay: 0, redelivery: 1, sameId: 1 })
})

test('the first delivery is none, replay or not', () => {
  expect(read({ id: '1', replay: 'r', attempt: 3 }).duplicates.count).toBe(0)
})

test('an id belongs to its source, and not to its type', () => {
  expect(read({ id: '1', source: 'a' }, { id: '1', source: 'b' }).distinct).toBe(2)
  expect(read({ id: '1', type: 'a' }, { id: '1', type: 'b' }).distinct).toBe(1)
  expect(read({ id: 'bc', source: 'a' }, { id: 'c', source: 'ab' }).distinct).toBe(2)
})

test('events without id are identities of their own', () => {
  expect(read({ id: '1' }, {}, {})).toMatchObject({ distinct: 3, noIdentity: 2 })
})

test('nothing is claimed where no event has an id', () => {
  expect(read({}, {})).toEqual({
    distinct: null,
    duplicates: { count: null, rate: null, byCause: { replay: 0, redelivery: 0, sameId: 0 } },
    noIdentity: 2,
  })
})
