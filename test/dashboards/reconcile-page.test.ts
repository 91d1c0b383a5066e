import { expect, test } from 'vitest'
import { reconcilePage } from '../../dashboards/html/reconcile-page.js'
import { made } from './pages.js'
import { reconciliations } from './reconciliations.js'
import { words } from './words.js'

const pageOf = async (name: string) => {
  const run = reconciliations[name]
  if (!run) throw new Error(`no page is called ${name}`)
  return reconcilePage(run, made)
}

test('each type has its fates, and when they happened as signs and as rows', async () => {
  const page = await pageOf('shop')
  expect(page.match(/<svg class="heat"/g)).toHaveLength(3)
  expect(page).toContain('aria-label="worst at 2026-11-01 00:09:00: 150 of 200 lost or late"')
  const levels = [...page.matchAll(/<rect class="(well|bad-\d)"/g)].map(([, level]) => level)
  expect(levels).toEqual([
    'well',
    'bad-1',
    'bad-2',
    'bad-3',
    'bad-4',
    'well',
    ...levels.slice(0, 5),
  ])
  const said = words(page)
  expect(said).toContain('order.placed shop 200 190 10 ! 4 ! 2 ! 7 !')
  expect(said).toContain('2026-11-01 00:05:00 order.placed shop 200 60 60 30.0%')
})

test('of several stages each two have a table, and what is lost between them', async () => {
  const said = words(await pageOf('stages'))
  const order = [
    'partial !',
    'From api to queue',
    'From api to bus',
    'From bus to queue',
    'Windows',
  ]
  const at = order.map((text) => said.indexOf(text))
  expect(at).not.toContain(-1)
  expect(at).toEqual([...at].sort((a, b) => a - b))
  expect(said).toContain('3 events of what is lost on the whole way')
})
