import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { topologyPage } from '../../dashboards/html/topology-page.js'
import { describeWith } from '../helpers/needs.js'
import { browserNeed, browserPath, openBrowser, show } from './browser.js'
import { made } from './pages.js'
import { topologies } from './topologies.js'
import { words } from './words.js'

const pageOf = (name: string) => {
  const result = topologies[name]
  if (!result) throw new Error(`no page is called ${name}`)
  return topologyPage(result, made)
}

test('what is drawn is told in tables too', async () => {
  const page = await pageOf('shop')
  expect(page.match(/<g class="node/g)).toHaveLength(7)
  expect(page.match(/<g class="node elsewhere/g)).toHaveLength(2)
  expect(page.match(/<g class="way dashed/g)).toHaveLength(4)
  const said = words(page)
  expect(said).toContain('bus:shop rule rule:billing {"source":["shop"]}')
  expect(said).toContain('queue:billing dlq endpoint:billing')
  expect(said).toContain('error ! cycle bus:shop')
})

test('of a large one the most wired is drawn, and the rest is in the tables', async () => {
  const page = await pageOf('large')
  expect(page.match(/<g class="node/g)).toHaveLength(300)
  expect(words(page)).toContain('151 nodes and ')
  expect(page).toContain('>queue:part-149<')
})

test('what comes round is marked, and drawn whatever is left out', async () => {
  expect((await pageOf('shop')).match(/<g class="way[a-z ]* wrong"/g)).toHaveLength(3)
  const page = await pageOf('star')
  expect(page.match(/<g class="node/g)).toHaveLength(300)
  // With the hub and one of its queues.
  expect(page.match(/<g class="way[a-z ]* wrong"/g)).toHaveLength(4)
  for (const name of ['one', 'other']) expect(page).toContain(`data-name="${name}"`)
})

describeWith(browserNeed, browserPath !== undefined)('the map in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 60_000)
  afterAll(() => browser?.close())

  test('a press on a node leaves what is around it', { timeout: 60_000 }, async () => {
    const shown = await show(browser, await pageOf('shop'))
    const { page } = shown
    const far = () => page.locator('.map .node.far').count()
    const queue = page.getByRole('button', { name: 'queue billing' })
    expect(await far()).toBe(0)
    await queue.click()
    expect(await far()).toBe(3)
    expect(await queue.getAttribute('aria-pressed')).toBe('true')
    await queue.press('Enter')
    expect(await far()).toBe(0)
    expect([shown.complaints, shown.requests, await shown.violations()]).toEqual([[], [], []])
    await page.context().close()
  })
})
