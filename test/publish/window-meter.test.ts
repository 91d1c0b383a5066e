import { expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { datumsOf } from '../../src/publish/datums.js'
import { WindowMeter } from '../../src/publish/window-meter.js'

const decoderOf = (...more: string[]) =>
  createDecoder({ mapping: createMapping({ maps: ['id=$.id', 'time=$.time', ...more] }) })
const T0 = Date.UTC(2026, 0, 5)

interface Given {
  readonly decode?: ReturnType<typeof decoderOf>
  readonly receivedAt?: string
  readonly type?: string
}

function eventAt(ms: number, { decode = decoderOf(), ...more }: Given = {}) {
  const value = { id: `e${ms}`, type: 'a', time: new Date(ms).toISOString(), ...more }
  const text = Buffer.from(JSON.stringify(value))
  const [decoded] = decode({
    ...{ value, sizeBytes: text.length, head: text },
    position: { path: 'a.ndjson', record: 1 },
  })
  if (!decoded) throw new Error('nothing was decoded')
  return { decoded }
}

test('an event that is dated ahead does not end the windows until then', () => {
  const meter = new WindowMeter({
    ...{ windowUs: 1e6, fromUs: T0 * 1_000, settleMs: 0, mostTypes: 0, memoryMs: null },
  })
  meter.observe([eventAt(T0), eventAt(T0 + 3_600_000)], T0 + 500)
  const closed = meter.closed(T0 + 10_000)
  expect(closed.map(({ startMs }) => startMs - T0)).toEqual(
    [...Array(10).keys()].map((n) => n * 1_000),
  )
  expect(closed.map(({ row }) => row.events)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
})

test('a type of which something is promised has metrics of its own, late as it comes', () => {
  const meter = new WindowMeter({
    ...{ windowUs: 60e6, fromUs: null, settleMs: 0, mostTypes: 2, memoryMs: null },
    promised: [{ type: 'z', source: '' }],
  })
  const decode = decoderOf('type=$.type')
  for (const type of ['a', 'b', 'z', 'c']) meter.observe([eventAt(T0, { decode, type })], T0)
  const [window] = meter.closed(T0 + 61_000)
  expect(window?.types.map(({ type, events }) => [type, events])).toEqual([
    ['a', 1],
    ['z', 1],
  ])
  expect(meter.otherTypes).toBe(2)
})

test('an event whose clock was never set is the greatest of its type, and counted', () => {
  const options = { windowUs: 60e6, fromUs: null, settleMs: 0, mostTypes: 1, memoryMs: null }
  const meter = new WindowMeter(options)
  const decode = decoderOf('type=$.type', 'receivedAt=$.receivedAt')
  const times = [0, ...Array.from({ length: 30 }, (_, n) => T0 - n)]
  meter.observe(
    times.map((ms) => eventAt(ms, { decode, receivedAt: new Date(T0).toISOString() })),
    T0,
  )
  const [window] = meter.closed(T0 + 61_000)
  if (!window) throw new Error('no window is over')
  const { datums } = datumsOf(window, { dimensions: [], graceUs: 1e6 })
  const latencies = datums.filter(({ metric }) => metric === 'Latency')
  expect(latencies.map(({ dimensions }) => dimensions)).toEqual([[], [['Type', 'a']]])
  for (const { values, counts } of latencies) {
    expect(values.at(-1)).toBe(T0)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(31)
  }
})
