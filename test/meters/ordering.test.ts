import { describe, expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { OrderingMeter } from '../../src/meters/ordering.js'
import { event, figuresOf } from './fixture.js'

const read = (...events: Partial<EventRecord>[]) =>
  figuresOf(
    new OrderingMeter(),
    events.map((given) => event({ key: 'k', order: 'integer', ...given })),
  )

const integers = (...sequences: (number | string)[]) =>
  read(...sequences.map((sequence, i) => ({ sequence: `${sequence}`, receivedAtUs: i * 1_000 })))

describe('reordered is what is below the greatest before it', () => {
  test.each([
    ['in order', [1, 2, 3], 0, 0, 0],
    ['with gaps and equals', [1, 5, 5, 9], 0, 0, 0],
    ['one late', [1, 3, 2], 1, 1, 1],
    ['compared with the earliest above it', [1, 5, 6, 7, 2], 1, 3, 3],
    ['and above a later one still late', [1, 7, 3, 5], 2, 2, 2],
    ['all after a great one', [9, 1, 2, 3], 3, 3, 3],
    ['equal to the greatest is not', [9, 1, 9], 1, 1, 1],
    ['below zero', [-3, -2, -10], 1, 2, 2],
  ])('%s', (_name, sequences, reordered, maxExtent, maxLateMs) => {
    const checked = sequences.length
    expect(integers(...sequences)).toEqual({
      keys: 1,
      checked,
      reordered,
      ratio: reordered / checked,
      maxExtent,
      maxLateMs,
      p99LateMs: null,
    })
  })
})

test('integers compare as numbers at any size', () => {
  expect(integers('9', '10').reordered).toBe(0)
  expect(integers('9007199254740993', '9007199254740992').reordered).toBe(1)
  expect(integers('999999999999999', `1${'0'.repeat(40)}`, '7').reordered).toBe(1)
  expect(integers(`-1${'0'.repeat(40)}`, '-5').reordered).toBe(0)
})

test('texts compare by their bytes', () => {
  const texts = (...sequences: string[]) =>
    read(...sequences.map((sequence) => ({ sequence, order: 'text' as const }))).reordered
  expect(texts('9', '10')).toBe(1)
  expect(texts('\uffee', '\u{1f600}')).toBe(0)
  expect(texts('\u{1f600}', '\uffee')).toBe(1)
})

test('a stream is a key and a kind, and a source where counters run per source', () => {
  const two = (a: Partial<EventRecord>, b: Partial<EventRecord>) =>
    read({ sequence: '2', ...a }, { sequence: '1', ...b }).reordered
  expect(two({}, {})).toBe(1)
  expect(two({ key: 'a' }, { key: 'b' })).toBe(0)
  expect(two({ type: 'a' }, { type: 'b' })).toBe(1)
  expect(two({}, { order: 'text' })).toBe(0)
  expect(two({ source: 'a' }, { source: 'b' })).toBe(1)
  const per = { sequencePer: 'source+key' } as const
  expect(two({ source: 'a', ...per }, { source: 'b', ...per })).toBe(0)
  expect(two(per, per)).toBe(1)
  expect(two({ source: '', key: '', ...per }, { source: '', key: '' })).toBe(0)
})

test('a duplicate, an event without key and one without a place are not checked', () => {
  expect(read({ id: '1', sequence: '2' }, { id: '1', sequence: '1' }).checked).toBe(1)
  expect(read({ sequence: '2' }, { sequence: '1', key: null }).checked).toBe(1)
  expect(read({ sequence: '2' }, { order: null }).checked).toBe(1)
  expect(read({ order: 'time', timeUs: 2 }, { order: 'time', timeUs: 1 }).reordered).toBe(1)
})

test('lateness is claimed where both arrivals are known and one is after the other', () => {
  const late = (aheadUs: number | null, receivedAtUs: number | null) =>
    read({ sequence: '2', receivedAtUs: aheadUs }, { sequence: '1', receivedAtUs }).maxLateMs
  expect(late(1_000, 3_500)).toBe(2.5)
  expect(late(null, 3_500)).toBeNull()
  expect(late(1_000, null)).toBeNull()
  expect(late(3_500, 1_000)).toBeNull()
})

test('p99LateMs needs 1,000 reordered with a known lateness', () => {
  const late = (count: number) => integers(10_000, ...Array.from({ length: count }, (_, i) => i))
  expect(late(999).p99LateMs).toBeNull()
  // Rank 990 of 1 to 1,000 ms: 990,000 µs, whose bucket ends with 990,207.
  expect(late(1_000).p99LateMs).toBe(990.207)
})

test('nothing is claimed where nothing was checked', () => {
  const none = { ratio: null, maxExtent: null, maxLateMs: null, p99LateMs: null }
  expect(read()).toEqual({ keys: 0, checked: 0, reordered: 0, ...none })
})

test('finds the earliest above in long streams', () => {
  const rising = Array.from({ length: 5_000 }, (_, i) => i * 2)
  const late = [9_997, 5_001, 1, 4_444, -1]
  expect(integers(...rising, ...late.slice(0, 1))).toMatchObject({ reordered: 1, maxExtent: 1 })
  expect(integers(...rising, ...late.slice(0, 2))).toMatchObject({ maxExtent: 5_001 - 2_501 })
  expect(integers(...rising, ...late)).toMatchObject({ reordered: 5, maxExtent: 5_004 })
})
