import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  archive,
  event,
  explained,
  found,
  lines,
  mapped,
  plain,
  statsOf,
  times,
} from './archive.js'

const ofKind = async (folder: string, kind: string, given = {}) =>
  (await statsOf(folder, given)).findings.filter((finding) => finding.kind === kind)

describe('undecodable', () => {
  test('by reason, with the first bytes as they are', async () => {
    const bad = ['{"a":\u001b[2J', '{"b":', '{"c":', '5']
    const folder = archive({
      'a.ndjson': `${lines(times(96, (n) => event(n)))}${bad.join('\n')}\n`,
    })
    const findings = await ofKind(folder, 'undecodable')
    expect(findings).toEqual([
      {
        kind: 'undecodable',
        type: null,
        source: null,
        severity: 'fault',
        count: 4,
        explain: '4 records could not be decoded (4%): 2 cut, 1 not JSON, 1 not an object.',
        witnesses: [
          {
            position: { path: 'a.ndjson', record: 97 },
            reason: 'not JSON',
            role: expect.any(String),
            head: '{"a":\u001b[2J',
          },
          expect.objectContaining({ reason: 'cut', head: '{"b":' }),
          expect.objectContaining({ reason: 'not an object', head: '5' }),
          expect.objectContaining({ reason: 'cut', head: '{"c":' }),
        ],
      },
    ])
  })

  test('one, and none', async () => {
    const folder = archive({ 'a.ndjson': `${lines([event(1)])}{\n` })
    expect(explained(await ofKind(folder, 'undecodable'))).toEqual([
      '1 record could not be decoded (50%): cut.',
    ])
    expect(await found('undecodable', [event(1)])).toEqual([])
  })
})

describe('unreadable and changed', () => {
  test('a truncated object', async () => {
    const whole = gzipSync(lines(times(5_000, (n) => event(n))))
    const folder = archive({
      'a.gz': whole.subarray(0, whole.length - 99),
      'b.ndjson': lines([event(1)]),
    })
    const [finding, ...more] = await ofKind(folder, 'unreadable')
    expect(more).toEqual([])
    expect(finding).toMatchObject({ severity: 'fault', count: 1, type: null })
    expect(finding?.explain).toMatch(/^a\.gz \S.*\. What could be read of it counts\.$/)
  })

  test('an object that grew', async () => {
    const folder = archive({ 'a.ndjson': lines([event(1)]) })
    const { resolveSources } = await import('../../../src/archives/source.js')
    const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
    appendFileSync(join(folder, 'a.ndjson'), lines([event(2)]))
    const findings = await ofKind(folder, 'changed', { objects })
    expect(findings).toMatchObject([{ severity: 'warning', count: 1 }])
    expect(explained(findings)[0]).toMatch(
      /^a\.ndjson grew from \d+ to \d+ bytes since it was listed\. What was there when it was read/,
    )
  })

  test('objects that grew', async () => {
    const folder = archive({ 'a.ndjson': lines([event(1)]), 'b.ndjson': lines([event(2)]) })
    const { resolveSources } = await import('../../../src/archives/source.js')
    const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
    for (const name of ['a.ndjson', 'b.ndjson']) appendFileSync(join(folder, name), '\n')
    expect(explained(await ofKind(folder, 'changed', { objects }))[0]).toMatch(
      /^2 objects changed since .*\. What was there when they were read counts\.$/,
    )
  })

  test('quiet where all objects are whole', async () => {
    const folder = archive({ 'a.gz': gzipSync(lines([event(1)])) })
    expect((await statsOf(folder)).findings).toEqual([])
  })
})

