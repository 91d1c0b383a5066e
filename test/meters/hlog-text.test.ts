import fc from 'fast-check'
import { HistogramLogReader } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { hlogText, nameOfTag, readHlogLine, tagOf } from '../../src/meters/hlog-text.js'

function hdrOf(us: number, count: number): string {
  const histogram = new LatencyHistogram()
  histogram.record(us, count)
  return histogram.figures().hdr ?? ''
}

const startUs = Date.UTC(2026, 10, 1) * 1_000
const base64 = hdrOf(5_000, 3)
const row = { startUs, lengthUs: 60e6, maxUs: 5_003, base64 }

describe('tags', () => {
  test.each([
    ['shop/order.placed', 'shop/order.placed'],
    ['a,b', 'a%2Cb'],
    ['a b', 'a%20b'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['100%', '100%25'],
    ['a\u2028b', 'a%E2%80%A8b'],
    ['Tag=x', 'Tag=x'],
    ['#[StartTime: 1', '#[StartTime:%201'],
    ['заказ/创建', 'заказ/创建'],
  ])('%j is %s', (name, tag) => {
    expect(tagOf(name)).toBe(tag)
    expect(nameOfTag(tag)).toBe(name)
  })

  test('come back from every text, and break no line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const tag = tagOf(name)
        expect(tag).not.toMatch(/[\s,\p{Cc}]/u)
        expect(nameOfTag(tag)).toBe(name)
        const text = hlogText({ startUs, notes: [], rows: [{ tag, ...row }] })
        const line = text.split('\n').at(-2) ?? ''
        expect(readHlogLine(line)).toMatchObject({ kind: 'row', row: { tag, base64 } })
      }),
    )
  })

  test('show a lone surrogate as what UTF-8 has for it', () => {
    expect(tagOf('a\ud800b')).toBe('a\ufffdb')
  })
})

test('a log has the head of its format, and times in seconds', () => {
  const rows = [
    { tag: 'a', ...row },
    { tag: null, ...row, startUs: startUs + 1, lengthUs: 1_500 },
  ]
  expect(hlogText({ startUs, notes: ['Partial: not all was read'], rows })).toBe(
    [
      '#[Histogram log format version 1.3]',
      '#[Written by evt: values in microseconds, tags percent-encoded, ' +
        'rows without tag are totals]',
      '#[Partial: not all was read]',
      '#[StartTime: 1793491200.000 (seconds since epoch), Sun Nov 01 00:00:00 UTC 2026]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
      `Tag=a,1793491200.000,60.000,0.005003,${base64}`,
      `1793491200.000001,0.001500,0.005003,${base64}`,
      '',
    ].join('\n'),
  )
})

test('another implementation reads what is written', () => {
  const rows = [
    { tag: tagOf('shop/a, b'), ...row },
    { tag: null, ...row, base64: hdrOf(70_000, 9) },
  ]
  const reader = new HistogramLogReader(hlogText({ startUs, notes: [], rows }), 64)
  const [first, second] = [reader.nextIntervalHistogram(), reader.nextIntervalHistogram()]
  expect(first).toMatchObject({ tag: 'shop/a%2C%20b', totalCount: 3 })
  expect(first?.startTimeStampMsec).toBe(startUs / 1_000)
  expect(first?.endTimeStampMsec).toBe(startUs / 1_000 + 60_000)
  expect(second).toMatchObject({ totalCount: 9 })
  expect(second?.getValueAtPercentile(50)).toBe(70_015)
  expect(reader.nextIntervalHistogram()).toBeNull()
})

describe('a line', () => {
  test.each([
    ['#[Histogram log format version 1.2]', { kind: 'version' }],
    ['#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09]', start(1441812279.474)],
    ['#[BaseTime: 1441812279 (seconds since epoch)]', { kind: 'base', seconds: 1441812279 }],
    ['#[StartTime: soon]', { kind: 'comment' }],
    ['#anything', { kind: 'comment' }],
    ['#[Partial: x]', { kind: 'note', text: 'Partial: x' }],
    ['#[Sample: 0.5', { kind: 'comment' }],
    ['"StartTimestamp","Interval_Length"', { kind: 'comment' }],
    ['', { kind: 'comment' }],
    ['0.127,1.007,2.769,HIST', rowOf(null, 0.127, 1.007)],
    ['0.127 1.007 2.769 HIST', rowOf(null, 0.127, 1.007)],
    ['Tag=A,1e3,1,2,HIST', rowOf('A', 1_000, 1)],
    ['Tag=A', { kind: 'bad', fault: 'has 0 of 4 fields' }],
    ['0.127,1.007,HIST', { kind: 'bad', fault: 'has 3 of 4 fields' }],
    ['a,b,c,d,e', { kind: 'bad', fault: 'has 5 of 4 fields' }],
    ['NaN,1,2,HIST', { kind: 'bad', fault: 'has no number for its time, length or maximum' }],
    ['0,-1,2,HIST', { kind: 'bad', fault: 'has a negative length' }],
  ])('%j', (line, expected) => {
    expect(readHlogLine(line)).toEqual(expected)
  })
})

function start(seconds: number) {
  return { kind: 'start', seconds }
}

function rowOf(tag: string | null, startSeconds: number, lengthSeconds: number) {
  return { kind: 'row', row: { tag, startSeconds, lengthSeconds, base64: 'HIST' } }
}
