import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/generate/events.js'
import { makeWorkload } from '../../src/generate/make-workload.js'
import { plantedIn } from '../../src/generate/planted.js'
import { sortedIndexes } from '../../src/generate/radix-sort.js'
import { uuid } from '../../src/generate/random.js'
import { checkedSettings } from '../../src/generate/settings.js'
import { filesIn, readArchive } from './archive-reader.js'
import { type Given, generated, given } from './given.js'

const workloadOf = (settings: Given) => makeWorkload(checkedSettings(given(settings)))

describe('a workload', () => {
  test('plants about as much as was asked for', () => {
    const rates = { duplicates: 0.05, loss: 0.02, skew: 0.03, reorder: 0.04, conflicts: 0.01 }
    const workload = workloadOf({ events: 50_000, keys: 500, rates })
    const planted = plantedIn(workload, { undecodable: 0, reordered: 0 })
    const about = (count: number, share: number) =>
      expect(Math.abs(count / 50_000 / share - 1)).toBeLessThan(0.15)
    about(planted.duplicates, rates.duplicates * 1.1)
    about(planted.lost, rates.loss)
    about(planted.skewed, rates.skew)
    about(planted.reordered, rates.reorder)
    about(planted.conflicts, rates.conflicts)
  })

  test('numbers the events of a key from 1 without gaps', () => {
    const { events } = workloadOf({ keys: 7 })
    const latest = new Map<number, number>()
    events.key.forEach((key, i) => {
      expect(events.sequence[i]).toBe((latest.get(key) ?? 0) + 1)
      latest.set(key, events.sequence[i] ?? 0)
    })
  })

  test('gives hot keys their share', () => {
    const { events } = workloadOf({ events: 20_000, keys: 1_000, hotShare: 0.3 })
    const hot = events.key.filter((key) => key < 10).length
    expect(Math.abs(hot / 20_000 - 0.3)).toBeLessThan(0.02)
  })

  test('has every type and every source', () => {
    const { rows } = workloadOf({ types: 3, sources: 8 })
    expect(new Set(rows.map(({ type }) => type)).size).toBe(3)
    expect(new Set(rows.map(({ source }) => source)).size).toBe(8)
  })

  test('lets a type fall silent halfway', () => {
    const { events } = workloadOf({ silence: ['type'] })
    const rows = [...events.row]
    expect(rows.slice(0, 1_000)).toContain(1)
    expect(rows.slice(1_000)).not.toContain(1)
  })

  test('leaves an hour without an arrival', () => {
    const rates = { replays: 0.1, duplicates: 0.1 }
    const { events, deliveries } = workloadOf({ silence: ['hour'], rates })
    const start = events.silentHourUs ?? 0
    expect(start % 3.6e9).toBe(0)
    expect(deliveries.arrivalUs.filter((us) => us >= start && us < start + 3.6e9)).toHaveLength(0)
    expect(deliveries.arrivalUs.at(-1)).toBeGreaterThan(start + 3.6e9)
  })

  test('does not change where another fault is planted', () => {
    const one = workloadOf({})
    const other = workloadOf({ rates: { duplicates: 0.5 } })
    expect(other.events.timeUs).toEqual(one.events.timeUs)
    expect(other.events.key).toEqual(one.events.key)
  })
})

describe('what is planted', () => {
  test('is what lies in the files', async () => {
    const rates = {
      duplicates: 0.05,
      redeliveries: 0.05,
      replays: 0.05,
      conflicts: 0.05,
      publishedTwice: 0.05,
      skew: 0.05,
      reorder: 0.05,
      loss: 0.05,
    }
    const settings = { envelope: 'sqs>eventbridge', rates, undecodableShare: 0.05 }
    const { folder, result } = await generated(settings)
    const { planted } = result
    const { events, undecodable } = await readArchive(folder)
    expect(filesIn(folder)).toHaveLength(3)
    const ids = new Map<string, typeof events>()
    for (const event of events) ids.set(event.id, [...(ids.get(event.id) ?? []), event])
    const groups = [...ids.values()]
    const contents = new Set(groups.map((group) => group[0]?.payload))
    const conflicting = groups.filter(
      (group) => new Set(group.map(({ payload }) => payload)).size > 1,
    )
    const { replays, redeliveries, duplicates, conflicts } = planted
    expect(undecodable).toBe(planted.undecodable)
    expect(events.filter(({ replay }) => replay)).toHaveLength(replays)
    expect(events.filter(({ attempt }) => attempt > 1)).toHaveLength(redeliveries)
    expect(events.filter(({ receivedUs, timeUs }) => receivedUs < timeUs)).toHaveLength(
      planted.skewed,
    )
    expect(conflicting).toHaveLength(conflicts)
    expect(groups.length - contents.size).toBe(planted.publishedTwice)
    expect(events.length - groups.length).toBe(replays + redeliveries + duplicates + conflicts)
    expect(groups.length).toBe(2_000 - planted.lost + planted.publishedTwice)
    expect(events).toHaveLength(result.events)
  })

  test('as reordered is all that is reordered, where nothing is published twice', async () => {
    const { result, truth } = await generated({ rates: { reorder: 0.1, duplicates: 0.1 } })
    expect(result.planted.reordered).toBeGreaterThan(100)
    expect(result.planted.alsoReordered).toBe(0)
    expect(truth.total.ordering.reordered).toBe(result.planted.reordered)
  })

  test('stands in the findings', async () => {
    const rates = { duplicates: 0.05, skew: 0.05, loss: 0.05, conflicts: 0.05 }
    const { truth, result } = await generated({ rates, silence: ['type', 'hour'] })
    const counts = truth.findings.map(({ kind, count }) => [kind, count])
    const { duplicates, conflicts, skewed, lost } = result.planted
    expect(counts).toEqual([
      ['duplicate', duplicates + conflicts],
      ['conflict', conflicts],
      ['skew', skewed],
      ['sequence', lost],
      ['coverage', 1],
      ['coverage', 1],
    ])
    expect(truth.findings[0]?.witnesses).toHaveLength(5)
  })
})

test('an event has one fault at most', () => {
  const { events } = workloadOf({ rates: { duplicates: 0.5, loss: 0.5 } })
  expect(events.fault.filter((fault) => fault === Fault.none)).toHaveLength(0)
})

test('the radix sort is a stable sort', () => {
  const values = fc.array(fc.integer({ min: -1e13, max: 1e13 }).map((us) => us - (us % 7)))
  fc.assert(
    fc.property(values, (list) => {
      const order = [...sortedIndexes(Float64Array.from(list))]
      const stable = list.map((_, i) => i).sort((a, b) => (list[a] ?? 0) - (list[b] ?? 0) || a - b)
      expect(order).toEqual(stable)
    }),
  )
})

test('ids are not alike', () => {
  const ids = new Set<string>()
  for (let i = 0; i < 50_000; i++) for (const salt of [0, 1]) ids.add(uuid(7, i, salt))
  expect(ids.size).toBe(100_000)
  const looks = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect([...ids].filter((id) => !looks.test(id))).toEqual([])
})
