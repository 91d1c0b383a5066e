import { expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { WindowMeter } from '../../src/publish/window-meter.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id', 'time=$.time'] }) })
const T0 = Date.UTC(2026, 0, 5)

function eventAt(ms: number) {
  const value = { id: `e${ms}`, type: 'a', time: new Date(ms).toISOString() }
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
