import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { python } from '../testbed/moto.js'
import { jars } from '../testbed/trino.js'
import { startTrinoArchive, type TrinoArchiveAt } from './athena-archive.js'

const event = (n: number, detail: object | string) => {
  const body = typeof detail === 'string' ? detail : JSON.stringify(detail)
  const time = `2026-11-01T09:00:0${n}Z`
  return `{"id":"e-${n}","source":"shop","detail-type":"t","time":"${time}","detail":${body}}`
}

const lines = [
  event(1, { user: 'ada@example.com', total: 1, who: { name: 'Ada Lovelace' } }),
  event(2, { total: 2, list: ['x'] }),
  // Written in another way, twice, and as no text.
  event(3, '{"user":"ada\\u0040example.com","total":3}'),
  event(4, '{"user":"eve@example.com","user":"ada@example.com","total":4}'),
  event(5, { user: 4711_0815, total: 5 }),
  event(6, { user: 'ada@example.com', list: [{ of: 6 }] }),
  event(7, { user: null, total: 7 }),
  event(8, { total: 8, who: { first: 'Ada Lovelace', last: 'Lovelace' } }),
  '{"broken": "ada@example.com"',
]

interface Row {
  id: string
  key: string | null
  sequence: string | null
  entities: string[]
  document: { detail: object }
}

const maps = ['entities.user=$.detail.user', 'key=$.detail.user', 'sequence=$.detail.total']
const flags = maps.flatMap((map) => ['--map', map])
const needed = python !== undefined && jars !== undefined

describeWith('moto and Trino (npm run test:trino)', needed)('privacy.redact and Athena', () => {
  let at: TrinoArchiveAt
  const config = join(tmpdir(), `evt-hidden-${process.pid}.yaml`)

  beforeAll(async () => {
    writeFileSync(config, 'privacy: { redact: [$.detail.user, $.detail.who] }\n')
    at = await startTrinoArchive({ 'archive/2026/11/01/a.ndjson': `${lines.join('\n')}\n` }, flags)
  }, 240_000)
  afterAll(() => at.stop())

  const both = async (sql: string) => {
    const line = ['query', '--sql', sql, 's3://acme/archive', '--config', config, '-o', 'json']
    const run = async (...more: string[]) => {
      const { stdout, stderr } = await evt([...line, ...flags, ...more])
      return { out: stdout, err: stderr }
    }
    return { duckdb: await run(), athena: await run('--engine', 'athena', '--allow-partial') }
  }

  test('hides what DuckDB hides, and what is beside it stays', { timeout: 240_000 }, async () => {
    const { duckdb, athena } = await both(
      'select id, document, payload, "key", sequence, entities from events order by id',
    )
    for (const { out } of [duckdb, athena]) {
      expect(out).not.toMatch(/ada@|eve@|Lovelace|47110815/)
      expect(out).toContain('[redacted]')
    }
    const rowsOf = (out: string): Row[] => JSON.parse(out).rows
    const told = (out: string) => {
      return rowsOf(out).map(({ id, key, sequence, entities }) => [id, key, sequence, entities])
    }
    expect(told(athena.out)).toEqual(told(duckdb.out))
    const detailOf = (n: number) => rowsOf(athena.out)[n]?.document.detail
    expect(detailOf(1)).toEqual({ total: 2, list: ['x'] })
    expect(detailOf(5)).toEqual({ user: '[redacted]', list: [{ of: 6 }] })
  })

  test('figures that need no hidden value are the same', { timeout: 240_000 }, async () => {
    for (const sql of [
      'select type, count(*) as n, count(distinct id) as ids from events group by type',
      'select duplicate, count(*) as n from events group by duplicate',
    ]) {
      const { duckdb, athena } = await both(sql)
      expect(JSON.parse(athena.out).rows).toEqual(JSON.parse(duckdb.out).rows)
    }
    const { athena } = await both('select head from undecodable')
    expect(athena.out).not.toContain('ada@')
  })
})
