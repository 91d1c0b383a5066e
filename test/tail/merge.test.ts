import { expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { EventRecord, JsonObject } from '../../src/event/event.js'
import { parsePath } from '../../src/event/json-path.js'
import { createMapping } from '../../src/event/mapping.js'
import { redact } from '../../src/event/redact.js'
import { merged } from '../../src/tail/merge.js'

async function* of(...batches: number[][]) {
  yield* batches
}

const byTime = { clockUs: (n: number) => n, patienceMs: 50 }

async function all(batches: AsyncIterable<number[]>) {
  const found: number[] = []
  for await (const batch of batches) found.push(...batch)
  return found
}

test('sources are merged by time, each in its own order', async () => {
  const sources = [of([1, 4, 3], [9]), of([2, 5], [6]), of([])]
  expect(await all(merged(sources, byTime))).toEqual([1, 2, 4, 3, 5, 6, 9])
})

test('a source that is silent holds up the others for a moment only', async () => {
  let speak = () => {}
  const spoken = new Promise<void>((resolve) => {
    speak = resolve
  })
  async function* silent() {
    await spoken
    yield [0]
  }
  const batches = merged([of([1], [2]), silent()], byTime)
  expect((await batches.next()).value).toEqual([1])
  expect((await batches.next()).value).toEqual([2])
  speak()
  expect(await all(batches)).toEqual([0])
})

test('a source whose items have no time holds up no others, however many come', async () => {
  async function* timeless(): AsyncGenerator<(number | null)[]> {
    for (let n = 0; n < 100_000; n++) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      yield [null]
    }
  }
  async function* timed() {
    yield [1]
    yield [2]
  }
  const clockUs = (item: number | null) => item
  const found: number[] = []
  let others = 0
  for await (const batch of merged([timeless(), timed()], { clockUs, patienceMs: 100_000 })) {
    for (const item of batch)
      if (item === null) others += 1
      else found.push(item)
    if (found.length === 2) break
  }
  expect(found).toEqual([1, 2])
  expect(others).toBeLessThan(1_000)
})

test('what goes wrong in a source is thrown', async () => {
  async function* broken(): AsyncGenerator<number[]> {
    yield* []
    throw new Error('broken')
  }
  await expect(all(merged([broken(), of([1])], byTime))).rejects.toThrow('broken')
})

test('what goes wrong in a source keeps nobody from what the others had given', async () => {
  async function* broken(): AsyncGenerator<number[]> {
    yield [1]
    throw new Error('broken')
  }
  const found: number[] = []
  const reading = async () => {
    for await (const batch of merged([broken(), of([2, 3])], byTime)) found.push(...batch)
  }
  await expect(reading()).rejects.toThrow('broken')
  expect(found).toEqual([1, 2, 3])
})

function decoded(value: JsonObject, maps: string[]): EventRecord {
  const decode = createDecoder({ mapping: createMapping({ maps }) })
  const position = { path: 'a', record: 1 }
  const [one] = decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
  if (one?.kind !== 'event') throw new Error('undecodable')
  return one.event
}

test('what is redacted is in no field of an event', () => {
  const value = JSON.parse(
    '{"id":"1","email":"a@b","list":[{"name":"Ann"}],"__proto__":{"x":"deep"}}',
  )
  const event = decoded(value, ['key=$.email', 'entities.user=$.email'])
  redact(event, ['$.email', '$.list[0].name', '$.__proto__.x', '$.none.at'].map(parsePath))
  expect(event.key).toBe('[redacted]')
  expect(event.entities).toEqual(['user:[redacted]'])
  expect(JSON.stringify(event)).not.toMatch(/a@b|Ann|deep/)
  expect(Object.getPrototypeOf(event.document)).toBe(Object.prototype)
})

test('data of a CloudEvent in base64 are redacted as a whole', () => {
  const data = Buffer.from('{"email":"a@b"}').toString('base64')
  const head = { specversion: '1.0', id: '1', source: 's', type: 't' }
  const event = decoded({ ...head, datacontenttype: 'application/json', data_base64: data }, [])
  redact(event, [parsePath('$.data.email')])
  expect(JSON.stringify(event)).not.toContain(data)
  expect(JSON.stringify(event)).not.toContain('a@b')
})
