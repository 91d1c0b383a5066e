import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiText } from '../../src/ui/ascii.js'
import { safeText } from '../../src/ui/safe-text.js'
import { shortened, truncated, widthOf } from '../../src/ui/width.js'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      '3',
      'm',
      '\u009b',
      '\u202e',
      '\u0301',
      '👩‍👩‍👧‍👦',
      'é',
      '日',
    ),
  }),
)

describe('safe text', () => {
  test.each([
    ['plain, ünïcode, 日本, 👩‍👩‍👧‍👦', 'plain, ünïcode, 日本, 👩‍👩‍👧‍👦'],
    ['\u001b[2J', '␛[2J'],
    ['a\nb\tc\r\0', 'a␊b␉c␍␀'],
    ['\u007f', '␡'],
    ['\u009b31m', '\\u{9b}31m'],
    ['\u202egnp.exe\u2066', '\\u{202e}gnp.exe\\u{2066}'],
    ['\u2028\ufeff\u200b', '\\u{2028}\\u{feff}\\u{200b}'],
    ['\ud800', '\\u{d800}'],
    ['क्\u200dष', 'क्\u200dष'],
    [`a${'\u0301'.repeat(20)}b`, `a${'\u0301'.repeat(8)}…b`],
  ])('%j is %j', (text, safe) => expect(safeText(text)).toBe(safe))

  test('holds nothing that a terminal obeys, and is safe already', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const safe = safeText(text)
        expect(safe).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)
        expect(safeText(safe)).toBe(safe)
      }),
    )
  })
})

describe('cutting', () => {
  test('takes the end or the middle', () => {
    expect(truncated('order.placed', 8)).toBe('order.p…')
    expect(shortened('shop/order.placed', 9)).toBe('shop…aced')
    expect(shortened('日本語日本語', 7)).toBe('日…本語'.replace('本', ''))
    expect(truncated('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…')
  })

  test('never exceeds the width, and leaves alone what fits', () => {
    fc.assert(
      fc.property(anyText.map(safeText), fc.integer({ min: 1, max: 30 }), (text, width) => {
        for (const cut of [truncated, shortened]) {
          expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width)
          expect(cut(text, 10_000)).toBe(text)
        }
      }),
    )
  })

  test('of a megabyte is quick', () => {
    const start = performance.now()
    shortened(`${'x'.repeat(1_000_000)}y`, 40)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('ASCII', () => {
  test('has a stand-in of the same width for everything', () => {
    expect(asciiText('a → b ─╯ 3 µs … ▁█ 日 ␛')).toBe("a - b -' 3 us ~ .@ ?? ?")
    fc.assert(
      fc.property(anyText.map(safeText), (text) => {
        expect(asciiText(text)).toMatch(/^[\x20-\x7e]*$/)
      }),
    )
  })
})
