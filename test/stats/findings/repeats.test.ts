import { describe, expect, test } from 'vitest'
import {
  archive,
  event,
  explained,
  found,
  iso,
  lines,
  mapped,
  plain,
  statsOf,
  times,
} from './archive.js'

const again = (n: number, laterMs: number, rest: Record<string, unknown> = {}) =>
  event(n, { receivedAt: iso(n * 1_000 + 20 + laterMs), ...rest })

describe('duplicate', () => {
  test('nothing is said where every event came once', async () => {
    expect(
      await found(
        'duplicate',
        times(50, (n) => event(n)),
      ),
    ).toEqual([])
  })

  test('says how often, why and how much later, with the first and its repetitions', async () => {
    const findings = await found('duplicate', [
      ...times(997, (n) => event(n)),
      again(3, 1_240),
      again(4, 2_000),
      again(5, 301_000),
    ])
    expect(findings).toEqual([
      {
        kind: 'duplicate',
        type: 'order.placed',
        source: 'shop',
        severity: 'fault',
        count: 3,
        explain:
          'shop/order.placed was delivered again 3 times (0.3%), all with the same id. The last ' +
          'copy came 2 s after the first (median), 5.02 min at most; 1 came beyond the 5 min ' +
          'within which SQS FIFO drops a repetition.',
        witnesses: [
          {
            position: { path: 'events.ndjson', record: 4 },
            id: 'e-3',
            key: 'o-1',
            receivedAt: '2026-11-01T09:00:03.020Z',
            role: 'first',
          },
          expect.objectContaining({
            position: { path: 'events.ndjson', record: 998 },
            id: 'e-3',
            role: 'again',
          }),
          expect.objectContaining({ id: 'e-4', role: 'first' }),
          expect.objectContaining({ id: 'e-4', role: 'again' }),
        ],
      },
    ])
  })

  test('one repetition', async () => {
    const findings = await found('duplicate', [...times(9, (n) => event(n)), again(2, 38)])
    expect(explained(findings)).toEqual([
      'shop/order.placed was delivered again once (10%), with the same id. The last copy came ' +
        '38 ms after the first.',
    ])
  })

  test('causes apart, and replays alone are no fault', async () => {
    const maps = [...mapped, 'replay=$.replay']
    const replayed = [event(0), event(1), again(1, 60_000, { replay: 'r' })]
    const [only] = await found('duplicate', replayed, { maps })
    expect(only?.severity).toBe('note')
    expect(only?.explain).toContain('delivered again once (33.3%), replayed.')
    const [both] = await found('duplicate', [...replayed, again(0, 5)], { maps })
    expect(both?.severity).toBe('fault')
    expect(both?.explain).toContain('twice (50%), 1 with the same id, 1 replayed.')
  })

  test('a row each, whose counts add up', async () => {
    const paid = (n: number, rest = {}) =>
      event(n, { source: 'billing', type: 'order.paid', ...rest })
    const folder = archive({
      'a.ndjson': lines([event(1), event(1), event(1), paid(1), paid(1)]),
    })
    const byType = await statsOf(folder)
    const bySource = await statsOf(folder, { by: 'source' })
    for (const { findings, total } of [byType, bySource]) {
      const counts = findings.filter(({ kind }) => kind === 'duplicate').map(({ count }) => count)
      expect(counts).toEqual([2, 1])
      expect(total.duplicates.count).toBe(3)
    }
    expect(bySource.findings[0]).toMatchObject({ type: null, source: 'shop' })
    expect(bySource.findings[0]?.explain).toContain('shop was delivered again twice')
  })
})

describe('conflict', () => {
  test('one id with different payloads, and where they differ', async () => {
    const findings = await found('conflict', [
      event(1, { order: { total: 4, items: [1, 2] } }),
      event(1, { order: { total: 4, items: [1, 3] } }),
      event(2),
      again(2, 5),
    ])
    expect(findings).toEqual([
      {
        kind: 'conflict',
        type: 'order.placed',
        source: 'shop',
        severity: 'fault',
        count: 1,
        explain:
          '1 id of shop/order.placed came with different payloads: which of them a consumer ' +
          'takes ' +
          'for the event depends on which it saw first.',
        witnesses: [
          expect.objectContaining({ id: 'e-1', role: 'first' }),
          expect.objectContaining({ id: 'e-1', role: 'differs at $.order.items[1]' }),
        ],
      },
    ])
  })

  test('the order of keys, null for nothing, parts of the delivery are no difference', async () => {
    const maps = [...mapped, 'attempt=$.tries', 'replay=$.replay']
    const { time, ...rest } = event(1, { a: 1, b: null })
    const findings = await found(
      'conflict',
      [
        { time, ...rest },
        { ...rest, b: undefined, time, tries: 2, replay: 'r', receivedAt: iso(9e3) },
      ],
      { maps },
    )
    expect(findings).toEqual([])
  })

  test('EventBridge: the payload is the detail', async () => {
    const of = (total: number, region: string) => ({
      ...{ id: 'x', source: 's', 'detail-type': 't', time: iso(0), region },
      detail: { total },
    })
    const given = { maps: [] }
    expect(await found('conflict', [of(1, 'a'), of(1, 'b')], given)).toEqual([])
    const [conflict] = await found('conflict', [of(1, 'a'), of(2, 'a')], given)
    expect(conflict?.witnesses[1]?.role).toBe('differs at $.detail.total')
  })

  test('says so where contents were not compared', async () => {
    const documents = [event(1), event(1, { total: 7 })]
    expect(await found('conflict', documents, { content: false })).toEqual([])
    const object = { path: 'big.ndjson', sizeBytes: 400e6 }
    const folder = archive({ 'big.ndjson': lines(documents) })
    // The same archive, listed as though it were large.
    const { resolveSources } = await import('../../../src/archives/source.js')
    const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
    const listed = objects.map((each) => (each.kind === 'file' ? { ...each, ...object } : each))
    const { findings } = await statsOf(folder, { objects: listed })
    expect(findings.filter(({ kind }) => kind === 'conflict')).toEqual([
      {
        kind: 'conflict',
        type: null,
        source: null,
        severity: 'note',
        count: 2,
        explain:
          'The payloads of 2 deliveries with repeated ids were not compared, since 400 MB ' +
          'would be ' +
          'read once more: --content does it.',
        witnesses: [],
      },
    ])
    const asked = await statsOf(folder, { objects: listed, content: true })
    expect(asked.findings.find(({ kind }) => kind === 'conflict')?.severity).toBe('fault')
  })
})

