import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble } from '../testbed/athena-double.js'
import { python } from '../testbed/moto.js'
import { jars, type Trino } from '../testbed/trino.js'
import { startTrinoArchive, type TrinoArchiveAt } from './athena-archive.js'

const events = (day: string, from: number, until: number) =>
  Array.from({ length: until - from }, (_, n) => {
    const id = from + n
    const at = `${day}T09:00:${String(n % 60).padStart(2, '0')}`
    return JSON.stringify({
      ...{ id: `e-${id}`, source: 'shop', 'detail-type': `order.${id % 3}`, time: `${at}Z` },
      detail: { at: `${at}.${100 + n}Z`, order: id % 5, note: id % 2 === 0 ? '' : null },
    })
  })

const objects: Record<string, string | Buffer> = {
  'archive/2026/11/01/a.ndjson': `${events('2026-11-01', 0, 40).join('\n')}\n`,
  'archive/2026/11/02/b.ndjson.gz': gzipSync(
    [...events('2026-11-02', 30, 60), '{"broken"', ''].join('\n'),
  ),
}
const maps = ['receivedAt=$.detail.at', 'entities.order=$.detail.order', 'key=$.detail.order']
const flags = maps.flatMap((map) => ['--map', map])

const needed = python !== undefined && jars !== undefined
describeWith('moto and Trino (npm run test:trino)', needed)('evt query --engine athena', () => {
  let trino: Trino
  let athena: AthenaDouble
  let at: TrinoArchiveAt

  beforeAll(async () => {
    at = await startTrinoArchive(objects, flags)
    ;({ trino, athena } = at)
  }, 900_000)

  afterAll(() => at.stop())

  const both = async (...args: string[]) => {
    const line = ['query', ...args, 's3://acme/archive', ...flags, '-o', 'json']
    return { duckdb: await evt(line), athena: await evt([...line, '--engine', 'athena']) }
  }

  test('its view has the events, for whoever asks without evt', { timeout: 900_000 }, async () => {
    const { rows } = await trino.run('SELECT count(*), count(DISTINCT id) FROM events.events')
    expect(rows).toEqual([[70, 60]])
  })

  describe('has the rows that DuckDB has, and says what it cost', { timeout: 900_000 }, () => {
    test.each([
      [['counts/by-type']],
      [['duplicates/by-id']],
      [['latency/slowest', '--param', 'count=3']],
      [['entities/busiest', '--entity', 'order:3', '--since', '2026-11-02']],
      [['--sql', 'select id, entities, duplicate from events order by id, received_at_us limit 9']],
      [
        [
          '--sql',
          `select document, '' e, cast(null as varchar) n from events order by id, pos limit 2`,
        ],
      ],
    ])('%s', async (args) => {
      const found = await both(...args)
      expect(found.athena.code).toBe(0)
      expect(withoutPositions(found.athena.stdout)).toEqual(withoutPositions(found.duckdb.stdout))
      expect(found.athena.stderr).toMatch(/^Athena will scan up to .*\nAthena scanned 40 MB: /)
    })
  })

  test('reads the partitions that are asked about alone', { timeout: 900_000 }, async () => {
    await both('counts/by-type', '--since', '2026-11-02T02:00:00Z')
    expect(athena.asked.at(-1)).toContain(`"day" BETWEEN '2026/11/02' AND '2026/11/02'`)
  })

  test('what only evt can read makes the result partial', { timeout: 900_000 }, async () => {
    await trino.run(`INSERT INTO events.stored VALUES ('{"id":1.0}', NULL, 's3://acme/x')`)
    const line = ['query', 'counts/by-type', 's3://acme/archive', ...flags, '--engine', 'athena']
    const { code, stdout, stderr } = await evt([...line, '-o', 'csv'])
    expect(code).toBe(3)
    expect(stdout.split('\n').length).toBe(5)
    expect(stderr).toContain('Athena cannot read 1 of 72 records: the result is partial')
    expect((await evt([...line, '--allow-partial'])).code).toBe(0)
  })
})

/** Which record of an object it is, a table of lines does not know. */
function withoutPositions(json: string): unknown {
  return JSON.parse(json, (key, value) => (/^(pos|position)$/.test(key) ? undefined : value))
}
