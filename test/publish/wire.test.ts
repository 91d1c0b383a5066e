import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import {
  type MetricCall,
  metricCalls,
  type SentDatum,
  sentValues,
} from '../testbed/metric-calls.js'

const EVENTS = 1_000_000
const HOUR_MS = 3_600_000

describe('a million latencies on the wire', () => {
  let faulty: Faulty
  let at: Stage
  /** In ms, ascending. */
  let truth: Float64Array
  beforeAll(async () => {
    faulty = await startFaulty('http://127.0.0.1:9')
    faulty.fault = () => ({ status: 200, body: {} })
  })
  beforeEach(() => {
    faulty.asked.length = 0
    at = stage({
      ...{ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' },
      AWS_ENDPOINT_URL: faulty.url,
    })
    truth = written(join(at.work, 'o.ndjson'))
  })
  afterEach(() => at.remove())
  afterAll(() => faulty.stop())

  const published = async (window: string, env: Record<string, string> = {}) => {
    const fields = ['id', 'type', 'time', 'receivedAt']
    const map = fields.flatMap((field) => ['--map', `${field}=$.${field}`])
    const args = ['metrics', 'publish', 'o.ndjson', ...map, '--window', window, '--yes']
    const child = startEvt(args, { ...at, env: { ...at.env, ...env } })
    const { exit } = await child.end
    expect(child.err.text).toBe('')
    expect(exit).toBe(0)
    return metricCalls(faulty.asked)
  }

  test('percentiles are within 1%, maximum and number exact: compressed', async () => {
    const calls = await published('1h')
    expect(calls.some(({ isCompressed }) => isCompressed)).toBe(true)
    areWithinLimits(calls)
    const sent = sentValues(calls, isOfAll)
    expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(EVENTS)
    expect(sent.at(-1)?.value).toBe(truth.at(-1))
    expect(sent[0]?.value).toBe(truth[0])
    for (const percent of [50, 90, 99, 99.9]) {
      const exact = truth[Math.ceil((percent / 100) * EVENTS) - 1] ?? 0
      expect(Math.abs(valueAt(sent, percent) - exact) / exact).toBeLessThanOrEqual(0.01)
    }
  })

  test('3,600 windows stay within the limits of calls: not compressed', async () => {
    const calls = await published('1s', { AWS_DISABLE_REQUEST_COMPRESSION: 'true' })
    expect(calls.every(({ isCompressed }) => !isCompressed)).toBe(true)
    expect(calls.length).toBeGreaterThan(20)
    areWithinLimits(calls)
    const sent = sentValues(calls, isOfAll)
    expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(EVENTS)
    expect(sent.at(-1)?.value).toBe(truth.at(-1))
    const deliveriesOf = (dimensions: number) =>
      sentValues(calls, ({ MetricName, Dimensions }) => {
        return MetricName === 'Deliveries' && Dimensions.length === dimensions
      })
    const deliveries = deliveriesOf(0)
    const byType = deliveriesOf(1)
    expect(byType.reduce((sum, { value }) => sum + value, 0)).toBe(EVENTS)
    expect(byType.length).toBe(3 * 3_600)
    expect(deliveries.reduce((sum, { value }) => sum + value, 0)).toBe(EVENTS)
    expect(deliveries.length).toBe(3_600)
  })
})

const isOfAll = ({ MetricName, Dimensions }: SentDatum) =>
  MetricName === 'Latency' && Dimensions.length === 0

/** botocore's model of PutMetricData: 1,000 datums, 150 values of each, 30 dimensions, 1 MB. */
function areWithinLimits(calls: readonly MetricCall[]): void {
  for (const { bytes, datums } of calls) {
    expect(datums.length).toBeLessThanOrEqual(1_000)
    expect(bytes).toBeLessThanOrEqual(1_000_000)
    for (const { Values, Counts, Dimensions } of datums) {
      expect(Values.length).toBeGreaterThan(0)
      expect(Values.length).toBeLessThanOrEqual(150)
      expect(Counts.length).toBe(Values.length)
      expect(Dimensions.length).toBeLessThanOrEqual(30)
    }
  }
}

function valueAt(sent: readonly { value: number; count: number }[], percent: number): number {
  let left = Math.ceil((percent / 100) * EVENTS)
  for (const { value, count } of sent) {
    left -= count
    if (left <= 0) return value
  }
  return Number.NaN
}

/** An hour of events whose latencies are those of a log-normal distribution, in ms. */
function written(file: string): Float64Array {
  const endMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const latencies = new Float64Array(EVENTS)
  const chunks: string[] = []
  let state = seed | 1
  const random = () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
  for (let n = 0; n < EVENTS; n++) {
    const normal = Math.sqrt(-2 * Math.log(random() || 0.5)) * Math.cos(2 * Math.PI * random())
    const latencyMs = Math.floor(80 * Math.exp(1.1 * normal)) + 1
    const receivedMs = endMs - HOUR_MS + Math.floor((n / EVENTS) * HOUR_MS)
    latencies[n] = latencyMs
    const time = new Date(receivedMs - latencyMs).toISOString()
    const receivedAt = new Date(receivedMs).toISOString()
    chunks.push(`{"id":"${n}","type":"t${n % 3}","time":"${time}","receivedAt":"${receivedAt}"}\n`)
  }
  writeFileSync(file, chunks.join(''))
  return latencies.sort()
}