describe('publishedTwice', () => {
  const twice = (n: number, laterMs: number, rest: Record<string, unknown> = {}) =>
    again(n, laterMs, { id: `e-${n}-again`, ...rest })

  test('the same content, key and sequence under another id', async () => {
    const findings = await found('publishedTwice', [...times(6, (n) => event(n)), twice(2, 3_700)])
    expect(findings).toEqual([
      {
        kind: 'publishedTwice',
        type: 'order.placed',
        source: 'shop',
        severity: 'fault',
        count: 1,
        explain:
          'shop/order.placed was published again once with the same content under another id, ' +
          '3.7 s later, as retrying SDKs do. It counts as an event of its own.',
        witnesses: [
          expect.objectContaining({ id: 'e-2', sequence: '2', role: 'first' }),
          expect.objectContaining({ id: 'e-2-again', sequence: '2', role: 'same content' }),
        ],
      },
    ])
  })

  test('never part of the counts', async () => {
    const folder = archive({ 'a.ndjson': lines([event(1), twice(1, 50)]) })
    const { total } = await statsOf(folder)
    expect(total).toMatchObject({ events: 2, distinct: 2, duplicates: { count: 0 } })
  })

  test.each([
    ['other content', twice(2, 50, { total: 3 })],
    ['another key', twice(2, 50, { key: 'o-2' })],
    ['another type', twice(2, 50, { type: 'order.paid' })],
    ['the same id', again(2, 50)],
    ['later than a retry comes', twice(2, 121_000, { time: iso(2_000 + 121_000) })],
  ])('not: %s', async (_, other) => {
    expect(await found('publishedTwice', [event(1), event(2), other])).toEqual([])
  })

  test('without a sequence, where nothing else of the key lies between', async () => {
    const door = (n: number, state: string) => ({
      ...event(n, { seq: undefined, total: undefined, state }),
    })
    const given = { maps: [...plain, 'key=$.key'] }
    const retried = [door(1, 'open'), door(2, 'open'), door(8, 'shut')]
    expect(await found('publishedTwice', retried, given)).toHaveLength(1)
    const used = [door(1, 'open'), door(2, 'shut'), door(3, 'open')]
    expect(await found('publishedTwice', used, given)).toEqual([])
  })

  test('what is always the same is no retry', async () => {
    const beat = (n: number) => event(n, { seq: undefined, total: undefined, state: 'alive' })
    const given = { maps: [...plain, 'key=$.key'] }
    expect(await found('publishedTwice', times(6, beat), given)).toEqual([])
    expect(
      await found(
        'publishedTwice',
        times(4, (n) => beat(n * 60)),
        given,
      ),
    ).toHaveLength(1)
    expect(
      await found(
        'publishedTwice',
        times(4, (n) => beat(n * 300)),
        given,
      ),
    ).toEqual([])
  })

  test('EventBridge without a mapping: no key, whole seconds', async () => {
    const of = (id: string, second: number, order: string) => ({
      ...{ id, source: 's', 'detail-type': 't', time: iso(second * 1_000) },
      detail: { order },
    })
    const findings = await found(
      'publishedTwice',
      [of('a', 1, 'x'), of('b', 1, 'y'), of('c', 1, 'x'), of('d', 2, 'z')],
      { maps: [] },
    )
    expect(explained(findings)).toEqual([
      's/t was published again once with the same content under another id at the same time, as ' +
        'retrying SDKs do. It counts as an event of its own.',
    ])
  })

  test('says so where it was not looked for', async () => {
    const folder = archive({ 'a.ndjson': lines([event(1, { seq: undefined })]) })
    const { resolveSources } = await import('../../../src/archives/source.js')
    const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
    const large = objects.map((each) => ({ ...each, sizeBytes: 2e9 }))
    const { findings } = await statsOf(folder, { maps: plain, objects: large })
    expect(explained(findings.filter(({ kind }) => kind === 'publishedTwice'))).toEqual([
      'Whether events were published twice under different ids was not checked, since 2 GB would ' +
        'be read once more: --content does it.',
    ])
  })
})
