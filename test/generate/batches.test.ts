import { expect, test } from 'vitest'
import Generate from '../../commands/generate.js'
import { Fault } from '../../src/generate/events.js'
import { layerNames } from '../../src/generate/layers.js'
import { makeWorkload } from '../../src/generate/make-workload.js'
import { checkedSettings } from '../../src/generate/settings.js'
import { recordedUs } from '../../src/generate/workload.js'
import { given } from './given.js'

const rates = { duplicates: 0.1, redeliveries: 0.1, reorder: 0.1, skew: 0.1 }
const crowded = { ratePerSecond: 500, rates }

function workloadOf(envelope: string, settings: Parameters<typeof given>[0] = crowded) {
  return makeWorkload(checkedSettings(given({ envelope, ...settings })))
}

/** The deliveries of each batch. */
function batchesOf({ deliveries }: ReturnType<typeof makeWorkload>): number[][] {
  const found = new Map<number, number[]>()
  deliveries.batch.forEach((first, d) => {
    found.set(first, [...(found.get(first) ?? []), d])
  })
  return [...found.values()]
}

test('a batch is of some that arrived one after the other', () => {
  const batches = batchesOf(workloadOf('records>sqs-lambda'))
  expect(batches.flat()).toEqual(batches.flat().map((_, d) => d))
  const sizes = batches.map(({ length }) => length)
  expect(Math.max(...sizes)).toBe(10)
  expect(sizes.filter((size) => size > 1).length).toBeGreaterThan(100)
})

test('what is one message arrived at one time, with the last that is in it', () => {
  const workload = workloadOf('sqs>cloudevents-batch')
  const batches = batchesOf(workload).filter(({ length }) => length > 1)
  expect(batches.length).toBeGreaterThan(100)
  for (const batch of batches) {
    expect(new Set(batch.map((d) => recordedUs(workload, d))).size).toBe(1)
  }
  const messages = workloadOf('records>sqs-lambda')
  const times = batchesOf(messages).map(
    (batch) => new Set(batch.map((d) => recordedUs(messages, d))),
  )
  expect(Math.max(...times.map(({ size }) => size))).toBeGreaterThan(1)
})

test('what comes again as the same message is alone in it, and what is skewed stays so', () => {
  const workload = workloadOf('sqs>cloudevents-batch')
  const { events, deliveries } = workload
  const faultOf = (d: number) => events.fault[deliveries.event[d] ?? 0]
  for (const batch of batchesOf(workload)) {
    if (batch.some((d) => faultOf(d) === Fault.redelivery)) expect(batch).toHaveLength(1)
    for (const d of batch.filter((each) => faultOf(each) === Fault.skewed)) {
      expect(recordedUs(workload, d)).toBeLessThan(events.timeUs[deliveries.event[d] ?? 0] ?? 0)
    }
  }
})

test('a redelivery has the number of its message, every other delivery one of its own', () => {
  const { events, deliveries } = workloadOf('sqs-fifo')
  const numbers = new Map<number, number>()
  deliveries.message.forEach((number, d) => {
    const event = deliveries.event[d] ?? 0
    if (deliveries.attempt[d] === 1) expect(number).toBe(d + 1)
    else expect(number).toBe(numbers.get(event))
    if (!numbers.has(event)) numbers.set(event, number)
  })
  expect(events.fault.includes(Fault.redelivery)).toBe(true)
})

test('the help names all that can be in a chain', () => {
  for (const name of layerNames) expect(` ${Generate.description}`).toMatch(named(name))
})

function named(name: string): RegExp {
  return new RegExp(`[ >]${name}(?![-\\w])`)
}
