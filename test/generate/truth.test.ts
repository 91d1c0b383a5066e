import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { EventRecord, JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { StatsMeter } from '../../src/meters/stats.js'
import { filesIn, readArchive } from './archive-reader.js'
import { bruteForce } from './brute-force.js'
import { type Given, generated } from './given.js'

const faults = {
  duplicates: 0.03,
  conflicts: 0.01,
  publishedTwice: 0.02,
  reorder: 0.05,
  loss: 0.02,
  skew: 0.02,
}
const cases: Record<string, Given> = {
  'no faults': { files: 1 },
  'eventbridge, replays': { rates: { ...faults, replays: 0.03 }, undecodableShare: 0.02 },
  'json as an array': { envelope: 'json', format: 'array', rates: faults, undecodableShare: 0.02 },
  'cloudevents, concatenated': {
    envelope: 'cloudevents',
    format: 'concatenated',
    rates: faults,
    undecodableShare: 0.02,
  },
  'sqs, redeliveries, one key': {
    envelope: 'sqs',
    keys: 1,
    rates: { ...faults, redeliveries: 0.05 },
    undecodableShare: 0.02,
  },
  'sqs(sns(eventbridge)), concatenated': {
    envelope: 'sqs(sns(eventbridge))',
    format: 'concatenated',
    rates: { ...faults, redeliveries: 0.05, replays: 0.02 },
    undecodableShare: 0.02,
    ratePerSecond: 5_000,
  },
  'sns in Parquet': { envelope: 'sns', format: 'parquet', rates: faults },
  'everything mixed, by hour': {
    envelope: 'mixed',
    format: 'mixed',
    compression: 'mixed',
    layout: 'hive',
    files: 9,
    types: 12,
    rates: { ...faults, redeliveries: 0.05, replays: 0.05 },
    undecodableShare: 0.05,
  },
  'eventbridge in every format': {
    format: 'mixed',
    compression: 'gzip',
    members: 5,
    layout: 'date',
    files: 8,
    types: 2,
    sources: 7,
    hotShare: 0.5,
    clockUs: 1e6,
    silence: ['type', 'hour'],
    rates: faults,
    undecodableShare: 0.02,
  },
}

describe('truth.json', () => {
  test.each(Object.entries(cases))('is what brute force finds: %s', async (_, settings) => {
    for (const seed of [1, 2, 3]) {
      const { folder, truth } = await generated({ ...settings, seed })
      const archive = await readArchive(folder)
      const { objects, bytes, events, undecodable } = archive
      const records = events.length + undecodable
      expect(truth.read).toEqual({ objects, bytes, records, undecodable })
      expect(truth.partial).toBe(false)
      const naive = bruteForce(events)
      expect(truth.types).toHaveLength(naive.types.length)
      expectRow(truth.total, naive.total)
      for (const { type, source, ...row } of naive.types) {
        const found = truth.types.find((one) => one.type === type && one.source === source)
        expect(found).toBeDefined()
        if (found) expectRow(found, row)
      }
    }
  })

  test.each(Object.entries(cases))('is what the meters find: %s', async (_, settings) => {
    const { folder, truth } = await generated({ ...settings, seed: 4 })
    const events = await decoded(folder)
    const meter = new StatsMeter()
    for (const event of events) meter.observe(event)
    const { total, types } = meter.read()
    expect({ total, types }).toEqual({ total: truth.total, types: truth.types })
  })

  test('says how fine the clocks are', async () => {
    for (const [clockUs, resolutionMs] of [
      [1, 0.001],
      [1e3, 1],
      [1e6, 1000],
    ]) {
      const { truth } = await generated({ clockUs: clockUs ?? 0 })
      expect(truth.total.latencyMs.resolutionMs).toBe(resolutionMs)
    }
  })

  test('without faults claims none', async () => {
    const { truth } = await generated({})
    expect(truth.findings).toEqual([])
    expect(truth.total).toMatchObject({
      events: 2_000,
      distinct: 2_000,
      duplicates: { count: 0, rate: 0 },
      ordering: { keys: 40, checked: 2_000, reordered: 0, ratio: 0, maxExtent: 0, maxLateMs: 0 },
      latencyMs: { count: 2_000, skewed: 0, overflow: 0 },
    })
  })
})

function expectRow(
  truth: Awaited<ReturnType<typeof generated>>['truth']['total'],
  { latency, latencies, ...row }: ReturnType<typeof bruteForce>['total'],
): void {
  const { p99LateMs: _, ...ordering } = truth.ordering
  const { events, distinct, duplicates, latencyMs } = truth
  expect({ events, distinct, duplicates, ordering }).toEqual(row)
  expect(latencyMs).toMatchObject(latencies.length > 0 ? latency : { count: 0, mean: null })
  if (latencyMs.hdr === null) return
  const histogram = decodeFromCompressedBase64(latencyMs.hdr)
  expect(histogram.totalCount).toBe(latencies.length)
  if (latencyMs.p90 !== null) {
    const exact = latencies[Math.ceil(latencies.length * 0.9) - 1] ?? 0
    expect(latencyMs.p90 * 1000).toBeGreaterThanOrEqual(exact)
    expect(latencyMs.p90 * 1000).toBeLessThan(exact * 1.001 + 1)
  }
}

/** Through evt's own decoder and the evt.yaml beside the files. */
async function decoded(folder: string): Promise<EventRecord[]> {
  const yaml = join(folder, 'evt.yaml')
  const { events } = parseConfig(readFileSync(yaml, 'utf8'), yaml)
  const decode = createDecoder({ mapping: createMapping({ events }) })
  expect(filesIn(folder).length).toBeGreaterThan(0)
  const records = (await readArchive(folder)).events
  const found = records.flatMap(({ path, record, text }) =>
    decode({
      value: JSON.parse(text) as JsonValue, // what JSON.parse gives
      position: { path, record },
      sizeBytes: text.length,
      head: new Uint8Array(),
    }),
  )
  return found
    .flatMap((one) => (one.kind === 'event' ? [one.event] : []))
    .sort(
      (a, b) =>
        (a.receivedAtUs ?? 0) - (b.receivedAtUs ?? 0) ||
        Buffer.compare(Buffer.from(a.position.path), Buffer.from(b.position.path)) ||
        a.position.record - b.position.record,
    )
}
