import { describe, expect, test } from 'vitest'
import { compare } from '../../src/stats/diff/compare.js'
import { changeText } from '../../src/ui/diff-figures.js'
import { type DiffView, diffText } from '../../src/ui/diff-text.js'
import { widthOf } from '../../src/ui/width.js'
import { expectGolden } from './golden.js'
import { narrow, result, shop, typeRow, wide } from './results.js'

const typed = { a: ['after/'], b: ['before/'], flags: ['--type', 'order.*'] }
const before = shop({ sources: ['before/'] })

/** The shop after a change: faster billing with more duplicates, one type new and one gone. */
function after() {
  const paid = typeRow('billing', 'order.paid', 1_900_000, 60_900)
  const twice = { ...paid, duplicates: { ...paid.duplicates, count: 19_000, rate: 0.01 } }
  const others = before.types.filter(({ type }) => !/paid|rebuilt/.test(type))
  return result([twice, ...others, typeRow('shop', 'order.refunded', 912)], { sources: ['after/'] })
}

const hostile = ['\u001b[31m\u202e', `${'long.'.repeat(2_000)}end`, '=cmd', ''].map((name) =>
  typeRow('s\u0007', name, 40),
)
const many = Array.from({ length: 60 }, (_, i) => typeRow('', `type-${i}`, 100 + i))

const cases: Readonly<Record<string, DiffView>> = {
  shop: { result: compare(after(), before), typed },
  hostile: { result: compare(result(hostile), result([])), typed },
  'many-types': { result: compare(result(many), result([])), typed },
  partial: {
    result: compare(shop({ partial: true, sample: 0.01 }), shop({ sample: 0.01 })),
    typed: { ...typed, a: ['-'] },
  },
}

describe.each(Object.entries(cases))('evt diff, %s', (name, view) => {
  test('at 80 columns', () => expectGolden(`diff/${name}-80.txt`, diffText(view, narrow)))

  test('in ASCII', () => {
    expect(diffText(view, { ...narrow, unicode: false })).toMatch(/^[\n\x20-\x7e]*$/)
  })

  test.each([40, 60, 80, 120])('no line but commands is wider than %i', (width) => {
    const [told = ''] = diffText(view, { ...narrow, width }).split('\nnext  ')
    expect(told.split('\n').filter((line) => widthOf(line) > width)).toEqual([])
  })

  test('obeys no control character, and says in colour what it says without', () => {
    const plain = diffText(view, wide)
    expect(plain).not.toMatch(/[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u)
    const colored = diffText(view, { ...wide, color: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is removed.
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain)
  })
})

test.each([
  [null, '–'],
  [0, '0'],
  [0.24, '+24.0%'],
  [-0.00301, '−0.30%'],
  [8.9, '+890%'],
  [11, '×12'],
  [-1, '−100%'],
])('a change of %s is %s', (relative, text) => {
  expect(changeText(relative)).toBe(text)
})
