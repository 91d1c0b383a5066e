import { describe, expect, test } from 'vitest'
import { event, explained, found, iso, mapped, plain, times } from './archive.js'

/** The event with this sequence, arriving as the n-th. */
const at = (n: number, seq: unknown, rest: Record<string, unknown> = {}) =>
  event(n, { seq, ...rest })

describe('reordered', () => {
  test('nothing is said of what is in order', async () => {
    expect(
      await found(
        'reordered',
        times(50, (n) => event(n)),
      ),
    ).toEqual([])
  })

  test('how often, how far, how late, and what would repair it', async () => {
    const findings = await found(
      'reordered',
      [1, 2, 5, 6, 3, 7, 4].map((seq, n) => at(n, seq)),
    )
    expect(findings).toEqual([
      {
        kind: 'reordered',
        type: 'order.placed',
        source: 'shop',
        severity: 'fault',
        count: 2,
        explain:
          'shop/order.placed arrived out of order twice, up to 4 behind and 4 s late; a 4 s ' +
          'buffer ' +
          'would repair all.',
        witnesses: [
          {
            position: { path: 'events.ndjson', record: 7 },
            key: 'o-1',
            sequence: '4',
            id: 'e-6',
            receivedAt: '2026-11-01T09:00:06.020Z',
            role: 'late',
            extent: 4,
            lateMs: 4_000,
          },
          {
            position: { path: 'events.ndjson', record: 3 },
            key: 'o-1',
            sequence: '5',
            id: 'e-2',
            receivedAt: '2026-11-01T09:00:02.020Z',
            role: 'after',
          },
        ],
      },
    ])
  })

  test('once, with an article that fits', async () => {
    const arrivals = [0, 72.3].map((ms, n) => at(n, 2 - n, { receivedAt: iso(ms) }))
    expect(explained(await found('reordered', arrivals))).toEqual([
      'shop/order.placed arrived out of order once, 1 behind and 72.3 ms late; an 80 ms buffer ' +
        'would repair it.',
    ])
  })

  test('without receivedAt, and at one and the same', async () => {
    const unknown = [2, 1].map((seq, n) => at(n, seq, { receivedAt: undefined }))
    expect(explained(await found('reordered', unknown))).toEqual([
      'shop/order.placed arrived out of order once, 1 behind; without receivedAt nobody can ' +
        'say how late.',
    ])
    const equal = [2, 1].map((seq, n) => at(n, seq, { receivedAt: iso(0) }))
    expect(explained(await found('reordered', equal))).toEqual([
      'shop/order.placed arrived out of order once, 1 behind and at the same receivedAt as what ' +
        'should follow; any buffer repairs it.',
    ])
  })

  test('by time, where no sequence is mapped: the witnesses show it', async () => {
    const late = [event(5, { receivedAt: iso(0) }), event(4, { receivedAt: iso(10) })]
    const [finding] = await found('reordered', late, { maps: [...plain, 'key=$.key'] })
    expect(finding?.witnesses[0]).toMatchObject({ time: '2026-11-01T09:00:04.000500Z' })
    expect(finding?.witnesses[0]).not.toHaveProperty('sequence')
  })
})

describe('sequence', () => {
  test('events with none and with one that is no integer', async () => {
    const documents = [at(0, 1), at(1, undefined), at(2, undefined), at(3, 'v7'), at(4, 2)]
    const findings = await found('sequence', documents)
    expect(findings).toMatchObject([{ count: 3, severity: 'warning', type: 'order.placed' }])
    expect(explained(findings)).toEqual([
      '2 events of shop/order.placed have no sequence at $.seq, and 1 has one that is no ' +
        'integer, ' +
        'such as "v7": their order is not checked.',
    ])
    expect(findings[0]?.witnesses[0]).toMatchObject({ id: 'e-3', role: 'sequence: v7' })
  })

  test('one alone', async () => {
    expect(explained(await found('sequence', [at(0, 1), at(1, null)]))).toEqual([
      '1 event of shop/order.placed has no sequence at $.seq: its order is not checked.',
    ])
    expect(explained(await found('sequence', [at(0, 1), at(1, 1.5)]))).toEqual([
      '1 event of shop/order.placed has a sequence at $.seq that is no integer, such as "1.5": ' +
        'its order is not checked.',
    ])
  })

  test('quiet where all is well, where texts are asked for, where no event has one', async () => {
    expect(await found('sequence', [at(0, 1), at(1, '2')])).toEqual([])
    const maps = [...mapped, 'sequenceType=text']
    expect(await found('sequence', [at(0, 'a'), at(1, 'b')], { maps })).toEqual([])
    expect(await found('sequence', [at(0, undefined), at(1, undefined)])).toEqual([])
  })
})

