import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { python } from '../testbed/moto.js'
import { jars } from '../testbed/trino.js'
import { startTrinoArchive, type TrinoArchiveAt } from './athena-archive.js'

/** Orders are of one object each, but for the first; every fifth event comes twice. */
const events = (day: string, order: number) =>
  Array.from({ length: 20 }, (_, n) => {
    const at = `2026-11-${day}T09:${String(n).padStart(2, '0')}`
    return JSON.stringify({
      ...{ id: `e-${order}-${n - (n % 5 === 4 ? 1 : 0)}`, source: 'shop' },
      ...{ 'detail-type': `order.${n % 3}`, time: `${at}:00Z` },
      detail: { at: `${at}:00.25Z`, order: n === 7 ? 0 : order, user: 'ada@example.com', n },
    })
  })

const objects: Record<string, string | Buffer> = {
  'archive/2026/11/01/a.ndjson': `${events('01', 0).join('\n')}\n`,
  'archive/2026/11/02/b.ndjson.gz': gzipSync([...events('02', 1), '{"broken"', ''].join('\n')),
  'archive/2026/11/03/c.ndjson': `${events('03', 2).join('\n')}\n[]\n`,
  // What evt alone can read.
  'archive/2026/11/04/d.ndjson': `{"id":1.0,"source":"x","detail-type":"x","detail":{"order":3}}\n`,
  'archive/2026/11/05/e.ndjson': `${events('05', 5).slice(8).join('\n')}\n`,
}
/** As in life: late ones, copies, replays, times ahead of their arrival, a broken line. */
const plain: Record<string, string | Buffer> = Object.fromEntries(
  ['01', '02', '03'].map((day, d) => {
    const lines = Array.from({ length: 120 }, (_, n) => {
      const ms = Date.parse(`2026-11-${day}T09:00:00Z`) + n * 31_007
      const isLate = n % 11 === 3
      const no = isLate ? n - 6 : n
      return JSON.stringify({
        ...{ id: `e-${d}-${n % 13 === 5 ? n - 1 : n}`, source: n % 4 === 0 ? 'shop' : 'bill' },
        ...{
          'detail-type': `order.${n % 3}`,
          time: new Date(ms - (n % 17) * 97 + 60).toISOString(),
        },
        ...(n % 26 === 5 && { 'replay-name': 'again' }),
        detail: { at: new Date(ms).toISOString(), order: `${d}-${n % 5}`, n: no },
      })
    })
    const text = `${lines.join('\n')}\n${day === '02' ? '{"broken"\n' : ''}`
    return [`plain/2026/11/${day}/a.ndjson`, text]
  }),
)
const maps = ['receivedAt=$.detail.at', 'entities.order=$.detail.order', 'key=$.detail.order']
const flags = maps.flatMap((map) => ['--map', map])

