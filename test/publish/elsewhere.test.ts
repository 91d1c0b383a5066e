import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataPointType } from '@opentelemetry/sdk-metrics'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Datum } from '../../src/publish/datum.js'
import { otlpMetrics } from '../../src/publish/otlp-metrics.js'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { type OtlpDouble, type OtlpHistogram, startOtlp } from '../testbed/otlp-double.js'

const MINUTE_MS = 60_000
const EVENTS = 20_000
/** Long ago: whoever takes OTLP takes any time. */
const START_MS = Date.parse('2020-01-01T00:00:00Z')

/** In ms, of the nth event: from 1 to some 20,000, most of them short. */
const latencyOf = (n: number) => 1 + Math.floor(((n * 7_919) % EVENTS) ** 2 / 20_000)

function lineOf(
  id: string,
  {
    timeMs,
    receivedMs,
    type = 'order.paid',
  }: Record<'timeMs' | 'receivedMs', number> & {
    type?: string
  },
): string {
  const [time, receivedAt] = [timeMs, receivedMs].map((ms) => new Date(ms).toISOString())
  return `${JSON.stringify({ id, source: 'shop', type, time, receivedAt })}\n`
}

describe('metrics for those who are not on CloudWatch', () => {
  let otlp: OtlpDouble
  let at: Stage
  beforeAll(async () => {
    otlp = await startOtlp()
  })
  beforeEach(() => {
    otlp.got.length = 0
    otlp.headers.length = 0
    otlp.answer = () => ({ status: 200 })
    at = stage({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20t0ken' })
    const lines = Array.from({ length: EVENTS }, (_, n) => {
      const receivedMs = START_MS + (n % 2) * MINUTE_MS + (n % 50_000)
      const type = n % 4 < 2 ? 'order.paid' : 'order.placed'
      return lineOf(`${n}`, { timeMs: receivedMs - latencyOf(n), receivedMs, type })
    })
    writeFileSync(join(at.work, 'o.ndjson'), `${lines.join('')}${lines[0]}{bad\n`)
  })
  afterEach(() => at.remove())
  afterAll(() => otlp.stop())

  const publish = async (...more: string[]) => {
    const fields = ['id', 'source', 'type', 'time', 'receivedAt']
    const map = fields.flatMap((field) => ['--map', `${field}=$.${field}`])
    const child = startEvt(['metrics', 'publish', 'o.ndjson', ...map, ...more], at)
    const { exit } = await child.end
    return { exit, out: child.out.text, err: child.err.text }
  }
  const toOtlp = (...more: string[]) => publish('--otlp', otlp.url, '--yes', ...more)

  test('OTLP: sums of windows, and histograms whose numbers are exact', async () => {
    const { exit, out, err } = await toOtlp('--dimension', 'Stage=prod', '-o', 'json')
    expect([exit, err]).toEqual([0, ''])
    const result = JSON.parse(out)
    expect(result).toMatchObject({ url: otlp.url, region: null, usd: { perMonth: 0, calls: 0 } })
    expect(otlp.headers[0]).toMatchObject({
      ...{ path: '/v1/metrics', authorization: 'Bearer t0ken' },
      'content-type': 'application/x-protobuf',
    })
    const metrics = new Map(otlp.got.flat().map((metric) => [metric.name, metric]))
    const deliveries = metrics.get('evt.deliveries')
    expect(deliveries).toMatchObject({ kind: 'sum', temporality: 1, unit: '1' })
    const attributes = { Stage: 'prod' }
    expect(deliveries?.points).toEqual(
      [10_001, 10_000].map((value, n) => ({
        ...{ attributes, value, startMs: START_MS + n * MINUTE_MS },
        endMs: START_MS + (n + 1) * MINUTE_MS,
      })),
    )
    expect(metrics.get('evt.freshness')?.kind).toBe('gauge')
    const all = metrics.get('evt.latency')?.points ?? []
    expect(all.map(({ histogram }) => histogram?.count)).toEqual([10_000, 10_000])
    for (const [n, { histogram }] of all.entries()) if (histogram) isTrue(histogram, n)
    const types = metrics.get('evt.latency.by_type')?.points ?? []
    expect(types.map((point) => point.attributes['event.type']).sort()).toEqual([
      ...['order.paid', 'order.paid', 'order.placed', 'order.placed'],
    ])
    const ofTypes = types.reduce((sum, { histogram }) => sum + (histogram?.count ?? 0), 0)
    expect(ofTypes).toBe(EVENTS)
  })

  test('OTLP: an event whose clock was never set is the greatest of its type', async () => {
    const line = lineOf('unset', { timeMs: 0, receivedMs: START_MS })
    writeFileSync(join(at.work, 'o.ndjson'), line, { flag: 'a' })
    const { exit, err } = await toOtlp('-o', 'json')
    expect([exit, err]).toEqual([0, ''])
    const types = otlp.got.flat().find(({ name }) => name === 'evt.latency.by_type')?.points ?? []
    const first = types.filter(({ startMs }) => startMs === START_MS)
    const found = first.map(({ attributes, histogram }) => {
      return [attributes['event.type'], histogram?.count, histogram?.max]
    })
    expect(found.sort()).toEqual([
      ['order.paid', 5_001, START_MS],
      ['order.placed', 5_000, expect.any(Number)],
    ])
  })

  test('OTLP: a window goes once, and what is in doubt is not sent again', async () => {
    otlp.answer = () => 'cut'
    expect((await toOtlp()).exit).toBe(3)
    otlp.answer = () => ({ status: 200 })
    const again = await toOtlp()
    expect([again.exit, otlp.got.length]).toEqual([0, 1])
    expect(again.out).toContain('2 windows were begun by a run that did not end')
    expect((await toOtlp('--resend')).exit).toBe(0)
    expect((await toOtlp()).out).toContain('2 windows were published before')
    expect(otlp.got.length).toBe(2)
  })

  test('OTLP: a receiver that is busy is asked again, one that refuses is not', async () => {
    let calls = 0
    otlp.answer = () => ({ status: ++calls < 3 ? 503 : 200 })
    expect((await toOtlp('--journal', 'j')).exit).toBe(0)
    expect(calls).toBe(3)
    otlp.answer = () => ({ status: 401 })
    const { exit, err } = await toOtlp('--journal', 'k')
    expect([exit, otlp.headers.length]).toEqual([3, 4])
    expect(err).toContain(`${otlp.url} does not take metrics: HTTP 401 Unauthorized`)
    otlp.answer = () => ({ status: 200 })
    expect((await toOtlp('--journal', 'k')).out).toContain('published: 2 windows')
  })

  test('OTLP: data points that the receiver rejects are told', async () => {
    // partial_success { rejected_data_points: 7, error_message: "old" }
    const body = Buffer.from([0x0a, 0x07, 0x08, 0x07, 0x12, 0x03, 0x6f, 0x6c, 0x64])
    otlp.answer = () => ({ status: 200, body })
    const { exit, err } = await toOtlp()
    expect(exit).toBe(3)
    expect(err).toContain('7 data points were rejected: old')
  })

  test('OTLP: whoever sends it elsewhere has taken nothing', async () => {
    const headers = { location: '/other' }
    otlp.answer = () => ({ status: otlp.headers.length === 1 ? 301 : 200, headers })
    const { exit, err } = await toOtlp()
    expect([exit, otlp.headers.length]).toEqual([3, 1])
    expect(err).toContain(`${otlp.url} does not take metrics: HTTP 301 Moved Permanently`)
    expect((await toOtlp()).out).toContain('published: 2 windows')
  })

  test('OTLP: an answer may be JSON; of another nobody knows what it says', async () => {
    const answers = (kind: string, text: string) => {
      const headers = { 'content-type': kind }
      otlp.answer = () => ({ status: 200, headers, body: Buffer.from(text) })
    }
    answers('application/json', '{"partialSuccess":{}}')
    expect((await toOtlp('--journal', 'j')).exit).toBe(0)
    answers('application/json', '{"partialSuccess":{"rejectedDataPoints":"7"}}')
    expect((await toOtlp('--journal', 'k')).err).toContain('7 data points were rejected')
    for (const [n, [kind, text]] of Object.entries([
      ['text/html', '<html><body>a site</body></html>'],
      ['application/json', 'no'],
    ] as const)) {
      answers(kind, text)
      const { exit, err } = await toOtlp('--journal', `l${n}`)
      expect(exit).toBe(3)
      expect(err).toContain(`does not take metrics: what it answers is no OTLP (${kind})`)
    }
  })

  test('OTLP: an address that is none', async () => {
    for (const url of ['localhost:4318', 'ftp://host', 'https://u:p@host']) {
      const { exit, err } = await publish('--otlp', url, '--yes')
      expect(exit).toBe(2)
      expect(err).toContain('is no URL of http or https without a password')
    }
  })

  test('OTLP: a token in the address is told to nobody else', async () => {
    const secret = ['--otlp', `${otlp.url}/v1/metrics?api-key=s3cret&x=1`]
    const unasked = await publish(...secret)
    expect(unasked.err).toContain(`--otlp '${otlp.url}/v1/metrics?api-key=…&x=…'`)
    const dry = await publish(...secret, '--dry-run', '-o', 'html')
    const { out } = await publish(...secret, '--yes', '-o', 'json')
    expect(JSON.parse(out).url).toBe(`${otlp.url}/v1/metrics?api-key=…&x=…`)
    expect(otlp.headers[0]?.['path']).toBe('/v1/metrics?api-key=s3cret&x=1')
    otlp.answer = () => ({ status: 401 })
    const refused = await publish(...secret, '--yes', '--journal', 'k')
    const wrong = await publish('--otlp', 'https://u:s3cret@host?k=s3cret', '--yes')
    for (const each of [unasked, dry, refused, wrong]) {
      expect(`${each.out}${each.err}`).not.toContain('s3cret')
    }
  })

  test('OTLP: loops of several windows do not add up, deliveries do', () => {
    const atMs = START_MS
    const datum = (metric: string): Datum => {
      return { metric, unit: 'Count', dimensions: [], atMs, values: [2], counts: [1] }
    }
    const datums = [datum('Deliveries'), datum('Loops')]
    const window = { startMs: atMs, endMs: atMs + MINUTE_MS, datums, latencies: [] }
    const { scopeMetrics } = otlpMetrics([window], { namespace: 'Evt', version: '1' })
    const kinds = scopeMetrics[0]?.metrics.map(({ descriptor, dataPointType }) => {
      return [descriptor.name, DataPointType[dataPointType]]
    })
    expect(kinds).toEqual([
      ['evt.deliveries', 'SUM'],
      ['evt.loops', 'GAUGE'],
    ])
  })

  test('Prometheus: all of it in its text format, without a region or a journal', async () => {
    const { exit, out, err } = await publish('--prometheus', '--dimension', 'Stage=pr"od')
    expect([exit, err]).toEqual([0, ''])
    const samples = new Map(
      out
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
          const [, name = '', value] = /^(.*) (\S+)$/.exec(line) ?? []
          return [name.replaceAll('Stage="pr\\"od",', ''), Number(value)]
        }),
    )
    const of = (name: string) => samples.get(`${name}{Stage="pr\\"od"}`)
    expect(of('evt_deliveries_total')).toBe(EVENTS + 1)
    expect(of('evt_duplicates_total')).toBe(1)
    expect(of('evt_undecodable_total')).toBe(1)
    expect(of('evt_latency_seconds_count')).toBe(EVENTS)
    const latencies = Array.from({ length: EVENTS }, (_, n) => latencyOf(n))
    const total = latencies.reduce((sum, ms) => sum + ms, 0)
    expect(of('evt_latency_seconds_sum')).toBeCloseTo(total / 1_000, 6)
    // A bucket of the histogram is 0.1% wide: no latency is so near to 5 s, 10 s or 1 s.
    for (const [le, ms] of Object.entries({ '0.05': 50, '0.2': 200, '1': 1_000, '+Inf': 1e9 })) {
      const near = latencies.filter((each) => Math.abs(each - ms) < ms / 1_000).length
      const below = latencies.filter((each) => each <= ms).length
      const told = samples.get(`evt_latency_seconds_bucket{le="${le}"}`) ?? Number.NaN
      expect(Math.abs(told - below)).toBeLessThanOrEqual(near)
    }
    expect(samples.get('evt_latency_quantile_seconds{quantile="1"}')).toBe(
      Math.max(...latencies) / 1_000,
    )
    expect(samples.get('evt_type_latency_seconds_count{source="shop",type="order.paid"}')).toBe(
      10_000,
    )
    expect(out).toContain('# TYPE evt_type_latency_seconds histogram')
  })
})

/** Number, sum and ends are exact, and percentiles are within a bucket's 1.1%. */
function isTrue(histogram: OtlpHistogram, minute: number): void {
  const { count, sum, min, max, scale, zeroCount, offset, bucketCounts } = histogram
  const truth = Array.from({ length: EVENTS }, (_, n) => n)
    .filter((n) => n % 2 === minute)
    .map(latencyOf)
    .sort((a, b) => a - b)
  expect(bucketCounts.reduce((a, b) => a + b, 0) + zeroCount).toBe(count)
  expect([min, max]).toEqual([truth[0], truth.at(-1)])
  expect(sum).toBeCloseTo(
    truth.reduce((a, b) => a + b, 0),
    3,
  )
  for (const percent of [50, 90, 99, 99.9]) {
    const rank = Math.ceil((percent / 100) * count)
    let left = rank - zeroCount
    const index = bucketCounts.findIndex((each) => {
      left -= each
      return left <= 0
    })
    const upper = 2 ** ((offset + index + 1) / 2 ** scale)
    const exact = truth[rank - 1] ?? Number.NaN
    expect(Math.abs(upper - exact) / exact).toBeLessThan(0.012)
  }
}
