import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { datumsOf } from '../../src/publish/datums.js'
import { byMember, labelsOf, membersBy } from '../../src/publish/members.js'
import type { Member } from '../../src/publish/own-types.js'
import { WindowMeter } from '../../src/publish/window-meter.js'
import { archiveStats } from '../../src/stats/stats.js'
import { type Stage, stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { startEvt } from '../testbed/evt-process.js'

const MINUTE_MS = 60_000
const GRACE_MS = 5_000
const fields = ['id', 'source', 'type', 'time', 'receivedAt', 'key']
const maps = [
  ...fields.map((name) => `${name}=$.${name}`),
  ...['sequence=$.seq', 'entities.order=$.key', 'entities.shop=$.shop', 'entities.city=$.city'],
]

interface Line {
  id: string
  type: string
  key: string | null
  shop: string
  city: string | null
  seq: number
  timeMs: number
  receivedMs: number
}

let at: Stage
beforeEach(() => {
  at = stage({})
})
afterEach(() => at.remove())

/** In order of arrival: some again, some out of order, some late, some without a key, each of up to
 * three entities. */
function arrivals(): Line[] {
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS
  const draw = fc.record({
    type: fc.constantFrom('a', 'b'),
    key: fc.constantFrom('1', '1', '1', '2', '2', '3', '4', null),
    shop: fc.constantFrom('x', 'x', 'y'),
    city: fc.constantFrom('bern', 'oslo', 'oslo', null),
    seq: fc.integer({ min: 0, max: 30 }),
    tookMs: fc.oneof(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 7_000, max: 90_000 })),
    again: fc.integer({ min: 0, max: 400 }),
  })
  const lines: Line[] = []
  for (const [n, { tookMs, again, ...rest }] of fc.sample(draw, { numRuns: 400, seed }).entries()) {
    const receivedMs = startMs + n * 997
    const copied = lines[again]
    if (copied) lines.push({ ...copied, receivedMs })
    else lines.push({ id: `e${n}`, ...rest, receivedMs, timeMs: receivedMs - tookMs })
  }
  return lines
}

function textOf({ timeMs, receivedMs, ...rest }: Line): string {
  const [time, receivedAt] = [timeMs, receivedMs].map((ms) => new Date(ms).toISOString())
  return JSON.stringify({ ...rest, source: 'shop', time, receivedAt })
}

function namesOf({ key, shop, city }: Line, by: Member): string[] {
  const keys = key === null ? [] : [key]
  if (by === 'key') return keys
  const cities = city === null ? [] : [`city:${city}`]
  return [...keys.map((name) => `order:${name}`), `shop:${shop}`, ...cities]
}

/** By metric, start of the window and name: counted one after the other. */
function naive(lines: readonly Line[], by: Member, own: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  const seen = new Set<string>()
  const greatest = new Map<string, number>()
  for (const line of lines) {
    const startMs = Math.floor(line.receivedMs / MINUTE_MS) * MINUTE_MS
    const isFirst = !seen.has(line.id)
    seen.add(line.id)
    const before = greatest.get(String(line.key)) ?? -1
    if (isFirst && line.key !== null) greatest.set(line.key, Math.max(before, line.seq))
    for (const name of namesOf(line, by).filter((each) => own.includes(each))) {
      const add = (metric: string, more: number) => {
        const of = `${metric} ${startMs} ${name}`
        counts.set(of, (counts.get(of) ?? 0) + more)
      }
      add('Deliveries', 1)
      add('Receptions', Number(isFirst))
      add('Duplicates', Number(!isFirst))
      if (!isFirst) continue
      add('Late', Number(line.receivedMs - line.timeMs > GRACE_MS))
      add('Latency', 1)
      if (line.key !== null) add('Reordered', Number(line.seq < before))
    }
  }
  return counts
}

interface Told {
  metric: string
  atMs: number
  dimensions: Record<string, string>
  value: number
}

const dimensionOf = { key: 'Key', entity: 'Entity' } as const

/** Without Freshness, of which no counting says anything, and without what nothing came of. */
function byName(told: readonly Told[], by: Member): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { metric, atMs, dimensions, value } of told) {
    const own = dimensions[dimensionOf[by]]
    if (own === undefined || metric === 'Freshness') continue
    const name = `${metric} ${atMs} ${own}`
    counts.set(name, (counts.get(name) ?? 0) + value)
  }
  return counts
}

function present(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1))
}

const evt = async (...more: string[]) => {
  const map = maps.flatMap((each) => ['--map', each])
  const child = startEvt(['metrics', 'publish', 'o.ndjson', ...map, '--grace', '5s', ...more], at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const emf = async (...more: string[]): Promise<Told[]> => {
  const { exit, out, err } = await evt('--emf', ...more)
  expect([exit, err]).toEqual([0, ''])
  const lines = out.trimEnd().split('\n')
  return lines.map((line): Told => {
    const { _aws, ...rest } = JSON.parse(line)
    const metric: string = _aws.CloudWatchMetrics[0].Metrics[0].Name
    const { [metric]: found, ...dimensions } = rest
    const counts: number[] | undefined = found.Counts
    const value = counts ? counts.reduce((a, b) => a + b, 0) : metric === 'Latency' ? 1 : found
    return { metric, atMs: _aws.Timestamp, dimensions, value }
  })
}

const write = (lines: readonly Line[]) =>
  writeFileSync(join(at.work, 'o.ndjson'), lines.map((line) => `${textOf(line)}\n`).join(''))

const most = { key: 2, entity: 3 } as const

/** Those with the most events. */
function ownOf(lines: readonly Line[], by: Member): string[] {
  const counts = new Map<string, number>()
  for (const name of lines.flatMap((line) => namesOf(line, by))) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const ranked = [...counts].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1))
  return ranked.slice(0, most[by]).map(([name]) => name)
}

