import { expect, test } from 'vitest'
import { treePrefixes } from '../../src/ui/trace-tree.js'

const drawn = (causes: readonly (number | null)[]) =>
  // What a tree is drawn by is who caused whom.
  treePrefixes(causes.map((cause) => ({ cause }) as never)).map((prefix, n) => `${prefix}${n}`)

test('an only effect stands below its cause, several are branches of it', () => {
  expect(drawn([null, 0, 1, 1, 3, 0, 5, null])).toEqual([
    ...['0', '├ 1', '│ ├ 2', '│ └ 3', '│   → 4', '└ 5', '  → 6', '7'],
  ])
})

test('what is deep is drawn as deep as there is room', () => {
  const deep = Array.from({ length: 2_000 }, (_, n) => (n === 0 ? null : n - 1 - ((n - 1) % 2)))
  for (const line of drawn(deep)) expect(line.length).toBeLessThan(60)
})
