import { expect, test } from 'vitest'
import type { StreamRow } from '../../src/lag/result.js'
import { streamFindings } from '../../src/lag/stream-findings.js'

const quiet: StreamRow = {
  ...{ source: 'kinesis://orders', kind: 'stream', name: 'orders', metrics: null },
  ...{ isOnDemand: false, shards: 2, behindMs: 200, behindAt: '2026-11-01T14:00:00.000Z' },
  ...{ retentionMs: 86_400_000, lossInMs: 86_000_000, writtenPerS: 10, bytesPerS: 1_000 },
  ...{ readPerS: 10, readsThrottled: 0, writesThrottled: 0, consumers: [], functions: [] },
}

const rising = [60_000, 90_000, 200_000].map((value, n) => ({ atMs: n * 60_000, value }))

test.each<[string, Partial<StreamRow>, string[]]>([
  ['nothing where it is read as it comes', {}, []],
  [
    'that retention is near',
    { lossInMs: 3_600_000 },
    ['in 60 min retention removes what who polls it has not read'],
  ],
  [
    'that retention has come',
    { lossInMs: 0 },
    ['retention removes records now that who polls it has not read'],
  ],
  [
    'that nobody reads',
    { readPerS: null, behindMs: null, lossInMs: null },
    ['nobody reads it, and 600 records a minute are written'],
  ],
  [
    'nothing of that where a consumer has throughput of its own',
    { readPerS: null, behindMs: null, lossInMs: null, consumers: [{ name: 'a', behindMs: 1 }] },
    [],
  ],
  [
    'what becomes of the functions that it invokes',
    {
      ...{ readPerS: null, behindMs: null, lossInMs: null },
      functions: [
        { name: 'a', isEnabled: true, behindMs: 86_000_000, problem: null },
        { name: 'b', isEnabled: false, behindMs: null, problem: null },
        { name: 'c', isEnabled: true, behindMs: 0, problem: 'PROBLEM: Function call failed' },
        { name: 'd', isEnabled: true, behindMs: 90_000_000, problem: null },
      ],
    },
    [
      'in 6.67 min retention removes what the function a has not got',
      'the function b gets nothing: its mapping is disabled',
      'the function c fails, and holds up its shards: PROBLEM: Function call failed',
      'now retention removes what the function d has not got',
    ],
  ],
  [
    'what was throttled',
    { readsThrottled: 1, writesThrottled: 20 },
    ['its reads were throttled once', 'its writes were throttled 20 times'],
  ],
])('says %s', (_, more, told) => {
  const found = streamFindings({ ...quiet, ...more }, [])
  expect(found.map(({ explain }) => explain)).toEqual(told)
})

test('says that who polls it falls behind', () => {
  expect(streamFindings(quiet, rising).map(({ explain }) => explain)).toEqual([
    'who polls it falls behind: 3.33 min, after 60 s 2 min before',
  ])
  expect(streamFindings(quiet, rising.slice(0, 2))).toEqual([])
})
