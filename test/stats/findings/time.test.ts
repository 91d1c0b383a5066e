import { describe, expect, test } from 'vitest'
import { slowAboveMs } from '../../../src/stats/findings/latency.js'
import type { LatencyFigures } from '../../../src/stats/result.js'
import { event, explained, found, iso, mapped, plain, times } from './archive.js'

const took = (n: number, ms: number, rest: Record<string, unknown> = {}) =>
  event(n, { receivedAt: iso(n * 1_000 + 0.5 + ms), ...rest })

/** Milliseconds about 22, the more the rarer. */
const healthyMs = (n: number) => 22 * (1 + ((n * 7919) % 1_000) / 150)

describe('latency', () => {
  test('quiet without a tail', async () => {
    expect(
      await found(
        'latency',
        times(1_200, (n) => took(n, healthyMs(n))),
      ),
    ).toEqual([])
  })

  test('how many took how long, when, and the slowest', async () => {
    const slow = [900, 902, 901, 903].map((n, i) => took(n, 61_000 - i * 1_000))
    const findings = await found('latency', [...times(900, (n) => took(n, healthyMs(n))), ...slow])
    expect(findings).toMatchObject([
      { kind: 'latency', type: 'order.placed', source: 'shop', severity: 'fault', count: 4 },
    ])
    expect(explained(findings)).toEqual([
      'shop/order.placed: 4 events (0.442%) took over 2 s, all at 09:16 UTC.',
    ])
    expect(findings[0]?.witnesses).toEqual([
      {
        position: { path: 'events.ndjson', record: 901 },
        id: 'e-900',
        key: 'o-1',
        receivedAt: '2026-11-01T09:16:01.000500Z',
        role: 'slow',
        latencyMs: 61_000,
      },
      expect.objectContaining({ id: 'e-902', latencyMs: 60_000 }),
      expect.objectContaining({ id: 'e-901', latencyMs: 59_000 }),
    ])
  })

  test('the date stands where the archive has more than one', async () => {
    const documents = [...times(300, (n) => took(n * 600, 20)), took(400, 30_000)]
    expect(explained(await found('latency', documents))).toEqual([
      'shop/order.placed: 1 event (0.332%) took over 1 s, at 2026-11-01 09:07 UTC.',
    ])
  })

  const latency = (figures: Partial<LatencyFigures>): LatencyFigures => ({
    ...{ count: 10_000_000, min: 1, mean: 31, stddev: 20, p50: 22, p90: 70, p95: 97, p99: 180 },
    ...{ p999: 402, p9999: 811, max: 5_021, skewed: 0, overflow: 0, resolutionMs: 1, hdr: '' },
    ...figures,
  })

  test.each([
    ['a healthy tail of ten million', {}, null],
    ['far beyond it', { max: 61_000 }, 2_000],
    ['below a second', { p50: 0.1, p90: 0.2, p95: 0.3, p99: 0.4, max: 900 }, null],
    [
      'above a second, from far below',
      { p50: 0.1, p90: 0.2, p95: 0.3, p99: 0.4, max: 1_900 },
      1_000,
    ],
    ['few samples', { count: 99, p90: null, p95: null, p99: null, max: 61_000 }, null],
    ['p90 alone is known', { count: 150, p95: null, p99: null, max: 61_000 }, 1_000],
    ['no samples', { count: 0, p50: null, p90: null, p95: null, p99: null, max: null }, null],
  ])('%s', (_, figures, aboveMs) => expect(slowAboveMs(latency(figures))).toBe(aboveMs))
})

describe('skew', () => {
  test('quiet without', async () => {
    expect(await found('skew', [took(1, 0), took(2, 20)])).toEqual([])
  })

  test('how many, by how much, what to check; the furthest first', async () => {
    const documents = [took(1, 5), took(2, -80), took(3, -4_980), took(4, 20)]
    const findings = await found('skew', documents)
    expect(findings).toMatchObject([{ count: 2, severity: 'fault', type: 'order.placed' }])
    expect(explained(findings)).toEqual([
      '2 events of shop/order.placed (50%) arrived before the time they carry, by up to 4.98 s: ' +
        'check the clock of the producer, and that time and receivedAt are the right ' +
        'fields. They ' +
        'are left out of the percentiles.',
    ])
    expect(findings[0]?.witnesses).toMatchObject([
      { id: 'e-3', latencyMs: -4_980, role: 'early', time: '2026-11-01T09:00:03.000500Z' },
      { id: 'e-2', latencyMs: -80 },
    ])
  })

  test('what rounding does is a note', async () => {
    const [finding] = await found('skew', [event(1, { receivedAt: iso(1_000) }), took(2, 20)])
    expect(finding?.severity).toBe('note')
    expect(finding?.explain).toBe(
      '1 event of shop/order.placed (50%) arrived before the time it carries, by 500 µs: ' +
        'less than ' +
        'the millisecond that receivedAt is rounded to. It is left out of the percentiles.',
    )
  })
})

