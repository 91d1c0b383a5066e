import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashed, hashText } from '../../src/meters/hash.js'
import { HashIndex } from '../../src/meters/hash-index.js'

const half = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer())
const hashes = fc.array(fc.tuple(half, half), { maxLength: 200, size: 'max' })

test('numbers hashes as a Map of their texts does', () => {
  fc.assert(
    fc.property(hashes, (all) => {
      const index = new HashIndex()
      const naive = new Map<string, number>()
      for (const [high, low] of all) {
        const name = `${high} ${low}`
        const isNew = !naive.has(name)
        if (isNew) naive.set(name, naive.size)
        if (isNew) expect(index.add(high, low)).toBe(true)
        expect(index.numberOf(high, low)).toBe(naive.get(name))
        expect(index.size).toBe(naive.size)
      }
    }),
    { numRuns: 300 },
  )
})

test('addAll tells how many were new', () => {
  fc.assert(
    fc.property(hashes, hashes, (a, b) => {
      const [left, right] = [new HashIndex(), new HashIndex()]
      for (const [high, low] of a) left.add(high, low)
      for (const [high, low] of b) right.add(high, low)
      const both = new Set([...a, ...b].map(String)).size
      const before = left.size
      expect(left.addAll(right)).toBe(both - before)
      expect(left.size).toBe(both)
    }),
    { numRuns: 200 },
  )
})

function hash(...texts: readonly string[]): string {
  hashed.high = 0
  hashed.low = 0
  for (const text of texts) hashText(text, hashed.high, hashed.low)
  return `${hashed.high} ${hashed.low}`
}

test('texts that differ little, chained ones too, have hashes of their own', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => String(i))
  const texts = [...ids, ...ids.map((id) => `order-${id}`), ...ids.map((id) => `${id}-00000000`)]
  const zeros = Array.from({ length: 100 }, (_, i) => '\0'.repeat(i))
  const chains = [
    ['', ''],
    ['a', ''],
    ['', 'a'],
    ['a', 'b'],
    ['ab', ''],
    ['', 'ab'],
    ['', '', ''],
  ]
  const all = [...texts, ...zeros].map((text) => [text])
  const named = [...all, ...chains]
  expect(new Set(named.map((chain) => hash(...chain))).size).toBe(named.length)
})

test('each half of a hash alone spreads structured texts as chance would', () => {
  const count = 50_000
  const halves = Array.from({ length: count }, (_, i) => hash(`event-${i}`).split(' '))
  // Of n texts in 2^32 hashes, n²/2^33 pairs are expected to meet: 0.29.
  expect(count - new Set(halves.map(([high]) => high)).size).toBeLessThan(6)
  expect(count - new Set(halves.map(([, low]) => low)).size).toBeLessThan(6)
})
