import { describe, expect, test } from 'vitest'
import {
  bytesText,
  counted,
  durationText,
  listed,
  nameOf,
  quoted,
  roomyDurationText,
  shareText,
  times,
  withArticle,
} from '../../../src/stats/findings/phrases.js'

describe('words', () => {
  test.each([
    [counted(1, 'event'), '1 event'],
    [counted(17_055, 'event'), '17,055 events'],
    [counted(2, 'delivery', 'deliveries'), '2 deliveries'],
    [times(1), 'once'],
    [times(2), 'twice'],
    [times(3_000), '3,000 times'],
    [withArticle('6 s'), 'a 6 s'],
    [withArticle('80 ms'), 'an 80 ms'],
    [withArticle('8 s'), 'an 8 s'],
    [withArticle('18 s'), 'an 18 s'],
    [withArticle('11 min'), 'an 11 min'],
    [withArticle('110 s'), 'a 110 s'],
    [listed([]), ''],
    [listed(['a']), 'a'],
    [listed(['a', 'b']), 'a and b'],
    [listed(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more'],
    [nameOf({ source: 'shop', type: 'order.placed' }), 'shop/order.placed'],
    [nameOf({ source: '', type: 'order.placed' }), 'order.placed'],
    [nameOf({ source: 'shop', type: '*' }), 'shop'],
    [nameOf({ source: '', type: '*' }), 'what has no source'],
    [quoted('a\u001b"b'), '"a\\u001b\\"b"'],
    [quoted('😀'.repeat(50)), `"${'😀'.repeat(39)}…"`],
  ])('%s', (text, expected) => expect(text).toBe(expected))
})

describe('figures', () => {
  test.each([
    [0, '0%'],
    [0.000001, '<0.001%'],
    [0.0006015, '0.0602%'],
    [0.003, '0.3%'],
    [0.12345, '12.3%'],
    [0.9999, '>99.9%'],
    [1, '100%'],
  ])('share %d', (share, text) => expect(shareText(share)).toBe(text))

  test.each([
    [0, '0 ms'],
    [0.0004, '0.4 µs'],
    [0.5, '500 µs'],
    [72.34, '72.3 ms'],
    [999.7, '1 s'],
    [5_210.4, '5.21 s'],
    [61_000, '61 s'],
    [119_900, '2 min'],
    [302_000, '5.03 min'],
    [90 * 60_000, '90 min'],
    [4 * 3_600_000, '4 h'],
    [1_234 * 86_400_000, '1,234 d'],
  ])('%d ms', (ms, text) => expect(durationText(ms)).toBe(text))

  test.each([
    [0.2, '1 ms'],
    [34, '40 ms'],
    [412, '500 ms'],
    [900, '900 ms'],
    [901, '1 s'],
    [5_210, '6 s'],
    [5_000, '5 s'],
    [12_300, '13 s'],
    [119_500, '2 min'],
    [151_000, '3 min'],
    [3 * 3_600_000 + 1, '4 h'],
    [50 * 3_600_000, '3 d'],
  ])('room for %d ms', (ms, text) => expect(roomyDurationText(ms)).toBe(text))

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [481_036_337, '481 MB'],
    [7.24e9, '7.24 GB'],
  ])('%d bytes', (bytes, text) => expect(bytesText(bytes)).toBe(text))
})
