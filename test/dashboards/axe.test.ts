import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../helpers/needs.js'
import { browserNeed, browserPath, openBrowser, show } from './browser.js'
import { everyPage } from './every-page.js'

// What axe-core finds serious or worse in a page: for who hears it, or uses it by the keyboard.

interface Fault {
  readonly id: string
  readonly impact: string | null
  readonly nodes: { readonly html: string }[]
}

/** One page of each kind shows what they share, and one what names can do to it. */
const shown = everyPage.filter(
  ([name], n) =>
    name === 'evt dashboard, hostile' || kindOf(name) !== kindOf(everyPage[n - 1]?.[0]),
)

function kindOf(name: string | undefined): string | undefined {
  return name?.split(',')[0]
}

describeWith(browserNeed, browserPath !== undefined)('nothing serious is wrong for axe', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 100_000)
  afterAll(() => browser?.close())

  test.each(shown)('%s', { timeout: 100_000 }, async (_, html) => {
    const { page } = await show(browser, await html())
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
    })
    await page.evaluate(axe.source)
    const run = 'axe.run({ resultTypes: ["violations"] }).then((result) => result.violations)'
    const found: Fault[] = await page.evaluate(run)
    const serious = found.filter(({ impact }) => /^(serious|critical)$/.test(impact ?? ''))
    expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    await page.context().close()
  })
})
