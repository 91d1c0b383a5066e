import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dependenceOf } from '../../src/gate/dependence.js'
import { Distribution } from '../../src/gate/distribution.js'
import { LatencySlots } from '../../src/live/latency-slots.js'
import type { Delivery } from '../../src/meters/delivery.js'
import type { HdrBucket } from '../../src/meters/hdr-buckets.js'
import { Random, runOf, SAMPLES, workloads } from '../gate/workloads.js'
import { campaign, seed } from '../helpers/campaign.js'

const START_US = 1_793_527_200_000_000

function delivery(type: string, receivedAtUs: number | null, latencyUs: number): Delivery {
  const timeUs = receivedAtUs === null ? null : receivedAtUs - latencyUs
  const event = { type, source: 'shop', receivedAtUs, timeUs }
  return { event, repeats: null } as unknown as Delivery
}

const samples = (buckets: readonly HdrBucket[]) =>
  buckets.reduce((sum, { count }) => sum + count, 0)

test('windows of a run of any length hold every latency once, in 200 at most', () => {
  const one = fc.record({
    type: fc.constantFrom('placed', 'paid'),
    afterUs: fc.oneof(fc.nat(1_000_000), fc.nat(86_400_000_000)),
    latencyUs: fc.integer({ min: -1_000, max: 5_000_000_000 }),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 400 }), (all) => {
      const slots = new LatencySlots()
      for (const { type, afterUs, latencyUs } of all) {
        slots.observe(delivery(type, START_US + afterUs, latencyUs))
      }
      const windows = slots.read()
      const counted = all.filter(({ latencyUs }) => latencyUs >= 0)
      const sum = (of: readonly number[]) => of.reduce((all, each) => all + each, 0)
      expect(windows.length).toBeLessThanOrEqual(200)
      expect(sum(windows.map(({ total }) => samples(total)))).toBe(counted.length)
      for (const type of ['placed', 'paid']) {
        const its = windows.flatMap(({ rows }) => rows.filter((row) => row.type === type))
        const count = counted.filter((each) => each.type === type).length
        expect(sum(its.map(({ buckets }) => samples(buckets)))).toBe(count)
      }
      expect(windows.map(({ startUs }) => startUs)).toEqual(
        windows.map(({ startUs }) => startUs).sort((a, b) => a - b),
      )
    }),
    { numRuns: campaign(60) },
  )
})

test('repeats, and what has no arrival, are no latencies', () => {
  const slots = new LatencySlots()
  slots.observe(delivery('placed', null, 0))
  slots.observe({ ...delivery('placed', START_US, 5), repeats: 'sameId' })
  expect(slots.read()).toEqual([])
})

test('a latency keeps its size to within a hundredth', () => {
  for (const us of [0, 1, 63, 64, 1_000, 123_456, 2_000_000_000]) {
    const slots = new LatencySlots()
    slots.observe(delivery('placed', START_US, us))
    const buckets = () => slots.read()[0]?.total ?? []
    const kept = new Distribution({ buckets }).percentile(50)
    expect(Math.abs(kept - us)).toBeLessThanOrEqual(us / 100)
  }
})

test('many types, each with few latencies, are told apart', () => {
  const slots = new LatencySlots()
  for (let n = 0; n < 400_000; n++) {
    const receivedUs = START_US + n * 1_000
    slots.observe(delivery(`type-${n % 5_000}`, receivedUs, ((n * 7_919) % 100_000) + 1))
  }
  const windows = slots.read()
  expect(windows.length).toBeGreaterThanOrEqual(100)
  const total = windows.reduce((sum, window) => sum + samples(window.total), 0)
  expect(total).toBe(400_000)
})

test('where there is much to keep, the windows are longer', () => {
  const slots = new LatencySlots(1_000)
  for (let n = 0; n < 20_000; n++) {
    slots.observe(delivery(`type-${n % 40}`, START_US + n * 1_000, ((n * 7_919) % 100_000) + 1))
  }
  const windows = slots.read()
  expect(windows.length).toBeGreaterThanOrEqual(10)
  expect(windows.length).toBeLessThanOrEqual(20)
  expect(windows.reduce((sum, { total }) => sum + samples(total), 0)).toBe(20_000)
})

test('windows that are rough tell as well how much bursts depend on each other', () => {
  const workload = workloads.find(({ name, hasBursts }) => hasBursts && name.endsWith('0.6'))
  if (!workload) throw new Error('there is no such workload')
  const random = new Random(seed)
  const effects = { rough: 0, exact: 0 }
  for (let run = 0; run < 10; run++) {
    const latencies = runOf(workload, random)
    const slots = new LatencySlots()
    for (const [n, ms] of latencies.entries()) {
      slots.observe(delivery('placed', START_US + n * 1_000, Math.round(ms * 1_000)))
    }
    const p99 = 1_000 * ([...latencies].sort((a, b) => a - b)[SAMPLES * 0.99] ?? 0)
    const windows = slots.read().map(({ total }) => new Distribution({ buckets: () => total }))
    const rough = windows.map((window) => ({ count: window.total, above: window.above(p99) }))
    let from = 0
    const exact = windows.map(({ total: count }) => {
      const its = latencies.subarray(from, from + count)
      from += count
      return { count, above: its.filter((ms) => ms * 1_000 > p99).length }
    })
    effects.rough += dependenceOf(rough).designEffect
    effects.exact += dependenceOf(exact).designEffect
  }
  expect(effects.exact / 10).toBeGreaterThan(1.3)
  expect(effects.rough / effects.exact).toBeCloseTo(1, 1)
})
