import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble } from '../testbed/athena-double.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { putObjects, startAthenaAt } from './bucket-archive.js'

const line = '{"id":"1","source":"shop","detail-type":"placed","detail":{}}\n'
const setup = ['athena', 'setup', 's3://acme/archive', '--results', 's3://acme/results/']

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt athena setup and teardown',
  () => {
    let moto: Moto
    let athena: AthenaDouble
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      athena = await startAthenaAt(moto, async () => {
        return { columns: [], rows: [], scannedBytes: 0 }
      })
    })
    afterEach(async () => {
      await athena.stop()
      vi.unstubAllEnvs()
    })
    afterAll(() => moto.stop())

    const failure = async (argv: readonly string[]) => {
      const { code, stdout, stderr } = await evt([...argv])
      expect(stdout).toBe('')
      return `${code} ${stderr.trim()}`
    }

    test('--dry-run shows the DDL and makes nothing', async () => {
      await putObjects(moto, { 'archive/2026/11/01/05/a.ndjson': line })
      const { code, stdout, stderr } = await evt([...setup, '--dry-run'])
      expect([code, stderr]).toEqual([0, ''])
      const [ddl = '', view = ''] = stdout.split('CREATE OR REPLACE VIEW')
      expect(ddl).toMatchInlineSnapshot(`
        "archive     s3://acme/archive/  1 object, 62 B
        partitions  hours, as Firehose writes
        database    events
        workgroup   evt  new, 10 GB a query at most
        results     s3://acme/results/

        CREATE DATABASE IF NOT EXISTS \`events\`;

        CREATE EXTERNAL TABLE IF NOT EXISTS \`events\`.\`lines\` (
          \`line\` string,
          \`rest\` string
        )
        PARTITIONED BY (\`datehour\` string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
        WITH SERDEPROPERTIES ('field.delim' = '\\001', 'serialization.null.format' = '\\002')
        STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
        OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
        LOCATION 's3://acme/archive/'
        TBLPROPERTIES (
          'evt.source' = 's3://acme/archive/',
          'evt.layout' = 'hours, as Firehose writes',
          'projection.enabled' = 'true',
          'projection.datehour.type' = 'date',
          'projection.datehour.format' = 'yyyy/MM/dd/HH',
          'projection.datehour.range' = '2026/11/01/05,NOW+1DAYS',
          'projection.datehour.interval' = '1',
          'projection.datehour.interval.unit' = 'HOURS',
          'storage.location.template' = 's3://acme/archive/\${datehour}/'
        );

        "
      `)
      expect(view).toMatch(/^ "events"\."events" AS SELECT "id", /)
      expect(view).toMatch(/\n… and [\d,]+ characters more: -o json has all of them\n/)
      expect(view).toMatch(/\n\nnothing is made yet\n$/)
      expect(athena.calls.map(({ operation }) => operation)).toEqual([
        ...['GetWorkGroup', 'GetTableMetadata', 'GetTableMetadata'],
      ])
    })

    test('makes workgroup, database, table and view; again nothing is in the way', async () => {
      await putObjects(moto, { 'archive/a.ndjson.gz': gzipSync(line) })
      const { code, stdout, stderr } = await evt([...setup, '--yes', '-o', 'json'])
      expect([code, stderr]).toEqual([0, ''])
      const { statements, ...plan } = JSON.parse(stdout)
      expect(plan).toEqual({
        ...{ source: 's3://acme/archive/', layout: 'none', objects: 1, database: 'events' },
        ...{ bytes: gzipSync(line).length, unreadable: null, index: null, applied: true },
        workgroup: {
          ...{ name: 'evt', isNew: true, results: 's3://acme/results/', maxScanBytes: 1e10 },
        },
      })
      expect(athena.asked).toEqual(statements)
      expect(athena.workgroups.get('evt')?.['Configuration']).toMatchObject({
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 1e10,
      })
      const again = await evt(['athena', 'setup', 's3://acme/archive', '--yes', '-o', 'json'])
      expect([again.code, again.stderr]).toEqual([0, ''])
      expect(JSON.parse(again.stdout).workgroup.isNew).toBe(false)
    })

    test.each([
      [
        ['s3://acme/archive', '--results', 's3://acme/archive/r/'],
        'would be objects of the archive',
      ],
      [['s3://acme', '--results', 's3://acme/r/'], 'would be objects of the archive s3://acme/'],
      [['s3://acme/archive/a.ndjson', '--results', 's3://acme/r/'], 'a.ndjson is one object, and'],
    ])('%j is refused', async (args, why) => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      expect(await failure(['athena', 'setup', ...args, '--yes'])).toContain(why)
      expect([athena.asked, athena.workgroups.size]).toEqual([[], 0])
    })

    test('an index has tables of its own; one that says something else is refused', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'evt-setup-index-'))
      vi.stubEnv('XDG_CACHE_HOME', folder)
      try {
        await putObjects(moto, { 'archive/a.ndjson': line })
        const withIndex = [...setup, '--index', 's3://acme/index', '--yes']
        expect(await failure(withIndex)).toBe(
          '2 evt: the index in s3://acme/index/ is not there\n' +
            '     evt index build s3://acme/archive/ --to s3://acme/index/',
        )
        expect(await failure([...setup, '--index', 's3://acme/archive/index'])).toContain(
          'an index in s3://acme/archive/index/ would be among the objects of s3://acme/archive/',
        )
        const build = ['index', 'build', 's3://acme/archive', '--to', 's3://acme/index']
        expect((await evt(build)).code).toBe(0)
        expect(await failure([...withIndex, '--map', 'key=$.detail.order'])).toContain(
          'the index in s3://acme/index/ was built with another mapping',
        )
        const { stdout } = await evt([...withIndex, '-o', 'json'])
        const { statements, index } = JSON.parse(stdout)
        expect(index).toEqual({ location: 's3://acme/index/', objects: 1, events: 1 })
        const [entities, records, events] = statements.slice(-3)
        expect(entities).toMatch(
          /^CREATE EXTERNAL TABLE IF NOT EXISTS `events`.`index_entities` \(\n {2}`entity` string,/,
        )
        expect(entities).toContain("'projection.bucket.values' = '00,01,02,")
        expect(records).toContain("LOCATION 's3://acme/index/records/'")
        expect(events).toContain(
          '  `stamps` array<struct<layer:string,name:string,time_us:bigint>>,',
        )
        expect((await evt([...withIndex])).code).toBe(0)
        athena.tables.get('events.index_records')?.columns.push('more')
        expect(await failure(withIndex)).toContain(
          'the table events.index_records is there with other columns: pos, raw, row, more',
        )
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

    test('a workgroup without a location of results would not answer questions', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      athena.workgroups.set('evt', { Configuration: { BytesScannedCutoffPerQuery: 1e9 } })
      expect(await failure([...setup, '--yes'])).toContain(
        '2 evt: the workgroup evt does not say where results go',
      )
    })

    test('nobody is asked without a terminal', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      expect(await failure(setup)).toBe(
        '2 evt: nothing was changed: there is no terminal to ask on\n' +
          '     evt athena setup s3://acme/archive --results s3://acme/results/ --yes',
      )
      expect(athena.workgroups.size).toBe(0)
    })

    test.each<[string, string | Buffer, string]>([
      ['a.json', '{"id":"1"}{"id":"2"}', 'is JSON documents without line ends between them'],
      ['a.json', '[\n{"id":"1"},\n{"id":"2"}\n]', 'is a JSON array over lines'],
      ['a.csv', 'id,type\n1,a\n2,b\n', 'is a table in text'],
      ['a.ndjson', gzipSync(line), 'is compressed by gzip, and its name does not end in .gz'],
      ['a.ndjson.gz', line, 'ends in .gz and is not compressed'],
      ['a.ndjson', `\ufeff${line}`, 'begins with a byte order mark'],
    ])('%s with %j is refused', async (name, body, why) => {
      await putObjects(moto, { [`archive/${name}`]: body })
      const said = await failure([...setup, '--yes'])
      expect(said).toContain(
        `2 evt: Athena cannot read the archive: s3://acme/archive/${name} ${why}`,
      )
      expect(said).toContain('--engine duckdb reads it')
      expect(athena.calls).toEqual([])
    })

    test('a wrapping of bytes is refused', async () => {
      const Records = { eventID: 's:1', kinesis: { data: 'e30=', sequenceNumber: '1' } }
      const record = { ...Records, eventSource: 'aws:kinesis' }
      await putObjects(moto, { 'archive/a.ndjson': `${JSON.stringify(record)}\n` })
      expect(await failure([...setup, '--yes'])).toContain('Athena cannot read the archive')
    })

    test('what is in the way is named', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      expect(await failure(['athena', 'setup', 's3://acme/archive', '--yes'])).toBe(
        '2 evt: nobody says where Athena puts results\n     --results s3://BUCKET/PREFIX/',
      )
      const own = { ResultConfiguration: { OutputLocation: 's3://acme/own/' } }
      const Configuration = { ...own, EnforceWorkGroupConfiguration: true }
      athena.workgroups.set('evt', { Configuration })
      expect(await failure([...setup, '--yes'])).toBe(
        '2 evt: the workgroup evt enforces that results go to s3://acme/own/, ' +
          'not s3://acme/results/\n     leave out --results',
      )
      expect(await failure(['athena', 'setup', 's3://acme/archive', '--yes'])).toMatch(
        /^2 evt: the workgroup evt lets a query scan any number of bytes, more than maxScan/,
      )
      const limited = { ...Configuration, BytesScannedCutoffPerQuery: 1e10 }
      athena.workgroups.set('evt', { Configuration: limited })
      const table = { columns: ['id', 'type'], partitions: ['dt'], parameters: {} }
      athena.tables.set('events.lines', table)
      expect(await failure(['athena', 'setup', 's3://acme/archive', '--yes'])).toBe(
        '2 evt: the table events.lines is there with other columns: id, type, dt\n' +
          '     evt athena teardown, or another --database',
      )
    })

    test('what is there of somebody else is in the way of a new workgroup too', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      const other = { columns: ['id', 'type'], partitions: [], parameters: {} }
      athena.tables.set('events.events', other)
      expect(await failure([...setup, '--yes'])).toBe(
        '2 evt: events.events is there, and was not made by evt\n     another --database',
      )
      athena.tables.clear()
      athena.tables.set('events.lines', other)
      expect(await failure([...setup, '--yes'])).toContain('is there with other columns: id, type')
      expect([athena.asked, athena.workgroups.size]).toEqual([[], 0])
    })

    test('teardown takes away what a setup that failed has left', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      athena.refuses = (operation) =>
        operation === 'StartQueryExecution'
          ? { type: 'InvalidRequestException', message: 'Unable to verify/create output bucket' }
          : undefined
      expect(await failure([...setup, '--yes'])).toMatch(/^3 evt: athena:StartQueryExecution fails/)
      expect(athena.workgroups.size).toBe(1)
      athena.refuses = () => undefined
      const { code } = await evt(['athena', 'teardown', '--yes'])
      expect([code, athena.workgroups.size]).toEqual([0, 0])
    })

    test('teardown leaves a view that is not of evt', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      await evt([...setup, '--yes'])
      athena.tables.set('events.events', { columns: ['id'], partitions: [], parameters: {} })
      expect((await evt(['athena', 'teardown', '--yes'])).code).toBe(0)
      expect([...athena.tables.keys()]).toEqual(['events.events'])
    })

    test('objects before the first partition of the table would not be seen', async () => {
      await putObjects(moto, { 'archive/dt=2026-11-02/a.ndjson': line })
      await evt([...setup, '--yes'])
      await putObjects(moto, { 'archive/dt=2026-11-01/a.ndjson': line })
      expect(await failure([...setup, '--yes'])).toBe(
        '2 evt: the objects below s3://acme/archive/ are laid out otherwise than ' +
          'the table events.lines says\n     evt athena teardown, or another --database',
      )
    })

    test('a bucket in another region is named', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      expect(await failure([...setup, '--yes', '--region', 'us-east-2'])).toBe(
        '2 evt: the bucket acme is in eu-west-1, and Athena would be asked in us-east-2\n' +
          '     --region eu-west-1',
      )
    })

    test('the limit of a workgroup is 10 MB at least', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      const folder = mkdtempSync(join(tmpdir(), 'evt-athena-'))
      writeFileSync(join(folder, 'evt.yaml'), 'athena: { maxScan: 1MB }\n')
      const config = ['--config', join(folder, 'evt.yaml')]
      const { code, stdout } = await evt([...setup, '--dry-run', '-o', 'json', ...config])
      rmSync(folder, { recursive: true })
      expect([code, JSON.parse(stdout).workgroup.maxScanBytes]).toEqual([0, 10_000_000])
    })

    test('a SOURCE that is none of S3, and a name that is none', async () => {
      await putObjects(moto, { 'archive/a.ndjson': line })
      expect(await failure(['athena', 'setup', 'package.json'])).toBe(
        '2 evt: Athena reads one prefix of S3\n     write --engine athena s3://BUCKET/PREFIX',
      )
      expect(await failure([...setup, '--database', 'My-Events'])).toBe(
        '2 evt: My-Events is no name of a database\n' +
          '     use small letters, digits and _, such as events',
      )
    })

    test('teardown takes away what setup made, and nothing else', async () => {
      expect(await failure(['athena', 'teardown', '--yes'])).toBe(
        '2 evt: there is no workgroup evt\n     --workgroup, --database',
      )
      await putObjects(moto, { 'archive/a.ndjson': line })
      await evt([...setup, '--yes'])
      const shown = await evt(['athena', 'teardown', '--dry-run'])
      expect(shown.stdout).toBe(
        'DROP VIEW IF EXISTS "events"."events";\nDROP TABLE IF EXISTS `events`.`lines`;\n' +
          'the workgroup evt, with the history of its queries\n\nnothing is taken away yet\n' +
          'the database events stays, and every object in S3\n',
      )
      expect(athena.tables.size).toBe(1)
      const { code } = await evt(['athena', 'teardown', '--yes'])
      expect([code, athena.tables.size, athena.workgroups.size]).toEqual([0, 0, 0])
      athena.workgroups.set('evt', {})
      athena.tables.set('events.lines', { columns: ['line'], partitions: [], parameters: {} })
      expect(await failure(['athena', 'teardown', '--yes'])).toBe(
        '2 evt: the table events.lines was not made by evt\n     --database',
      )
    })
  },
)