describe('countersApart', () => {
  const from = (source: string, n: number, seq: number) =>
    at(n, seq, { source, id: `${source}-${seq}` })

  test('two sources of one key that count for themselves', async () => {
    const documents = times(90, (n) =>
      n % 3 === 0 ? from('billing', n, n / 3 + 1) : from('shop', n, 1_001 + n - Math.ceil(n / 3)),
    )
    const findings = await found('countersApart', documents)
    expect(findings).toMatchObject([{ count: 29, severity: 'warning', type: null }])
    expect(explained(findings)).toEqual([
      'shop and billing count keys each for itself: together 32.2% of their events are out of ' +
        'order, each alone 0%. --map sequencePer=source+key checks each source apart.',
    ])
    expect(findings[0]?.witnesses.map(({ role }) => role)).toEqual([
      'late, of billing',
      'after, of shop',
    ])
    const maps = [...mapped, 'sequencePer=source+key']
    expect(await found('countersApart', documents, { maps })).toEqual([])
  })

  test('where numbers of events without a key lie between', async () => {
    const large = (n: number) => String(2n ** 60n + BigInt(n))
    const documents = times(90, (n) => {
      const [source, seq] = n % 3 === 0 ? ['billing', n] : ['shop', 1_000 + 2 * n]
      const keyed = at(n, large(seq), { source, id: `k-${n}` })
      return [keyed, at(n, large(seq + 1), { source, id: `none-${n}`, key: undefined })]
    }).flat()
    expect(await found('countersApart', documents)).toMatchObject([{ count: 29 }])
  })

  test('quiet where sources share a counter, however disordered', async () => {
    const turns = times(400, (n) => from(n % 2 ? 'shop' : 'billing', n, n ^ 1))
    expect(await found('countersApart', turns)).toEqual([])
    const one = times(400, (n) => from(n % 20 ? 'shop' : 'billing', n, n ^ 1))
    expect(await found('countersApart', one)).toEqual([])
    const sources = ['shop', 'billing', 'depot', 'search']
    const documents = times(400, (n) => {
      // Blocks of four arrive backwards.
      const seq = n - (n % 4) + (3 - (n % 4))
      return from(sources[(seq * 7 + (seq >> 2)) % 4] ?? '', n, seq)
    })
    expect(await found('countersApart', documents)).toEqual([])
    expect(await found('reordered', documents)).not.toEqual([])
  })
})

describe('arrivalUnknown', () => {
  test('no event has receivedAt', async () => {
    const documents = times(3, (n) => event(n, { receivedAt: undefined }))
    expect(await found('arrivalUnknown', documents)).toMatchObject([
      {
        count: 3,
        severity: 'warning',
        type: 'order.placed',
        explain:
          'No event has receivedAt: no latency is claimed, and order is that of the records ' +
          'in the ' +
          'files. --map receivedAt=$.path says where it is.',
      },
    ])
    expect(explained(await found('arrivalUnknown', documents, { maps: plain }))).toEqual([
      'No event has receivedAt: no latency is claimed. --map receivedAt=$.path says where it is.',
    ])
  })

  test('some have none: their keys go by position', async () => {
    const documents = times(10, (n) =>
      event(n, { key: `o-${n % 2}`, ...(n < 1 ? { receivedAt: null } : {}) }),
    )
    expect(explained(await found('arrivalUnknown', documents))).toEqual([
      '1 event of shop/order.placed (10%) has no receivedAt: no latency is claimed for it, and ' +
        '1 key goes by the order of the records in the files. --map receivedAt=$.path says ' +
        'where it is.',
    ])
    expect(
      await found(
        'arrivalUnknown',
        times(9, (n) => event(n)),
      ),
    ).toEqual([])
  })
})
