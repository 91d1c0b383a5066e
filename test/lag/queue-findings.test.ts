import { expect, test } from 'vitest'
import { queueFindings } from '../../src/lag/queue-findings.js'
import type { LagResult, QueueRow } from '../../src/lag/result.js'
import { renderLag } from '../../src/ui/lag-output.js'

const DAY_MS = 86_400_000

const calm: QueueRow = {
  ...{ source: 'sqs://orders', kind: 'queue', name: 'orders', metrics: null },
  ...{ depth: 10, inFlight: 0, delayed: 0, oldestAgeMs: 60_000, oldestAgeAt: null },
  ...{ retentionMs: 4 * DAY_MS, lossInMs: 4 * DAY_MS - 60_000 },
  ...{ sentPerS: 1, receivedPerS: 2, deletedPerS: 2, emptyReceivesPerS: 0 },
  ...{ trend: 'draining', drainMs: 10_000, isReceived: true, deadLetters: null },
}

test.each<[string, Partial<QueueRow>, readonly string[]]>([
  ['a queue that drains', {}, []],
  ['an empty queue', { depth: 0, trend: 'empty', drainMs: 0, isReceived: false }, []],
  [
    'retention that deletes now',
    { lossInMs: 0 },
    ['fault loss retention is deleting its oldest messages now, received or not'],
  ],
  [
    'retention that is near',
    { lossInMs: DAY_MS / 4 },
    ['warning loss in 6 h retention deletes its oldest message'],
  ],
  [
    'the same where it does not drain',
    { lossInMs: DAY_MS / 4, trend: 'steady', drainMs: null },
    ['fault loss in 6 h retention deletes its oldest message'],
  ],
  [
    'retention that comes before the end',
    { lossInMs: DAY_MS, drainMs: 3 * DAY_MS },
    [
      'fault lossBeforeDrain messages will be lost: it takes 3 d to drain, and in 24 h retention ' +
        'deletes the oldest',
    ],
  ],
  [
    'a queue that nobody receives from',
    { isReceived: false, receivedPerS: 0, deletedPerS: 0, trend: 'growing', drainMs: null },
    [
      'fault notReceived nobody receives, and 10 messages wait',
      'warning growing it grows by 60 messages a minute',
    ],
  ],
  [
    'a consumer that fails at each message',
    { deletedPerS: 0, sentPerS: 0, trend: 'steady', drainMs: null },
    ['fault notDeleted messages are received and none is deleted: its consumer may fail at each'],
  ],
  [
    'messages that were given up',
    { deadLetters: { queue: 'orders-dlq', maxReceiveCount: 3, depth: 1 } },
    ['fault deadLetters 1 message waits in its dead-letter queue orders-dlq'],
  ],
  [
    'consumers that hold too much',
    { inFlight: 119_000 },
    ['fault inFlightLimit 119,000 messages are in flight, and SQS gives no more from 120,000 on'],
  ],
  ['figures that nobody knows', { sentPerS: null, deletedPerS: null, isReceived: null }, []],
])('%s', (_, figures, told) => {
  const found = queueFindings({ ...calm, ...figures })
  expect(found.map(({ severity, kind, explain }) => `${severity} ${kind} ${explain}`)).toEqual(told)
})

test('80 columns are enough, most wrong first, and names are harmless', () => {
  const busy: QueueRow = {
    ...{ ...calm, source: 'sqs://billing\u001b[31m', name: 'billing\u001b[31m', depth: 1_204_113 },
    ...{ trend: 'growing', drainMs: null, sentPerS: 1_240.55, deletedPerS: 0.0512 },
    deadLetters: { queue: 'dead', maxReceiveCount: 1, depth: 7 },
  }
  const sources = [calm, busy]
  const result: LagResult = {
    ...{ schema: 'evt.lag/1', asOf: '2026-11-01T14:02:11.000Z', partial: false, sources, gaps: [] },
    findings: queueFindings(busy).map((found) => ({ source: busy.source, ...found })),
  }
  const style = { width: 80, color: false, unicode: true, timeZone: 'UTC' }
  const lines = renderLag(result, 'text', style).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.slice(0, 5)).toEqual([
    'as of 2026-11-01 14:02:11   without figures of CloudWatch',
    '',
    'queue             depth  oldest   in/s   out/s  drains in    lost in   DLQ',
    'billing␛[31m  1,204,113    60 s  1,240  0.0512      never !    4.0 d     7 !',
    'orders               10    60 s      1  2            10 s      4.0 d  none',
  ])
})