const needed = python !== undefined && jars !== undefined
describeWith('moto and Trino (npm run test:trino)', needed)('what Athena locates', () => {
  let at: TrinoArchiveAt
  let folder: string

  beforeAll(async () => {
    at = await startTrinoArchive(objects, flags)
  }, 900_000)
  afterAll(() => at.stop())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'evt-located-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  describe('an audit is the same as on this machine', { timeout: 900_000 }, () => {
    test.each([
      ['all', ['--entity', 'order:2'], 2],
      ['of several objects', ['--entity', 'order:0', '--state'], 4],
      ['of a day', ['--entity', 'order:1', '--until', '2026-11-02T09:05:00Z'], 3],
      ['of a type', ['--entity', 'order:5', '--type', 'order.1'], 3],
      ['filtered', ['--entity', 'order:5', '--filter', '{"detail":{"n":[12]}}'], 3],
      ['of nothing', ['--entity', 'order:9'], 2],
      ['of what mentions a text', ['--mentions', '2026-11-02T09:07:00Z'], 3],
      ['of what mentions a number', ['--mentions', '2'], 5],
    ])('%s', async (_, args, read) => {
      const line = ['audit', 's3://acme/archive', ...args, ...flags, '-o', 'json']
      const [here, there] = [await evt(line), await evt([...line, '--engine', 'athena'])]
      expect(there.stdout).toBe(here.stdout)
      expect(there.code).toBe(here.code)
      expect(there.stderr).toMatch(/^Athena will scan up to .*\nAthena scanned 20 MB: /)
      expect(there.stderr).toContain(`\nevt reads ${read} of 5 objects, `)
    })
  })

  test('an extract has the same rows', { timeout: 900_000 }, async () => {
    const extract = async (to: string, ...more: string[]) => {
      const line = ['gdpr', 'extract', '--entity', 'order:1', 's3://acme/archive', ...flags]
      const run = await evt([...line, '--max-share', '50%', '--to', join(folder, to), ...more])
      expect(run.code).toBe(0)
      return readFileSync(join(folder, to, 'events.ndjson'), 'utf8')
    }
    const here = await extract('here')
    expect(here.split('\n').length).toBe(20)
    expect(await extract('there', '--engine', 'athena')).toBe(here)
    const counts = ['here', 'there'].map((to) => {
      const manifest = JSON.parse(readFileSync(join(folder, to, 'manifest.json'), 'utf8'))
      return [manifest.counts, manifest.notSearched]
    })
    expect(counts[0]).toEqual(counts[1])
  })

  test('so has one of values, wherever they are', { timeout: 900_000 }, async () => {
    const also = ['--also', '*=2026-11-02T09:07:00z', '--ignore-case', '--deep']
    const extract = async (to: string, ...more: string[]) => {
      const line = ['gdpr', 'extract', ...also, '--entity', 'order:5', 's3://acme/archive']
      const to50 = ['--max-share', '50%', '--to', join(folder, to)]
      const run = await evt([...line, ...flags, ...to50, ...more])
      expect(run.code).toBe(0)
      return { stderr: run.stderr, text: readFileSync(join(folder, to, 'events.ndjson'), 'utf8') }
    }
    const here = await extract('here')
    expect(here.text.split('\n').length).toBe(14)
    const there = await extract('there', '--engine', 'athena')
    expect(there.text).toBe(here.text)
    // That of the value, that of the entity, and two with what evt alone can read.
    expect(there.stderr).toContain('\nevt reads 4 of 5 objects, ')
  })

  test('a replay sends the same', { timeout: 900_000 }, async () => {
    const replay = async (to: string, ...more: string[]) => {
      const line = ['replay', 's3://acme/archive', '--since', '2026-11-02T02:00:00Z']
      const sent = [
        ...line,
        '--entity',
        'order:5',
        ...flags,
        '--no-mark',
        '--yes',
        '-o',
        'json',
        '--to',
        join(folder, to),
      ]
      const run = await evt([...sent, ...more])
      expect([run.code, run.stderr.includes('evt: ')]).toEqual([0, false])
      return readFileSync(join(folder, to), 'utf8')
    }
    const here = await replay('here.ndjson')
    expect(here.split('\n').length).toBe(13)
    expect(await replay('there.ndjson', '--engine', 'athena')).toBe(here)
    expect(at.athena.asked.at(-1)).toContain(`"day" BETWEEN '2026/11/02' AND '2026/11/05'`)
  })

  test('loops are the same', { timeout: 900_000 }, async () => {
    const chain = (n: number) => {
      const at = new Date(Date.parse('2026-11-01T09:00:00Z') + n * 1_000).toISOString()
      return JSON.stringify({
        ...{ id: `l-${n}`, source: n % 2 === 0 ? 'shop' : 'bill', 'detail-type': 'again' },
        ...{ time: at, detail: { at, order: 1, ...(n > 0 && { cause: `l-${n - 1}` }) } },
      })
    }
    const lines = Array.from({ length: 12 }, (_, n) => chain(n))
    await at.add('looped', { 'looped/2026/11/01/a.ndjson': `${lines.join('\n')}\n` }, flags)
    const line = ['loops', 's3://acme/looped', ...flags, '--map', 'causationId=$.detail.cause']
    const here = await evt([...line, '-o', 'json'])
    const engine = ['--engine', 'athena', '--database', 'looped']
    const there = await evt([...line, '-o', 'json', ...engine])
    expect(JSON.parse(here.stdout).loops).toHaveLength(1)
    expect([there.code, there.stdout]).toEqual([here.code, here.stdout])
    expect(there.stderr).toMatch(/^Athena will scan up to .*\nAthena scanned 40 MB: /)

    const filtered = [...line, '--filter', '{"source":["bill"]}', '-o', 'json']
    const [one, other] = [await evt(filtered), await evt([...filtered, ...engine])]
    expect([other.code, other.stdout]).toEqual([one.code, one.stdout])
    expect(JSON.parse(one.stdout).loops).toEqual([])
  })

  test('what is related to an entity is the same', { timeout: 900_000 }, async () => {
    const day = (n: number, events: readonly [id: string, order: number, cause?: string][]) => {
      const lines = events.map(([id, order, cause], m) => {
        const at = `2026-11-0${n}T09:00:0${m}Z`
        const detail = { at, order, cause, of: order === 3 ? 'c-1' : `c-${id}` }
        return JSON.stringify({ id, source: 'shop', 'detail-type': 'x', time: at, detail })
      })
      return [`related/2026/11/0${n}/a.ndjson`, `${lines.join('\n')}\n`]
    }
    const objects = Object.fromEntries([
      day(1, [['root', 1]]),
      day(2, [
        ['cause', 2, 'root'],
        ['else', 9],
      ]),
      day(3, [
        ['own', 3, 'cause'],
        ['again', 3, 'own'],
      ]),
      day(4, [['effect', 4, 'again']]),
      day(5, [['last', 5, 'effect']]),
      day(6, [['nobody', 6, 'else']]),
    ])
    await at.add('related', objects, flags)
    const maps = ['causationId=$.detail.cause', 'correlationId=$.detail.of']
    const line = ['audit', '--entity', 'order:3', '--related', 's3://acme/related', ...flags]
    line.push(...maps.flatMap((map) => ['--map', map]), '-o', 'json')
    const here = await evt(line)
    const there = await evt([...line, '--engine', 'athena', '--database', 'related'])
    const { related } = JSON.parse(here.stdout)
    expect(related.events.map(({ id }: { id: string }) => id)).toEqual([
      ...['root', 'cause', 'effect', 'last'],
    ])
    expect([there.code, there.stdout]).toEqual([here.code, here.stdout])
    expect(there.stderr).toContain('\nevt reads 5 of 6 objects, ')
    // The entity's, then those of one step, of two, and of three, which has no further one.
    expect(there.stderr.match(/Athena will scan/g)).toHaveLength(5)
  })

  describe('statistics', { timeout: 900_000 }, () => {
    const stats = async (
      args: readonly string[],
      its = [...flags, '--map', 'sequence=$.detail.n'],
    ) => {
      const line = ['stats', 's3://acme/plain', ...its, ...args, '-o', 'json', '--no-content']
      const engine = ['--engine', 'athena', '--database', 'plain']
      const there = [...line.filter((arg) => arg !== '--no-content'), ...engine]
      return { here: await evt(line), there: await evt(there) }
    }
    beforeAll(() => at.add('plain', plain, flags), 900_000)

    test.each<[string, number, string[]]>([
      ['all', 1, []],
      ['windows', 1, ['--window', '7m']],
      ['by source, since', 1, ['--by', 'source', '--since', '2026-11-02T02:00:00Z']],
      ['a type', 0, ['--type', 'order.1']],
      ['a filter', 0, ['--filter', '{"source":["shop"],"detail":{"n":[{"numeric":[">",20]}]}}']],
    ])('%s: figures and histograms are those of DuckDB', async (_, least, args) => {
      const { here, there } = await stats(args)
      const [one, other] = [JSON.parse(here.stdout), JSON.parse(there.stdout)]
      expect([there.code, there.stderr.split('\n')[0]]).toEqual([
        here.code,
        expect.stringMatching(/^Athena will scan up to /),
      ])
      expect(other.total.latencyMs.hdr).toMatch(/^HIST/)
      expect(other.total.ordering.reordered).toBeGreaterThanOrEqual(least)
      expect({ ...other, findings: [] }).toEqual({ ...one, findings: [] })
      expect(other.findings.map(told)).toEqual(
        one.findings.filter(({ kind }: { kind: string }) => kind !== 'coverage').map(told),
      )
    })

    test('files of histograms are those of DuckDB, whole and in windows', async () => {
      const texts = async (folder: string, ...args: string[]) => {
        const files = ['whole.hlog', 'whole.hgrm', 'windows.hlog'].map((file) => join(folder, file))
        const [log = '', table = '', windows = ''] = files
        const line = ['stats', 's3://acme/plain', ...flags, ...args, '-o', 'json']
        const runs = [
          await evt([...line, '--hlog', log, '--hgrm', table]),
          await evt([...line, '--hlog', windows, '--window', '30m']),
        ]
        expect(runs.map(({ code }) => code)).toEqual([0, 0])
        return files.map((file) => readFileSync(file, 'utf8'))
      }
      const [here, there] = ['here', 'there'].map((name) => mkdtempSync(join(folder, name)))
      const [one, other] = [
        await texts(here ?? '', '--no-content'),
        await texts(there ?? '', '--engine', 'athena', '--database', 'plain'),
      ]
      expect(one.map((text) => text.match(/^Tag=/gm)?.length ?? 0)).toEqual([6, 0, 42])
      expect(other).toEqual(one)
    })

    test('two times of an archive are compared as on this machine', async () => {
      const times = ['--since', '2026-11-02', '--until', '2026-11-03', '--versus', '1d']
      const line = ['stats', 's3://acme/plain', ...flags, ...times, '-o', 'json']
      const here = await evt([...line, '--no-content'])
      const there = await evt([...line, '--engine', 'athena', '--database', 'plain'])
      const [one, other] = [here, there].map(({ stdout }) => {
        const { a, b, ...rest } = JSON.parse(stdout)
        return { ...rest, a: { ...a, findings: [] }, b: { ...b, findings: [] } }
      })
      expect([one.total.a.events, there.code]).toEqual([120, here.code])
      expect(other).toEqual(one)
      expect(there.stderr.match(/Athena will scan up to /g)).toHaveLength(2)
    })

    test('what the order of lines alone tells is not claimed', async () => {
      const { here, there } = await stats(
        [],
        flags.filter((flag) => !/^received/.test(flag)).slice(1),
      )
      const [one, other] = [JSON.parse(here.stdout), JSON.parse(there.stdout)]
      expect(one.total.ordering.checked).toBeGreaterThan(0)
      expect(other.total.ordering).toMatchObject({ checked: 0, reordered: 0, ratio: null })
      expect(other.total.duplicates).toEqual(one.total.duplicates)
      expect(other.findings.map(({ explain }: { explain: string }) => explain)).toContainEqual(
        expect.stringMatching(/^The order of .* is not checked: /),
      )
    })
  })
})

/** One reading of one text is another one with its witnesses left out. */
function told({ kind, type, count, severity }: Record<string, unknown>) {
  return { kind, type, count, severity }
}
