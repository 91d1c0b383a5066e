import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { evtChild } from '../helpers/child.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble, Executed } from '../testbed/athena-double.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { putObjects, startAthenaAt } from './bucket-archive.js'

const line = (id: number, order: number) =>
  `{"id":"${id}","source":"shop","detail-type":"placed","detail":{"order":${order}}}\n`
const archive = 's3://acme/archive'
const orders = ['--map', 'entities.order=$.detail.order', '--engine', 'athena']
const audit = ['audit', '--entity', 'order:2', archive, ...orders, '-o', 'json']

/** Path, records, undecodable, unsure, events, chosen. */
type ObjectLine = [key: string, ...counts: number[]]

const located = (lines: readonly ObjectLine[]): Executed => ({
  columns: ['path', '_1', '_2', '_3', '_4', '_5'].map((name, n) => {
    return { name, type: n === 0 ? 'varchar' : 'bigint' }
  }),
  rows: lines.map(([key, ...counts]) => [`${archive}/${key}`, ...counts.map(String)]),
  scannedBytes: 11_000_000,
})

const folder = mkdtempSync(join(tmpdir(), 'evt-bundles-'))
const bundle = join(folder, 'bundle')

const figureColumns = [
  ...['level', 'grp', 'cause', 'lowest_us', 'extent', 'late_us', 'events', 'no_identity', 'times'],
  ...['whole_millis', 'whole_seconds', 'checked', 'keys', 'skewed', 'overflow', 'min_us', 'max_us'],
  ...['sum_us', 'arrivals', 'untold', 'unsure_first', 'no_sequence', 'objects', 'undecodable'],
  ...['unsure', 'all_events'],
]
const figures = (lines: readonly Record<string, string | number>[]): Executed => ({
  columns: figureColumns.map((name) => {
    return { name, type: name === 'grp' || name === 'cause' ? 'varchar' : 'bigint' }
  }),
  rows: lines.map((of) => figureColumns.map((name) => (name in of ? String(of[name]) : null))),
  scannedBytes: 11_000_000,
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  '--engine athena, before and behind the SQL',
  () => {
    let moto: Moto
    let athena: AthenaDouble
    let answer: Executed
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      answer = located([])
      athena = await startAthenaAt(moto, async () => answer)
      const objects = {
        'archive/a.ndjson': line(1, 1),
        'archive/b.ndjson': line(2, 2) + line(3, 3),
      }
      await putObjects(moto, objects)
      const setup = ['athena', 'setup', archive, '--results', 's3://acme/r/', '--yes']
      expect((await evt(setup)).code).toBe(0)
    })
    afterEach(async () => {
      await athena.stop()
      vi.unstubAllEnvs()
    })
    afterAll(async () => {
      rmSync(folder, { recursive: true })
      await moto.stop()
    })

    test('an audit reads what Athena found, and counts what it did not read', async () => {
      answer = located([
        ['a.ndjson', 40, 2, 0, 38, 0],
        ['b.ndjson', 2, 0, 0, 2, 1],
      ])
      const { code, stdout, stderr } = await evt(audit)
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        events: [{ id: '2', position: { path: `${archive}/b.ndjson`, record: 1 } }],
        searched: { objects: 2, records: 42, undecodable: 2, events: 40 },
      })
      expect(stderr).toBe(
        'Athena will scan up to 213 B: less than $0.01 at most\n' +
          'Athena scanned 11 MB: about less than $0.01\n' +
          'evt reads 1 of 2 objects, 142 B\n',
      )
      const [started] = athena.calls
        .filter(({ request }) => request['QueryString'] !== undefined)
        .slice(-1)
      expect(started?.request['ResultReuseConfiguration']).toEqual({
        ResultReuseByAgeConfiguration: { Enabled: false },
      })
    })

    test.each<[string, ObjectLine[]]>([
      ['what Athena left out without a word', [['a.ndjson', 1, 0, 0, 1, 0]]],
      [
        'what evt alone can read',
        [
          ['a.ndjson', 1, 0, 0, 1, 0],
          ['b.ndjson', 2, 0, 2, 0, 0],
        ],
      ],
    ])('%s is read here', async (_, lines) => {
      answer = located(lines)
      const { stdout } = await evt(audit)
      expect(JSON.parse(stdout).events.map(({ id }: { id: string }) => id)).toEqual(['2'])
    })

    test.each<[string, string[], string]>([
      [
        '--sample',
        ['stats', '--sample', '1%'],
        'evt: Athena does not know --sample: it counts all that it scans, and bills it\n' +
          '     narrow it by --since and --until',
      ],
      [
        '--content',
        ['stats', '--content'],
        'evt: Athena does not know --content: it compares no contents\n' +
          '     leave it out, or --engine athena',
      ],
      [
        '--hops',
        ['stats', '--hops'],
        'evt: Athena does not know --hops: it does not count the legs of the way\n' +
          '     leave it out, or --engine athena',
      ],
      [
        '--versus SOURCE',
        ['stats', '--versus', 'yesterday/'],
        'evt: Athena is set up for one archive, and --versus yesterday/ names another one\n' +
          '     --since 15m --versus 24h compares with another time of the same',
      ],
    ])('%s is refused without a call', async (_, args, said) => {
      const before = athena.calls.length
      const { code, stderr } = await evt([...args, archive, '--engine', 'athena'])
      expect([code, athena.calls.length]).toEqual([2, before])
      expect(stderr).toContain(said)
    })

    test.each([
      ['audit', audit],
      ['stats', ['stats', archive, '--engine', 'athena']],
      ['replay', ['replay', archive, '--to', '-', '--engine', 'athena']],
      ['gdpr extract', ['gdpr', 'extract', '--entity', 'order:2', archive, '--to', 'x', ...orders]],
    ])('evt %s over the limit is refused before it costs', async (_, args) => {
      const folder = mkdtempSync(join(tmpdir(), 'evt-athena-'))
      writeFileSync(join(folder, 'evt.yaml'), 'athena: { maxScan: 50B }\n')
      const before = athena.asked.length
      const { code, stderr } = await evt([...args, '--config', join(folder, 'evt.yaml')])
      rmSync(folder, { recursive: true })
      expect([code, athena.asked.length]).toEqual([2, before])
      expect(stderr).toContain('more than maxScan: 50; nothing was asked')
    })

    test('--max-bytes is of what is scanned, and of what is read here', async () => {
      answer = located([['b.ndjson', 2, 0, 0, 2, 1]])
      const before = athena.asked.length
      expect((await evt([...audit, '--max-bytes', '150B'])).stderr).toContain('--max-bytes 150')
      expect(athena.asked.length).toBe(before)
      expect((await evt([...audit, '--max-bytes', '250B'])).code).toBe(0)
    })

    test('statistics are what Athena counted', async () => {
      const counts = { events: 3, no_identity: 0, times: 3, arrivals: 3 }
      const latency = { min_us: 100_000, max_us: 200_000, sum_us: 400_000 }
      answer = figures([
        { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 0, all_events: 3, keys: 1 },
        { level: 15, grp: '4:shopplaced', ...counts, ...latency, checked: 2, keys: 1 },
        { level: 7, grp: '4:shopplaced', cause: 'sameId', events: 1 },
        { level: 11, grp: '4:shopplaced', lowest_us: 99_968, events: 1 },
        { level: 11, grp: '4:shopplaced', lowest_us: 199_936, events: 1 },
      ])
      const { code, stdout, stderr } = await evt([
        'stats',
        archive,
        '--engine',
        'athena',
        '-o',
        'json',
      ])
      expect([code, stderr.split('\n')[1]]).toEqual([
        0,
        'Athena scanned 11 MB: about less than $0.01',
      ])
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ partial: false, read: { objects: 2, records: 3, undecodable: 0, bytes: 213 } },
        total: { events: 3, distinct: 2, latencyMs: { count: 2, min: 100, max: 200 } },
        types: [{ type: 'placed', source: 'shop', duplicates: { count: 1 } }],
        findings: [{ kind: 'duplicate', count: 1 }],
      })
    })

    const latencies = [
      { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 0, all_events: 3, keys: 1 },
      { level: 15, grp: '4:shopplaced', events: 3, times: 3, min_us: 3, max_us: 900, sum_us: 906 },
      { level: 11, grp: '4:shopplaced', lowest_us: 3, events: 2 },
      { level: 11, grp: '4:shopplaced', lowest_us: 900, events: 1 },
    ]
    const inWindow = (line: Record<string, string | number>, window: string) =>
      'grp' in line ? { ...line, grp: window + line['grp'] } : line

    test('its histograms are written as files, of each type in each window too', async () => {
      const answers = [
        figures(latencies),
        figures(latencies.map((line) => ({ ...line, ...('grp' in line && { grp: '12' }) }))),
        figures(latencies.map((line) => inWindow(line, '12 '))),
      ]
      athena.execute = async () => answers.shift() ?? figures([])
      const [log, table] = [join(folder, 'a.hlog'), join(folder, 'a.hgrm')]
      const files = ['--window', '1m', '--hlog', log, '--hgrm', table]
      const { code, stderr } = await evt(['stats', archive, '--engine', 'athena', ...files])
      expect([code, answers.length]).toEqual([0, 0])
      expect(stderr).toContain('Athena scanned 33 MB: ')
      const text = readFileSync(log, 'utf8')
      expect(text.match(/^(Tag=[^,]*,)?720\.000,60\.000,0\.000900,HIST/gm)).toHaveLength(2)
      expect(text).toMatch(/^Tag=shop\/placed,/m)
      expect(readFileSync(table, 'utf8')).toMatch(/^#\[Max .*0\.9\d*, Total count .* 3\]$/m)
      const read = await evt(['stats', log, '-o', 'json'])
      expect(JSON.parse(read.stdout).total).toMatchObject({ latencyMs: { count: 3 } })
    })

    test('a file that cannot be written is said before anything is asked', async () => {
      const before = athena.asked.length
      const log = join(folder, 'none', 'a.hlog')
      const line = ['stats', archive, '--engine', 'athena', '--hlog', log]
      const { code, stderr } = await evt(line)
      expect([code, athena.asked.length]).toEqual([2, before])
      expect(stderr).toContain('its folder is not there')
    })

    test('two times of an archive are compared', async () => {
      answer = figures(latencies)
      const times = ['--since', '2026-11-02', '--until', '2026-11-03', '--versus', '1d']
      const line = ['stats', archive, '--engine', 'athena', ...times]
      const { code, stdout, stderr } = await evt([...line, '-o', 'json'])
      expect([code, stderr.match(/Athena scanned 11 MB/g)?.length]).toEqual([0, 2])
      expect(JSON.parse(stdout)).toMatchObject({
        total: { a: { events: 3 }, b: { events: 3 } },
        b: { period: { since: '2026-11-01T00:00:00.000Z' } },
      })
      const text = await evt(line)
      const [one, other] = [text.stdout.match(/evt stats .*/g) ?? [], athena.asked.slice(-2)]
      expect(one).toEqual([expect.stringContaining('--engine athena'), expect.anything()])
      expect(other[0]).not.toBe(other[1])
    })

    test('for findings it names the question that lists what proves them', async () => {
      const [reordered, counts] = [
        { extent: 1, late_us: 5 },
        { no_identity: 0, times: 3 },
      ]
      answer = figures([
        { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 0, all_events: 3, keys: 1 },
        { level: 15, grp: '4:shopplaced', events: 3, ...counts, checked: 2, keys: 1 },
        { level: 7, grp: '4:shopplaced', cause: 'sameId', events: 1 },
        { level: 12, grp: '4:shopplaced', ...reordered, events: 1 },
      ])
      const line = ['stats', archive, '--engine', 'athena', '--type', 'p*', '--workgroup', 'evt']
      const { code, stdout } = await evt(line)
      const more = `--type 'p*' --engine athena --workgroup evt ${archive}`
      expect([code, stdout.match(/evt (query|stats) .*/g)]).toEqual([
        0,
        [
          `evt query duplicates/by-id ${more}`,
          `evt query ordering/reordered ${more}`,
          `evt stats --output json ${more}`,
        ],
      ])
    })

    test('what evt alone can read makes statistics partial', async () => {
      answer = figures([
        { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 1, all_events: 2 },
        { level: 15, grp: '4:shopplaced', events: 2, no_identity: 0, times: 0 },
      ])
      const { code, stdout, stderr } = await evt([
        'stats',
        archive,
        '--engine',
        'athena',
        '-o',
        'json',
      ])
      expect([code, JSON.parse(stdout).partial]).toEqual([3, true])
      expect(stderr).toContain('Athena cannot read 1 of 3 records: the result is partial')
    })

    test('a filter of statistics is in the SQL and in the result', async () => {
      answer = figures([
        { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 1, all_events: 1, keys: 1 },
        { level: 15, grp: '4:shopplaced', events: 1, no_identity: 0, times: 0 },
      ])
      const filter = { detail: { order: [{ numeric: ['>', 1] }] } }
      const line = ['stats', archive, '--filter', JSON.stringify(filter), '-o', 'json']
      const { code, stdout, stderr } = await evt([...line, '--engine', 'athena'])
      expect([code, JSON.parse(stdout).selection.filter]).toEqual([3, filter])
      expect(stderr).toContain('Athena cannot read 1 of 3 records: the result is partial')
      expect(athena.asked.at(-1)).toContain(`> DOUBLE '1'`)
    })

    test.each<[string, string[], string[]]>([
      [
        'mentions',
        ['audit', '--mentions', 'ada'],
        [`strpos(document, 'ada') > 0`, String.raw`regexp_like(document, '(?i)\\u0061|\\u0064')`],
      ],
      [
        'values of a person',
        ['gdpr', 'extract', '--also', '*=ADA', '--ignore-case', '--to', bundle],
        [
          `strpos(lower(document), 'ada') > 0`,
          String.raw`regexp_like(document, '(?i)\\u0061|\\u0064|\\u0041|\\u0044|` +
            String.raw`[^\x00-\x7f]|\\u(00[89a-f]|0[1-9a-f]|[1-9a-f])')`,
        ],
      ],
    ])('%s are looked for, and what may have them is read here', async (_, args, conditions) => {
      answer = located([
        ['a.ndjson', 1, 0, 0, 1, 1],
        ['b.ndjson', 2, 0, 0, 2, 0],
      ])
      const { code, stderr } = await evt([...args, archive, '--engine', 'athena', '-o', 'json'])
      expect([code, stderr]).toEqual([5, expect.stringContaining('evt reads 1 of 2 objects')])
      // What is counted beside all records is in no WHERE clause, which alone takes values.
      for (const condition of conditions) expect(athena.asked.at(-1)).toContain(condition)
    })

    const linkColumns = ['path', 'state', 'own', 'id', 'correlation_id', 'causation_id', '_1']
    const links = (rows: (string | null)[][]): Executed => ({
      columns: linkColumns.map((name) => ({ name, type: 'varchar' })),
      rows: rows.map(([key, ...more]) => [`${archive}/${key}`, ...more]),
      scannedBytes: 11_000_000,
    })
    const related = [...audit, '--related', '--map', 'causationId=$.cause']

    test('chains of causes are followed until they end', async () => {
      const answers = [
        located([
          ['a.ndjson', 1, 0, 0, 1, 0],
          ['b.ndjson', 2, 0, 0, 2, 1],
        ]),
        links([
          ['a.ndjson', 'event', 'false', null, null, null, '1'],
          ['b.ndjson', 'event', 'true', '2', null, "it's", '1'],
          ['b.ndjson', 'event', 'false', null, null, null, '1'],
        ]),
        links([['a.ndjson', "it's", 'before']]),
        links([]),
      ]
      athena.execute = async () => answers.shift() ?? links([])
      const { code, stderr } = await evt(related)
      expect([code, answers.length]).toEqual([0, 0])
      expect(stderr).toContain('Athena scanned 33 MB: about less than $0.01\nevt reads 2 of 2 obj')
      const [own, step, last] = athena.asked.slice(-3)
      expect(own).toContain(`contains(entities, 'order:2')`)
      expect(step).toContain(`(id IN ('it''s') OR causation_id IN ('2'))`)
      expect(last).toContain(`(id IN ('before'))`)
    })

    test('chains through what evt alone can read are refused', async () => {
      const answers = [
        located([['b.ndjson', 2, 0, 1, 1, 1]]),
        links([['b.ndjson', 'unsure', 'false', null, null, null, '1']]),
      ]
      athena.execute = async () => answers.shift() ?? links([])
      const { code, stderr } = await evt(related)
      expect([code, stderr]).toEqual([
        3,
        expect.stringContaining('Athena cannot follow chains through 1 records that evt alone'),
      ])
      const file = join(mkdtempSync(join(tmpdir(), 'evt-with-')), 'a.ndjson')
      writeFileSync(file, line(9, 2))
      answers.push(located([['b.ndjson', 2, 0, 0, 2, 1]]))
      const added = await evt([...related, '--with', file, '--state'])
      expect([added.code, added.stderr]).toEqual([2, expect.stringContaining('files of --with')])
    })

    test('a field that no path of Trino has is matched here, or refused', async () => {
      answer = located([
        ['a.ndjson', 1, 0, 0, 1, 0],
        ['b.ndjson', 2, 0, 0, 2, 1],
      ])
      const quoted = ['--filter', '{"a\\"b":[{"exists":false}]}']
      const found = await evt([...audit, ...quoted])
      expect(JSON.parse(found.stdout).events).toMatchObject([{ id: '2' }])
      const refused = await evt(['stats', archive, ...quoted, '--engine', 'athena'])
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining('cannot be asked for the field "a\\"b" of --filter'),
      ])
    })

    test('Ctrl-C stops what runs, and says so', { timeout: 200_000 }, async () => {
      athena.looks = 1_000_000
      const child = evtChild(['stats', archive, '--engine', 'athena'])
      const calls = (name: string) => athena.calls.filter(({ operation }) => operation === name)
      const looked = calls('GetQueryExecution').length + 2
      const isRunning = () => calls('GetQueryExecution').length >= looked
      await vi.waitUntil(isRunning, { timeout: 150_000, interval: 20 })
      child.kill('SIGINT')
      const { exit, stdout, stderr } = await child.ended
      expect([exit, stdout, calls('StopQueryExecution').length]).toEqual([130, '', 1])
      expect(stderr).toContain(
        'evt: interrupted: the query is stopped\n     what it has scanned is billed\n',
      )
    })

    test('no event is chosen', async () => {
      answer = figures([
        { level: 31, events: 3, objects: 2, undecodable: 0, unsure: 0, all_events: 3 },
      ])
      const line = ['stats', archive, '--engine', 'athena', '--type', 'x', '-o', 'json']
      const { code, stdout } = await evt(line)
      expect([code, JSON.parse(stdout).total.events]).toEqual([5, 0])
    })
  },
)