describe.each(['key', 'entity'] as const)('by %s', (by) => {
  test('of an archive: what was counted one after the other, of those with the most', async () => {
    const lines = arrivals()
    write(lines)
    const told = await emf('--by', by, '--force', '--max-types', String(most[by]))
    expect(present(byName(told, by))).toEqual(present(naive(lines, by, ownOf(lines, by))))
    const totals = told.filter(({ metric, dimensions }) => {
      return metric === 'Deliveries' && Object.keys(dimensions).length === 0
    })
    expect(totals.reduce((sum, { value }) => sum + value, 0)).toBe(lines.length)
    expect(told.some(({ dimensions }) => 'Type' in dimensions)).toBe(false)
  })

  test('of what comes: the same', () => {
    const lines = arrivals()
    const decode = createDecoder({ mapping: createMapping({ maps }) })
    const startUs = Math.floor((lines[0]?.receivedMs ?? 0) / MINUTE_MS) * MINUTE_MS * 1_000
    const meter = new WindowMeter({
      ...{ windowUs: MINUTE_MS * 1_000, fromUs: startUs, settleMs: 0, mostTypes: 20 },
      ...{ membersOf: membersBy(by, undefined), memoryMs: null },
    })
    for (const [n, line] of lines.entries()) {
      const text = textOf(line)
      const [decoded] = decode({
        ...{ value: JSON.parse(text), sizeBytes: text.length, head: Buffer.from(text) },
        position: { path: 'o.ndjson', record: n + 1 },
      })
      if (decoded) meter.observe([{ decoded }], line.receivedMs)
    }
    const figures = meter.closed((lines.at(-1)?.receivedMs ?? 0) + 2 * MINUTE_MS)
    const told = figures.flatMap((window) =>
      datumsOf(window, { dimensions: [], graceUs: GRACE_MS * 1_000, by }).datums.map(
        ({ metric, atMs, dimensions, values, counts }): Told => ({
          ...{ metric, atMs, dimensions: Object.fromEntries(dimensions) },
          value: metric === 'Latency' ? counts.reduce((a, b) => a + b, 0) : (values[0] ?? 0),
        }),
      ),
    )
    const names = [...new Set(lines.flatMap((line) => namesOf(line, by)))]
    expect(names.length).toBeGreaterThan(3)
    expect(present(byName(told, by))).toEqual(present(naive(lines, by, names)))
  })

  test('of what was spilled: the same as of what memory holds', async () => {
    const lines = arrivals()
    write(lines)
    const { objects } = await resolveSources(['o.ndjson'], { aliases: {}, cwd: at.work })
    const names = ownOf(lines, by).map((type) => ({ type, source: '' }))
    const measured = async (heldRows?: number) => {
      const found = await archiveStats({
        ...{ sources: ['o.ndjson'], mapping: createMapping({ maps }), by: 'type', heldRows },
        ...{ objects, windowUs: MINUTE_MS * 1_000, intervals: true, memoryLimitBytes: 1e9 },
        labelOf: labelsOf(names, membersBy(by, undefined)),
        selection: { sinceUs: null, untilUs: null, types: [] },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
      })
      const { intervals = [], windowTypes = new Map() } = byMember(found)
      const sorted = <Row extends { type: string }>(rows: readonly Row[]) =>
        [...rows].sort((a, b) => (a.type < b.type ? -1 : 1))
      return [
        intervals.map(({ startUs, rows }) => [startUs, sorted(rows)]),
        [...windowTypes].map(([startUs, rows]) => [startUs, sorted(rows)]).sort(),
        found.result.types,
      ]
    }
    const held = await measured()
    expect(JSON.stringify(held[1])).toContain(names[0]?.type)
    expect(await measured(50)).toEqual(held)
  })

  test('unforced it is refused with its price, and with what to type', async () => {
    write(arrivals())
    const refused = await evt('--by', by, '--emf')
    expect(refused).toMatchObject({ exit: 2, out: '' })
    const words = by === 'key' ? 'keys' : 'entities'
    expect(refused.err).toContain(`nothing was published: ${words} become a dimension: up to `)
    expect(refused.err).toMatch(/up to \$\d+\.\d\d a month at list price/)
    expect(refused.err).toContain(`--by ${by} --emf --force`)
  })
})

test('what privacy.redact hides is no dimension', async () => {
  write(arrivals())
  writeFileSync(join(at.work, 'evt.yaml'), 'privacy: { redact: [$.key] }\n')
  const told = await emf('--by', 'entity', '--force')
  const names = new Set(told.flatMap(({ dimensions }) => dimensions['Entity'] ?? []))
  expect([...names].sort()).toEqual([
    ...['city:bern', 'city:oslo', 'order:[redacted]', 'shop:x', 'shop:y'],
  ])
  const keys = await emf('--by', 'key', '--force')
  expect(new Set(keys.flatMap(({ dimensions }) => dimensions['Key'] ?? []))).toEqual(
    new Set(['[redacted]']),
  )
})
