import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble, Executed } from '../testbed/athena-double.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { putObjects, startAthenaAt } from './bucket-archive.js'

const line = '{"id":"1","source":"shop","detail-type":"placed","detail":{}}\n'
const ask = ['query', 'counts/by-source', 's3://acme/archive', '--engine', 'athena']

/** What a query that counts records gives: see countedRecords. */
const counted = (...row: number[]): Executed => ({
  columns: row.map((_, n) => ({ name: `_col${n}`, type: 'bigint' })),
  rows: [row.map(String)],
  scannedBytes: 0,
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt query --engine athena, before and behind the SQL',
  () => {
    let moto: Moto
    let athena: AthenaDouble
    let rows: Executed
    let counts: Executed
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      rows = {
        columns: [
          { name: 'source', type: 'varchar' },
          { name: 'n', type: 'decimal', scale: 0 },
          { name: 'at', type: 'timestamp with time zone' },
          { name: 'position', type: 'row' },
        ],
        rows: [['shop', '1', '2026-11-01 10:00:00.000 UTC', '{path=s3://acme/a, record=null}']],
        scannedBytes: 0,
      }
      counts = counted(1, 1, 0, 0, 1, 62)
      athena = await startAthenaAt(moto, async (sql) => {
        return sql.includes('count(DISTINCT position.path)') ? counts : rows
      })
      await putObjects(moto, { 'archive/a.ndjson': line })
    })
    afterEach(async () => {
      await athena.stop()
      vi.unstubAllEnvs()
    })
    afterAll(() => moto.stop())

    const setUp = () =>
      evt(['athena', 'setup', 's3://acme/archive', '--results', 's3://acme/r/', '--yes'])

    test('it has to be set up first', async () => {
      const { code, stderr } = await evt(ask)
      expect([code, stderr.trim()]).toEqual([
        2,
        'evt: Athena is not set up: there is no workgroup evt\n' +
          '     evt athena setup s3://acme/archive/ --results s3://BUCKET/PREFIX/',
      ])
    })

    test('rows are typed, and the price is said before and after', async () => {
      await setUp()
      rows.scannedBytes = 3e12
      athena.workgroups.set('evt', {
        Configuration: { ResultConfiguration: { OutputLocation: 's3://acme/r/' } },
      })
      const { code, stdout, stderr } = await evt([...ask, '-o', 'ndjson'])
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        {
          ...{ source: 'shop', n: 1, at: '2026-11-01T10:00:00.000Z' },
          position: { path: 's3://acme/a', record: null },
        },
      ])
      expect(stderr).toBe(
        'Athena will scan up to 310 B: less than $0.01 at most\n' +
          'Athena scanned 3.0 TB: about $15.00\n',
      )
    })

    test('what scans too much is refused before it costs', async () => {
      await setUp()
      const folder = mkdtempSync(join(tmpdir(), 'evt-athena-'))
      writeFileSync(join(folder, 'evt.yaml'), 'athena: { maxScan: 50B }\n')
      const before = athena.asked.length
      const { code, stderr } = await evt([...ask, '--config', join(folder, 'evt.yaml')])
      rmSync(folder, { recursive: true })
      expect(code).toBe(2)
      expect(stderr).toContain(
        'evt: the query would scan up to 248 bytes, more than maxScan: 50; nothing was asked',
      )
      expect(athena.asked.length).toBe(before)
    })

    test('--max-bytes is of all that is asked', async () => {
      await setUp()
      const before = athena.asked.length
      const { code, stderr } = await evt([...ask, '--max-bytes', '300B'])
      expect([code, athena.asked.length]).toEqual([2, before])
      expect(stderr).toContain(
        'up to 310 bytes would be scanned, more than --max-bytes 300; nothing',
      )
    })

    test('what was typed goes apart from the SQL where Athena takes it', async () => {
      await setUp()
      const sql = 'select source from events where source = $who'
      const typed = [
        '--sql',
        sql,
        '--param',
        "who=it's",
        '--type',
        "o'*",
        '--type',
        'x'.repeat(1030),
      ]
      const { code } = await evt(['query', ...typed, ...ask.slice(2)])
      expect(code).toBe(0)
      const starts = athena.calls.filter(({ operation }) => operation === 'StartQueryExecution')
      const [asked, counting] = starts.slice(-2).map(({ request }) => request)
      expect(asked?.['ExecutionParameters']).toEqual([`'o''%'`, `'it''s'`])
      expect(asked?.['QueryString']).toContain(`type LIKE ? ESCAPE '\\' OR type LIKE 'xxx`)
      expect(counting?.['ExecutionParameters']).toBeUndefined()
      expect(counting?.['QueryString']).toContain(`type LIKE 'o''%' ESCAPE`)
    })

    test('there is nothing to ask', async () => {
      await setUp()
      counts = counted(0, 0, 0, 0, 0, 0)
      expect((await evt(ask)).code).toBe(5)
      counts = counted(1, 3, 0, 0, 0, 9)
      const { code, stderr } = await evt([...ask, '--type', 'nothing.*'])
      expect([code, stderr.split('\n')[1]]).toEqual([5, 'evt: none of the 3 events is chosen'])
    })

    test.each<[string, string[], string]>([
      ['a question of DuckDB', ['query', 'privacy/fields'], 'privacy/fields is not for athena'],
      ['a plan', [...ask.slice(0, 2), '--explain'], '--explain is for DuckDB alone'],
      ['wrong SQL', ['query', '--sql', 'select tipe from events'], 'did you mean type?'],
      ['a question that is none', ['query', 'counts/by-typ'], 'there is no query counts/by-typ'],
      ['a parameter that is none', [...ask.slice(0, 2), '--param', 'a=1'], 'has no parameter a'],
    ])('%s is refused without a call', async (_, args, said) => {
      const { code, stderr } = await evt([...args, 's3://acme/archive', '--engine', 'athena'])
      expect(code).toBe(2)
      expect(stderr).toContain(said)
      expect(athena.calls).toEqual([])
    })

    test('an engine that is none', async () => {
      const { code, stderr } = await evt(['query', 'counts/by-type', 'a', '--engine', 'athen'])
      expect([code, stderr]).toEqual([2, expect.stringContaining('athen')])
    })

    test('objects that Athena leaves out without a word make the result partial', async () => {
      await putObjects(moto, { 'archive/b.ndjson': line })
      await setUp()
      const { code, stderr } = await evt(ask)
      expect(code).toBe(3)
      expect(stderr).toContain('evt: Athena found records in 1 of 2 objects: the result is partial')
      expect((await evt([...ask, '--allow-partial'])).code).toBe(0)
    })

    test('a table that is of something else', async () => {
      await setUp()
      const parameters = { 'evt.source': 's3://acme/other/' }
      const table = { columns: ['line', 'rest'], partitions: [], parameters }
      athena.tables.set('events.lines', table)
      expect((await evt(ask)).stderr).toContain(
        'evt: the table events.lines is of s3://acme/other/, not of s3://acme/archive/',
      )
    })
  },
)
