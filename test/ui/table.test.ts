import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Column, tableLines } from '../../src/ui/table.js'
import { widthOf } from '../../src/ui/width.js'

const columns: Column[] = [
  { title: 'type', align: 'left', shrinkTo: 8 },
  { title: 'rate', align: 'point' },
  { title: 'distinct', align: 'right', luxury: 1 },
  { title: 'max', align: 'right', drop: 1 },
]
const rows = [
  [
    { text: 'a.long.name.of.a.type' },
    { text: '0.30%' },
    { text: '1,204' },
    { text: '61 s', wrong: true },
  ],
  [{ text: '日本' }, { text: '12.3%' }, { text: '3' }, { text: '5.0 s' }],
]

test.each([
  [
    60,
    `type                     rate  distinct    max
a.long.name.of.a.type   0.30%     1,204   61 s !
日本                   12.3%          3  5.0 s`,
  ],
  [
    30,
    `type             rate    max
a.long…a.type   0.30%   61 s !
日本           12.3%   5.0 s`,
  ],
  [
    22,
    `type     rate    max
a.…pe   0.30%   61 s !
日本   12.3%   5.0 s`,
  ],
  [
    14,
    `type      rate
a.…ype   0.30%
日本    12.3%`,
  ],
])('at %i columns, what can be spared goes first', (width, expected) => {
  const lines = tableLines(columns, rows, { width, color: false })
  expect(lines.join('\n')).toBe(expected)
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width)
})

test('columns keep their places, whatever stands in them', () => {
  const cell = fc.record({
    text: fc.string({ unit: fc.constantFrom('a', 'é', '日', '🎉', 'e\u0301'), maxLength: 20 }),
    wrong: fc.boolean(),
  })
  const two: Column[] = [
    { title: '', align: 'left', shrinkTo: 4 },
    { title: 'end', align: 'right' },
  ]
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const end = { text: '|' }
      const lines = tableLines(
        two,
        cells.map((first) => [first, end]),
        { width: 60, color: false },
      )
      expect(new Set(lines.map(widthOf)).size).toBe(1)
    }),
  )
})
