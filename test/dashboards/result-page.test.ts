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
