import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { datumsOf } from '../../src/publish/datums.js'
import { WindowMeter } from '../../src/publish/window-meter.js'
import { archiveStats } from '../../src/stats/stats.js'
import { type Stage, stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { startEvt } from '../testbed/evt-process.js'

const MINUTE_MS = 60_000
const GRACE_MS = 5_000
const maps = ['id', 'source', 'type', 'time', 'receivedAt', 'key'].map(
  (name) => `${name}=$.${name}`,
)
const mapped = [...maps, 'sequence=$.seq']

interface Line {
  id: string
  type: string
  key: string
  seq: number
  timeMs: number
  receivedMs: number
}

let at: Stage
beforeEach(() => {
  at = stage({})
})
afterEach(() => at.remove())

/** Deliveries in order of arrival: some again, some out of order, some late, of five types. */
function arrivals(startMs: number): Line[] {
  const draw = fc.record({
    type: fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c', 'd', 'e'),
    key: fc.constantFrom('1', '2', '3'),
    seq: fc.integer({ min: 0, max: 30 }),
    tookMs: fc.oneof(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 7_000, max: 90_000 })),
    again: fc.integer({ min: 0, max: 400 }),
  })
  const drawn = fc.sample(draw, { numRuns: 400, seed })
  const lines: Line[] = []
  for (const [n, { type, key, seq, tookMs, again }] of drawn.entries()) {
    const receivedMs = startMs + n * 997
    const copied = lines[again]
    if (copied) lines.push({ ...copied, receivedMs })
    else lines.push({ id: `e${n}`, type, key, seq, receivedMs, timeMs: receivedMs - tookMs })
  }
  return lines
}

function textOf({ timeMs, receivedMs, ...rest }: Line): string {
  const [time, receivedAt] = [timeMs, receivedMs].map((ms) => new Date(ms).toISOString())
  return JSON.stringify({ ...rest, source: 'shop', time, receivedAt })
}

/** By metric, start of the window and type: counted one after the other. */
function naive(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>()
  const windowOf = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS
  const windows = new Set(lines.map(({ receivedMs }) => windowOf(receivedMs)))
  const types = new Set(lines.map(({ type }) => type))
  const add = (metric: string, { type, receivedMs }: Line, more: number) => {
    const name = `${metric} ${windowOf(receivedMs)} ${type}`
    counts.set(name, (counts.get(name) ?? 0) + more)
  }
  const seen = new Set<string>()
  const greatest = new Map<string, number>()
  for (const line of lines) {
    const isFirst = !seen.has(line.id)
    seen.add(line.id)
    add('Deliveries', line, 1)
    add('Receptions', line, Number(isFirst))
    add('Duplicates', line, Number(!isFirst))
    if (!isFirst) continue
    const before = greatest.get(line.key) ?? -1
    greatest.set(line.key, Math.max(before, line.seq))
    add('Reordered', line, Number(line.seq < before))
    add('Late', line, Number(line.receivedMs - line.timeMs > GRACE_MS))
    add('Latency', line, 1)
  }
  for (const type of types) {
    let newest = Number.NEGATIVE_INFINITY
    for (const window of [...windows].sort((a, b) => a - b)) {
      for (const line of lines.filter((each) => each.type === type)) {
        if (windowOf(line.receivedMs) === window) newest = Math.max(newest, line.timeMs)
      }
      for (const metric of ['Deliveries', 'Receptions', 'Duplicates']) {
        const name = `${metric} ${window} ${type}`
        if (!counts.has(name)) counts.set(name, 0)
      }
      if (newest > 0) counts.set(`Freshness ${window} ${type}`, window + MINUTE_MS - newest)
    }
  }
  return counts
}

interface Told {
  metric: string
  atMs: number
  type: string | undefined
  value: number
}

function byName(told: readonly Told[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { metric, atMs, type, value } of told) {
    const name = `${metric} ${atMs} ${type}`
    counts.set(name, (counts.get(name) ?? 0) + value)
  }
  return counts
}

/** Of each metric and window, what all types have together and what the total says. */
function addUp(told: readonly Told[]): void {
  const summed = new Set(['Deliveries', 'Receptions', 'Duplicates', 'Reordered', 'Late', 'Lost'])
  const of = (isTotal: boolean) =>
    byName(
      told
        .filter(({ metric, type }) => summed.has(metric) && (type === undefined) === isTotal)
        .map((each) => ({ ...each, type: undefined })),
    )
  expect(of(true).size).toBeGreaterThan(20)
  expect(of(false)).toEqual(of(true))
}

const emf = async (...more: string[]) => {
  const map = mapped.flatMap((each) => ['--map', each])
  const args = ['metrics', 'publish', 'o.ndjson', ...map, '--emf', '--grace', '5s', ...more]
  const child = startEvt(args, at)
  const { exit } = await child.end
  expect([exit, child.err.text]).toEqual([0, ''])
  return child.out.text
    .trimEnd()
    .split('\n')
    .map((line): Told => {
      const { _aws, Type: type, ...rest } = JSON.parse(line)
      const metric: string = _aws.CloudWatchMetrics[0].Metrics[0].Name
      const { [metric]: found } = rest
      const counts: number[] | undefined = found.Counts
      const value = counts ? counts.reduce((a, b) => a + b, 0) : metric === 'Latency' ? 1 : found
      return { metric, atMs: _aws.Timestamp, type, value }
    })
}

