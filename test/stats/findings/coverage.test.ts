import { describe, expect, test } from 'vitest'
import { gapsIn } from '../../../src/stats/findings/gaps.js'
import { archive, event, explained, found, iso, lines, plain, statsOf, times } from './archive.js'

const HOUR_MS = 3_600_000
const given = { maps: plain, content: false } as const

/** So many events in each hour from 9 o'clock on. */
const hourly = (counts: readonly number[], type = 'order.placed') =>
  counts.flatMap((count, hour) =>
    times(count, (n) => {
      const ms = hour * HOUR_MS + (n * HOUR_MS) / count
      return event(n, {
        id: `${type}-${hour}-${n}`,
        type,
        time: iso(ms + 0.5),
        receivedAt: iso(ms + 20),
      })
    }),
  )

describe('hours', () => {
  test('an hour without any event between others', async () => {
    const findings = await found('coverage', hourly([300, 310, 0, 290, 300]), given)
    expect(findings).toEqual([
      {
        kind: 'coverage',
        type: null,
        source: null,
        severity: 'fault',
        count: 1,
        explain: 'No event arrived between 11:00 and 12:00 UTC, where about 290 would be usual.',
        witnesses: [],
      },
    ])
  })

  test('over midnight the date stands with the time', async () => {
    const counts = times(30, (hour) => (hour === 15 || hour === 16 ? 0 : 40))
    expect(explained(await found('coverage', hourly(counts), given))).toEqual([
      'No event arrived between 2026-11-02 00:00 and 2026-11-02 02:00 UTC, where about 80 ' +
        'would be usual.',
    ])
  })

  test('many gaps are one finding', async () => {
    const counts = times(20, (hour) => (hour % 4 === 2 || hour === 7 ? 0 : 50))
    expect(await found('coverage', hourly(counts), given)).toMatchObject([
      {
        count: 6,
        explain:
          'No event arrived in 6 hours of 5 gaps where there usually are some, the longest ' +
          'between ' +
          '2026-11-01 15:00 and 2026-11-01 17:00 UTC.',
      },
    ])
  })

  test('quiet on sparse data, and on the evening of a day', async () => {
    expect(await found('coverage', hourly([9, 0, 12, 0, 0, 8]), given)).toEqual([])
    expect(await found('coverage', hourly([400, 420, 90, 25, 0, 0, 24, 300]), given)).toEqual([])
  })
})

describe('gapsIn', () => {
  const day = [...times(8, () => 0), ...times(12, () => 200), ...times(4, () => 0)]
  test.each([
    ['no slots', [], []],
    ['nothing missing', [50, 50, 50], []],
    ['nights', [...day, ...day, ...day], []],
    [
      'an hour in the middle of a day',
      [...day, ...day.with(12, 0), ...day],
      [{ first: 36, end: 37, expected: 200 }],
    ],
    ['the same hour on two days', [...day, ...day.with(12, 0), ...day.with(12, 0)], []],
    [
      'two days of ten without nights',
      times(240, (n) => (n >= 100 && n < 148 ? 0 : 50)),
      [{ first: 100, end: 148, expected: 2_400 }],
    ],
    ['weekends', times(24 * 15, (n) => (Math.floor(n / 24) % 7 > 4 ? 0 : 50)), []],
    ['19 a slot', [19, 0, 19], []],
    ['20 a slot', [20, 0, 20], [{ first: 1, end: 2, expected: 20 }]],
  ])('%s', (_, counts, gaps) => expect(gapsIn(counts, 24)).toEqual(gaps))
})

describe('types', () => {
  test('one that came steadily and fell silent', async () => {
    const documents = [
      ...hourly([200, 200, 200, 200, 200, 200]),
      ...hourly([100, 100, 100], 'order.paid'),
    ]
    const findings = await found('coverage', documents, given)
    expect(findings).toEqual([
      {
        kind: 'coverage',
        type: 'order.paid',
        source: 'shop',
        severity: 'fault',
        count: 1,
        explain:
          'shop/order.paid fell silent: its last event arrived at 11:59 UTC, and until the end ' +
          'about 290 more would be usual.',
        witnesses: [
          expect.objectContaining({
            position: { path: 'events.ndjson', record: 1_500 },
            id: 'order.paid-2-99',
            role: 'last',
          }),
        ],
      },
    ])
  })

  test.each([
    ['a batch once a day', hourly([0, 100], 'batch')],
    ['a few', hourly([2, 3, 2], 'rare')],
    ['to the end', hourly([50, 50, 50, 50, 50, 50], 'steady')],
    ['in bursts as far apart as the silence', hourly([40, 0, 0, 40], 'bursts')],
    ['from the middle on', hourly([0, 0, 0, 60, 60, 60], 'new')],
  ])('quiet: %s', async (_, documents) => {
    const all = [...hourly([200, 200, 200, 200, 200, 200]), ...documents]
    expect(await found('coverage', all, given)).toEqual([])
  })

  test('a type in files of its own has not fallen silent', async () => {
    const folder = archive({
      'a.ndjson': lines(hourly([100, 100, 100], 'order.paid')),
      'b.ndjson': lines(hourly([100, 100, 100], 'order.placed')),
    })
    const { findings } = await statsOf(folder, given)
    expect(findings.filter(({ kind }) => kind === 'coverage')).toEqual([])
  })
})

describe('partitions', () => {
  const folderOf = (hours: readonly number[], path: (hour: number) => string) =>
    archive(
      Object.fromEntries(
        hours.map((hour) => [
          path(hour),
          // All that the archive holds arrived within an hour: hours tell nothing.
          lines(times(50, (n) => event(n, { id: `${hour}-${n}` }))),
        ]),
      ),
    )
  const partitions = async (folder: string) =>
    explained((await statsOf(folder, given)).findings.filter(({ kind }) => kind === 'coverage'))
  const two = (n: number) => String(n).padStart(2, '0')

  test('an hour that is missing between others', async () => {
    const folder = folderOf(
      [1, 2, 3, 5, 6],
      (h) => `year=2026/month=11/day=01/hour=${two(h)}/a.ndjson`,
    )
    expect(await partitions(folder)).toEqual([
      'The partition of 2026-11-01 04:00 is missing between others that are there; about 51 ' +
        'events ' +
        'would be usual.',
    ])
  })

  test('days', async () => {
    const folder = folderOf([1, 2, 3, 6, 7], (d) => `2026/11/${two(d)}/a.ndjson`)
    expect(await partitions(folder)).toEqual([
      '2 partitions from 2026-11-04 to 2026-11-05 are missing between others that are ' +
        'there; about ' +
        '100 events would be usual.',
    ])
  })

  test('quiet where none is, and where names are no partitions', async () => {
    expect(await partitions(folderOf([1, 2, 3], (d) => `2026/11/${two(d)}/a.ndjson`))).toEqual([])
    expect(await partitions(folderOf([1, 5], (n) => `part-${n}/a.ndjson`))).toEqual([])
  })
})