describe('noIdentity', () => {
  const nameless = (n: number) => event(n, { id: undefined })

  test('none has an id', async () => {
    expect(await found('noIdentity', times(2, nameless))).toMatchObject([
      {
        severity: 'warning',
        count: 2,
        explain:
          'No event has an id: distinct and duplicates are not claimed. --map id=$.path ' +
          'says where it is.',
      },
    ])
  })

  test('some have none, or one type has', async () => {
    expect(
      explained(await found('noIdentity', [event(1), event(2), event(3), nameless(4)])),
    ).toEqual([
      '1 event of shop/order.placed (25%) has no id: each counts as an event of its own, ' +
        'never as ' +
        'a duplicate. --map id=$.path says where it is.',
    ])
    const other = [event(1), ...times(3, (n) => ({ ...nameless(n), type: 'ping' }))]
    expect(await found('noIdentity', other)).toMatchObject([
      {
        type: 'ping',
        explain:
          '3 events of shop/ping (75%) have no id: distinct and duplicates are not claimed for ' +
          'them. --map id=$.path says where it is.',
      },
    ])
    expect(await found('noIdentity', [event(1)])).toEqual([])
  })
})

describe('mappingUnused', () => {
  const documents = times(10, (n) => event(n, { meta: { orderId: n, trace: 't' } }))

  test('quiet where every path is used by some event', async () => {
    const maps = [...mapped, 'traceId=$.meta.trace', 'entities.order=$.meta.orderId']
    expect(await found('mappingUnused', documents, { maps })).toEqual([])
    expect(await found('mappingUnused', documents, { maps: [] })).toEqual([])
    const last = [...documents, event(11, { rare: 'x' })]
    expect(await found('mappingUnused', last, { maps: [...mapped, 'version=$.rare'] })).toEqual([])
  })

  test('lists the paths that do exist, the likely first', async () => {
    const maps = [...plain, 'key=$.detail.orderId']
    const findings = await found('mappingUnused', documents, { maps })
    expect(findings).toMatchObject([{ severity: 'warning', count: 10, type: null, source: null }])
    expect(explained(findings)).toEqual([
      'key is mapped to $.detail.orderId, which no event has. Paths that do exist: ' +
        '$.meta.orderId (100%), $.id (100%), $.meta.trace (100%), $.time (100%).',
    ])
  })

  test('a path of some types, an entity, and an object where a value is needed', async () => {
    const given = {
      maps: plain,
      events: { 'order.*': ['entities.order=$.meta.order', 'version=$.meta'] },
    }
    expect(explained(await found('mappingUnused', documents, given))).toEqual([
      expect.stringMatching(
        /^version of "order\.\*" is mapped to \$\.meta, which no event has\. Paths that do exist: /,
      ),
      expect.stringMatching(
        /^entities\.order of "order\.\*" is mapped to \$\.meta\.order, which no event has\. /,
      ),
    ])
  })

  test('a rule for types that there are none of', async () => {
    const given = {
      maps: plain,
      events: { 'jobAd.*': ['key=$.key'], 'order.placed': ['key=$.key'] },
    }
    expect(explained(await found('mappingUnused', documents, given))).toEqual([
      'The mapping of "jobAd.*" is for no event: the types are order.placed.',
    ])
  })

  test('of a large archive some events are looked at, of a key all', async () => {
    const many = times(2_000, (n) => event(n, n > 1_500 ? { rare: 'x' } : {}))
    expect(
      explained(await found('mappingUnused', many, { maps: [...mapped, 'version=$.gone'] })),
    ).toEqual([
      expect.stringMatching(
        /^version is mapped to \$\.gone, which none of 200 events looked at has\./,
      ),
    ])
    const given = { maps: [...plain, 'key=$.rare'] }
    expect(await found('mappingUnused', many, given)).toEqual([])
    expect(
      explained(await found('mappingUnused', many, { maps: [...plain, 'key=$.gone'] })),
    ).toEqual([expect.stringMatching(/^key is mapped to \$\.gone, which no event has\./)])
  })

  test('paths start at the innermost document', async () => {
    const wrapped = documents.map((document, n) => ({
      MessageId: `m-${n}`,
      Body: JSON.stringify(document),
      Attributes: { SentTimestamp: String(Date.UTC(2026, 10, 1, 10)) },
    }))
    expect(
      await found('mappingUnused', wrapped, { maps: mapped.filter((map) => !/^rec/.test(map)) }),
    ).toEqual([])
    expect(await found('mappingUnused', wrapped, { maps: ['key=$.Body'] })).toHaveLength(1)
  })
})