describe('clock', () => {
  test('times that are none, and times out of range', async () => {
    const documents = [
      event(1),
      event(2, { time: 'yesterday' }),
      event(3, { time: 'gestern' }),
      event(4, { time: '9999-12-31T23:59:59Z' }),
      event(5, { receivedAt: 'now' }),
    ]
    const findings = await found('clock', documents)
    expect(explained(findings)).toEqual([
      '2 events of shop/order.placed have a time that is no time, such as "yesterday": it ' +
        'is not used.',
      '1 event of shop/order.placed has a time outside the years 1684 to 2255, such as ' +
        '"9999-12-31T23:59:59Z": it is not used.',
      '1 event of shop/order.placed has a receivedAt that is no time, such as "now": it is ' +
        'not used.',
    ])
    expect(findings.map(({ count, severity }) => [count, severity])).toEqual([
      [2, 'warning'],
      [1, 'warning'],
      [1, 'warning'],
    ])
    expect(findings[0]?.witnesses).toEqual([
      {
        position: { path: 'events.ndjson', record: 2 },
        id: 'e-2',
        key: 'o-1',
        role: 'time: yesterday',
      },
      expect.objectContaining({ role: 'time: gestern' }),
    ])
  })

  test('events without a time', async () => {
    const none = (n: number) => event(n, { time: undefined })
    expect(explained(await found('clock', [event(1), none(2)]))).toEqual([
      '1 event of shop/order.placed has no time: no latency is claimed for it. --map time=$.path ' +
        'says where it is.',
    ])
    expect(explained(await found('clock', [none(1), none(2)]))).toEqual([
      'No event of shop/order.placed has a time: no latency is claimed for them. --map ' +
        'time=$.path says where it is.',
    ])
    expect(await found('clock', [event(1)])).toEqual([])
  })
})

describe('resolution', () => {
  const coarse = (unitMs: number, latencyMs: number) => (n: number) =>
    event(n, {
      time: iso(Math.floor((n * 777.7) / unitMs) * unitMs),
      receivedAt: iso(n * 777.7 + latencyMs),
      type: `t${n % 2}`,
    })

  test('whole seconds always', async () => {
    const findings = await found('resolution', times(30, coarse(1_000, 86_400_000)))
    expect(findings).toMatchObject([{ count: 30, severity: 'warning', type: null, witnesses: [] }])
    expect(explained(findings)).toEqual([
      'All times are whole seconds: latency percentiles are no finer than that. Map time to a ' +
        'finer one where the payload has it.',
    ])
  })

  test('of one type among others', async () => {
    const documents = [...times(30, (n) => event(n)), ...times(9, coarse(1_000, 20)).map(typed)]
    expect(await found('resolution', documents)).toMatchObject([
      {
        type: 'coarse',
        source: 'shop',
        explain:
          'The times of shop/coarse are whole seconds: latency percentiles are no finer ' +
          'than that. ' +
          'Map time to a finer one where the payload has it.',
      },
    ])
  })

  test('milliseconds only where they show', async () => {
    expect(await found('resolution', times(60, coarse(1, 40)))).toEqual([])
    expect(explained(await found('resolution', times(60, coarse(1, 5))))).toEqual([
      'All times are whole milliseconds: latency percentiles are no finer than that.',
    ])
  })

  test('quiet without latency, and with microseconds', async () => {
    const maps = plain.filter((map) => !map.startsWith('receivedAt'))
    expect(await found('resolution', times(30, coarse(1_000, 20)), { maps })).toEqual([])
    expect(
      await found(
        'resolution',
        times(30, (n) => event(n)),
        { maps: mapped },
      ),
    ).toEqual([])
  })

  function typed(document: object) {
    return { ...document, type: 'coarse' }
  }
})
