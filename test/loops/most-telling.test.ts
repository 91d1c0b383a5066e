import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mostTelling } from '../../src/loops/most-telling.js'
import type { PassingEvent } from '../../src/loops/passing-event.js'
import { evt } from '../helpers/cli.js'

const cwd = mkdtempSync(join(tmpdir(), 'evt-telling-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const START_MS = Date.UTC(2026, 10, 1)
const times = (many: number) => Array.from({ length: many }, (_, n) => n)

/** Ten threads that are told five times, one of them seven; two that go round, which come last. */
const lines = [
  ...times(10).flatMap((t) => times(t === 3 ? 7 : 5).map((n) => ['told', `o-${t}`, n] as const)),
  ...['x', 'y'].flatMap((t) => times(6).map((n) => ['round', t, 100 + n] as const)),
  ...times(6).map((n) => ['nameless', '', 50 + n] as const),
  ...times(30).map((n) => ['crowd', '', n] as const),
  ...times(4).map((n) => ['seldom', 'z', n] as const),
]

const events = lines.map(
  ([type, order, atS], n): PassingEvent => ({
    ...{ id: null, source: '', type, atUs: (START_MS + atS * 1_000) * 1_000, receivedAtUs: null },
    ...{ correlationId: null, causationId: null, traceId: null, entities: [], bytes: 1 },
    ...{ position: { path: 'a.ndjson', record: n + 1 }, payload: '{}', threadEvents: 0, order: 0 },
    thread: order === '' ? '' : `e order:${order}`,
  }),
)

const chosen = (most: number) => {
  const found = mostTelling(events, 5, most)
  return found.map(({ position }) => position.record).sort((a, b) => a - b)
}

const config = `events: { "*": { type: $.type, time: $.at, entities: { order: $.order } } }\n`

test.each([1_000, 90, 80, 76, 70, 66, 30, 19, 12, 7])(
  'of what passes again %i are the same ones by SQL and in memory',
  async (most) => {
    const texts = lines.map(([type, order, atS]) => {
      const at = new Date(START_MS + atS * 1_000).toISOString()
      return JSON.stringify({ type, at, ...(order !== '' && { order }) })
    })
    writeFileSync(join(cwd, 'a.ndjson'), `${texts.join('\n')}\n`)
    writeFileSync(join(cwd, 'evt.yaml'), config)
    const [file, of] = [join(cwd, 'a.ndjson'), join(cwd, 'evt.yaml')]
    const asked = ['query', 'loops/again', file, '--config', of, '--param', `most=${most}`]
    const { stdout } = await evt([...asked, '-o', 'ndjson'])
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const bySql = rows.map(({ position }) => position.record).sort((a, b) => a - b)
    expect(chosen(most)).toEqual(bySql)
  },
  200_000,
)

test.each([100_000, 40, 9])('Athena is asked for the same %i, in other words', async (most) => {
  const file = join(cwd, 'many.ndjson')
  // Some name causes, some are told again, some have no time, a correlation instead of an order.
  const some = times(600).map((n) => {
    const at = new Date(START_MS + (n - (n % 3)) * 1_000).toISOString()
    const order = n % 5 === 0 ? undefined : `o-${(n * n) % 13}`
    const cause = n % 17 === 0 ? `e-${n - 1}` : undefined
    const id = n % 4 === 0 ? undefined : `e-${n % 50 === 7 ? n - 1 : n}`
    return {
      type: `t${(n * 7) % 6}`,
      id,
      order,
      cause,
      of: `c${n % 7}`,
      ...(n % 23 !== 0 && { at }),
    }
  })
  writeFileSync(file, `${some.map((each) => JSON.stringify(each)).join('\n')}\n`)
  const maps = ['type=$.type', 'id=$.id', 'time=$.at', 'entities.order=$.order']
  maps.push('causationId=$.cause', 'correlationId=$.of')
  const line = [...maps.flatMap((map) => ['--map', map]), '-o', 'ndjson', '--no-index', file]
  const params = ['--param', `most=${most}`, '--param', 'passes=5']
  const found = await evt(['query', 'loops/again', ...params, ...line])
  const rows = found.stdout.trim().split('\n')
  expect(rows.filter((row) => row.includes('"thread":"e order:')).length).toBeGreaterThan(8)
  const sql = readFileSync(new URL('../../queries/athena/loops-again.sql', import.meta.url), 'utf8')
  const bound = sql.replaceAll('$passes', '5').replaceAll('$most', String(most))
  const windows = await evt(['query', '--sql', bound, ...line])
  expect(windows.stdout.trim().split('\n')).toEqual(rows)
})

test('threads that do what few do come first, then those that do it most often', () => {
  const of = (most: number) => {
    const found = mostTelling(events, 5, most)
    return [...new Set(found.map(({ thread, type }) => `${type} ${thread}`))]
  }
  expect(of(12)).toEqual(['round e order:x', 'round e order:y'])
  expect(of(19)).toEqual(['round e order:x', 'round e order:y', 'told e order:o-3'])
  // Half of the nameless that are taken are of each, as long as both have some.
  expect(of(66)).toContain('nameless ')
  expect(mostTelling(events, 5, 76).filter(({ type }) => type === 'nameless')).toHaveLength(6)
  expect(of(64)).not.toContain('nameless ')
  expect(of(1_000)).toContain('nameless ')
  expect(of(1_000)).not.toContain('seldom e order:z')
})
