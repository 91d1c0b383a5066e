import { expect, test } from 'vitest'
import { resultPage } from '../../dashboards/html/result-page.js'
import { made } from './pages.js'

test.each(['constructor', 'toString', '__proto__'])('%s is a name as any other', async (name) => {
  const result = JSON.parse(`{"rows": [{"a": 1, "${name}": 2}, {"a": 3}]}`)
  const page = await resultPage(result, 'evt doctor', made)
  expect(page).toContain('data-value="3"><bdi>3</bdi></td><td class="n" data-value=""')
})