const startOf = () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS

test('of an archive: what was counted one after the other, and types add up', async () => {
  const lines = arrivals(startOf())
  writeFileSync(join(at.work, 'o.ndjson'), lines.map((line) => `${textOf(line)}\n`).join(''))
  const told = await emf()
  expect(byName(told.filter(({ type }) => type !== undefined))).toEqual(naive(lines))
  addUp(told)
  const capped = await emf('--max-types', '2')
  const isOwn = ({ type }: Told) => type === undefined || type === 'a' || type === 'b'
  expect(byName(capped)).toEqual(byName(told.filter(isOwn)))
  // Of one that is promised something there are metrics, seldom as it is.
  writeFileSync(join(at.work, 'evt.yaml'), 'slo: { e: "shop/e: 99% once over 7d" }\n')
  const promised = await emf('--max-types', '2')
  const isChosen = ({ type }: Told) => type === undefined || type === 'a' || type === 'e'
  expect(byName(promised)).toEqual(byName(told.filter(isChosen)))
})

test('what was lost is told of its type, also where nothing of it came', async () => {
  const lines = arrivals(startOf())
  writeFileSync(join(at.work, 'o.ndjson'), lines.map((line) => `${textOf(line)}\n`).join(''))
  const gone = lines.slice(0, 100).map((line, n) => {
    return { ...line, id: `gone-${n}`, type: n % 3 === 0 ? 'gone' : line.type }
  })
  writeFileSync(
    join(at.work, 'sent.ndjson'),
    [...lines, ...gone].map((line) => `${textOf(line)}\n`).join(''),
  )
  const told = await emf('--sent', 'sent.ndjson', '--max-types', '20')
  const lost = told.filter(({ metric, type }) => metric === 'Lost' && type !== undefined)
  const sums = new Map<string, number>()
  for (const { type = '' } of gone) sums.set(type, (sums.get(type) ?? 0) + 1)
  const types = [...new Set(lost.map(({ type }) => type ?? ''))]
  const sumOf = (of: string) =>
    lost.filter(({ type }) => type === of).reduce((sum, { value }) => sum + value, 0)
  expect(Object.fromEntries(types.map((type) => [type, sumOf(type)]))).toEqual({
    ...Object.fromEntries(types.map((type) => [type, 0])),
    ...Object.fromEntries(sums),
  })
  expect(sums.get('gone')).toBe(34)
  addUp(told)
})

test('of what was spilled: the same as of what memory holds', async () => {
  const file = join(at.work, 'o.ndjson')
  const lines = arrivals(startOf())
  const untimed = JSON.stringify({ id: 'untimed', type: 'a' })
  const old = { ...lines[0], id: 'old', timeMs: Date.UTC(2020), receivedMs: Date.UTC(2026, 5) }
  const texts = [...lines, old as Line].map(textOf)
  writeFileSync(file, [...texts, untimed].map((text) => `${text}\n`).join(''))
  const { objects } = await resolveSources(['o.ndjson'], { aliases: {}, cwd: at.work })
  const measured = async (heldRows?: number) => {
    const { windowTypes } = await archiveStats({
      ...{ sources: [file], mapping: createMapping({ maps: mapped }), by: 'type', heldRows },
      objects,
      ...{ windowUs: MINUTE_MS * 1_000, intervals: true, memoryLimitBytes: 1e9 },
      selection: { sinceUs: null, untilUs: null, types: [] },
      ...{ signal: new AbortController().signal, onProgress: () => undefined },
    })
    return [...(windowTypes ?? [])]
      .map(([startUs, types]) => [startUs, [...types].sort((a, b) => (a.type < b.type ? -1 : 1))])
      .sort(([a], [b]) => Number(a) - Number(b))
  }
  const held = await measured()
  expect(held.length).toBeGreaterThan(6)
  expect(JSON.stringify(held)).toContain('"overflow":1')
  expect(await measured(50)).toEqual(held)
})

test('of what comes: as of an archive', () => {
  const startMs = startOf()
  const lines = arrivals(startMs)
  const meter = new WindowMeter({
    ...{ windowUs: MINUTE_MS * 1_000, fromUs: startMs * 1_000, settleMs: 0 },
    ...{ mostTypes: 20, memoryMs: null },
  })
  const decode = createDecoder({ mapping: createMapping({ maps: mapped }) })
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
    datumsOf(window, { dimensions: [], graceUs: GRACE_MS * 1_000 }).datums.map((datum): Told => {
      const type = datum.dimensions.find(([name]) => name === 'Type')?.[1]
      const counts = datum.counts.reduce((a, b) => a + b, 0)
      const value = datum.metric === 'Latency' ? counts : (datum.values[0] ?? Number.NaN)
      return { metric: datum.metric, atMs: datum.atMs, type, value }
    }),
  )
  const ofLines = (each: Told) =>
    each.type !== undefined && each.atMs <= (lines.at(-1)?.receivedMs ?? 0)
  expect(byName(told.filter(ofLines))).toEqual(naive(lines))
  addUp(told)
})
