import { expect, test } from 'vitest'
import { resultPage } from '../../dashboards/html/result-page.js'
import { made } from './pages.js'
import { words } from './words.js'

test.each(['constructor', 'toString', '__proto__'])('%s is a name as any other', async (name) => {
  const result = JSON.parse(`{"rows": [{"a": 1, "${name}": 2}, {"a": 3}]}`)
  const page = await resultPage(result, 'evt doctor', made)
  expect(page).toContain('data-value="3"><bdi>3</bdi></td><td class="n" data-value=""')
})

test('names that people gave stay as they are, and so do their figures', async () => {
  const result = {
    oldestAgeMs: 1_500,
    dlqNames: [],
    mapping: { orderPlaced: { ageMs: 7, maxRate: 0.5 } },
    rows: [{ lateMs: 2_000, payload: { jobAdMs: 9 } }],
  }
  const said = words(await resultPage(result, 'evt doctor', made))
  expect(said).toContain('oldest age 1.50 s dlq names none')
  expect(said).toContain('mapping: orderPlaced ageMs 7 maxRate 0.5')
  expect(said).toContain('late payload.jobAdMs 2.00 s 9')
})

test('figures have their units, moments their zone, histograms their size', async () => {
  const latencyMs = { count: 20, p50: 21.1, hdr: `HISTF${'A'.repeat(2_000)}` }
  const result = {
    ...{
      total: { latencyMs },
      types: [{ type: 'a', latencyMs }],
      ...{ rows: [{ duplicates: { byCause: { replay: 0, sameId: 1_074 } } }] },
      at: '2026-11-01T09:00:00.000Z',
    },
  }
  const said = words(await resultPage(result, 'evt doctor', made))
  expect(said).toContain('at 2026-11-01 09:00:00.000 UTC')
  expect(said).toContain('count 20 p50 21.1 ms hdr 2.0 kB of text: --output json has it')
  expect(said).toContain('type latency.count latency.p50 a 20 21.1 ms')
  expect(said).toContain('duplicates.by cause replay 0, same id 1,074')
  expect(said).not.toContain('HISTF')
})
