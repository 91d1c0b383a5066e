import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditPage } from '../../dashboards/html/audit-page.js'
import { diffPage } from '../../dashboards/html/diff-page.js'
import { brief } from '../../dashboards/html/html.js'
import { statsPage } from '../../dashboards/html/stats-page.js'
import { compare } from '../../src/stats/diff/compare.js'
import { nameOf } from '../../src/ui/stats-table.js'
import { describeWith } from '../helpers/needs.js'
import { auditOf } from './audits.js'
import { browserNeed, browserPath, faintTexts, openBrowser, type Shown, show } from './browser.js'
import { everyPage } from './every-page.js'
import { made, viewOf } from './pages.js'

// The page in a real browser: what it runs and asks for, whether it can be read, how it fits.

const schemes = ['light', 'dark'] as const
const heights = 900

describeWith(browserNeed, browserPath !== undefined)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 60_000)
  afterAll(() => browser?.close())

  const open = async (html: string, script?: boolean) => show(browser, html, script)
  const openCase = async (name: string, script?: boolean) =>
    open(await statsPage(viewOf(name), made), script)
  const close = ({ page }: Shown) => page.context().close()

  describe.each(everyPage)('%s', { timeout: 60_000 }, (_, html) => {
    test('asks for nothing, fits and can be read, in both schemes and widths', async () => {
      const shown = await open(await html())
      const { page } = shown
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme })
        for (const width of [1_400, 360]) {
          await page.setViewportSize({ width, height: heights })
          expect(await overhang(page), `${width} px`).toBe(0)
          expect(await faintTexts(page), `${colorScheme}, ${width} px`).toEqual([])
        }
      }
      await openDetails(page)
      expect(await overhang(page), 'with its tables open').toBe(0)
      expect(await faintTexts(page), 'in the tables of the plots').toEqual([])
      expect(await shown.violations()).toEqual([])
      expect(shown.complaints).toEqual([])
      expect(shown.requests).toEqual([])
      await close(shown)
    })
  })

  const printed = everyPage.filter(([name]) => /hostile|shop|order/.test(name))
  test.each(printed)('%s fits on paper', { timeout: 60_000 }, async (_, html) => {
    const shown = await open(await html())
    const { page } = shown
    await page.emulateMedia({ media: 'print' })
    // A4 at 96 dpi, without its margins.
    await page.setViewportSize({ width: 718, height: 1_000 })
    expect(await overhang(page)).toBe(0)
    expect(await faintTexts(page)).toEqual([])
    await close(shown)
  })

  test('so does the page of a comparison', { timeout: 60_000 }, async () => {
    const { result } = viewOf('hostile')
    const diff = compare(result, viewOf('shop').result)
    const typed = { a: ['a'], b: ['b'], flags: [] }
    const shown = await open(await diffPage({ result: diff, typed }, made))
    const { page } = shown
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width: colorScheme === 'dark' ? 360 : 1_400, height: heights })
      expect(await overhang(page)).toBe(0)
      expect(await faintTexts(page)).toEqual([])
    }
    expect(await page.locator('script, img, iframe, a').count()).toBe(1)
    expect([shown.complaints, shown.requests, await shown.violations()]).toEqual([[], [], []])
    await close(shown)
  })

  test('hostile names are text, and cut where they are too long', async () => {
    const shown = await openCase('hostile')
    const { page } = shown
    const names = await page.locator('#types tbody th').allTextContents()
    const { types } = viewOf('hostile').result
    expect(names).toEqual(types.map((row) => brief(nameOf(row), 120)))
    expect(await page.locator('script, img, iframe, a, svg a').count()).toBe(1)
    expect(await page.locator('h1').textContent()).toContain('</title><img src=x onerror=alert(3)>')
    expect(await page.locator('#types th').first().textContent()).not.toContain('alert')
    for (const row of await page.locator('#types tbody tr').all()) await row.hover({ force: true })
    expect(shown.complaints).toEqual([])
    await close(shown)
  })

  test('a payload opens, and is text', async () => {
    const shown = await open(await auditPage(auditOf('hostile'), made))
    const { page } = shown
    expect(await page.locator('script, img, iframe, a, svg a').count()).toBe(1)
    const payload = page.locator('#events details').nth(1)
    expect(await payload.locator('pre').isVisible()).toBe(false)
    await payload.locator('summary').click()
    expect(await payload.locator('pre').isVisible()).toBe(true)
    expect(await payload.locator('pre').textContent()).toContain('alert(2)')
    await page.locator('#timeline .stretches rect').nth(30).hover()
    expect(await page.locator('#timeline .readout').textContent()).toMatch(/: nothing$|after/)
    expect([shown.complaints, shown.requests, await shown.violations()]).toEqual([[], [], []])
    await close(shown)
  })

  test('a page that does what ours must not is noticed', async () => {
    const html = await statsPage(viewOf('shop'), made)
    const bad =
      '<script>alert(1)</script><img src="https://x.test/y">' +
      '<p style="color: red; width: 3000px">x</p>'
    const shown = await open(html.replace('<main>', `<main>${bad}`))
    expect((await shown.violations()).sort()).toEqual([
      'img-src https://x.test/y',
      'script-src-elem inline',
      'style-src-attr inline',
    ])
    expect(shown.complaints).toHaveLength(3)
    const free = html.replace(/<meta http-equiv.*>/, '').replace('<main>', `<main>${bad}`)
    const allowed = await open(free)
    expect(allowed.requests).toEqual(['https://x.test/y'])
    expect(allowed.complaints).toContain('dialog: 1')
    expect(await faintTexts(allowed.page)).toEqual(['x: 3.86'])
    expect(await overhang(allowed.page)).toBeGreaterThan(1_000)
    await close(shown)
    await close(allowed)
  })

  test('a press on a title sorts by it, the greatest first, and then the other way', async () => {
    const shown = await openCase('shop')
    const { page } = shown
    const names = () => page.locator('#types tbody th').allTextContents()
    const press = (title: string) =>
      page.locator('#types').getByRole('button', { name: title }).click()
    await press('p99.9')
    expect((await names()).at(-1), 'a figure that is not claimed comes last').toBe(
      'search/index.rebuilt',
    )
    await press('events')
    expect((await names())[0]).toBe('shop/order.placed')
    await press('events')
    expect((await names())[0]).toBe('search/index.rebuilt')
    expect(await page.locator('#types th[aria-sort]').getAttribute('aria-sort')).toBe('ascending')
    await press('source/type')
    expect((await names())[0]).toBe('billing/order.paid')
    expect(await page.locator('#types tfoot').textContent()).toContain('6,634,478')
    await close(shown)
  })

  test('a plot says what is under the pointer', async () => {
    const shown = await openCase('shop')
    const { page } = shown
    await page.locator('#timeline .stretches rect').nth(9).hover()
    expect(await page.locator('#timeline .readout').textContent()).toBe(
      '2026-11-01 09:00 → 10:00: 8,000',
    )
    await page.locator('#percentiles .stretches rect').nth(30).hover()
    expect(await page.locator('#percentiles .readout').textContent()).toMatch(
      /^99\.\d+%: \d+ ms or less; [\d,]+ above$/,
    )
    await page.locator('h1').hover()
    expect(await page.locator('#timeline .readout').textContent()).toBe('\u00a0')
    await close(shown)
  })

  test('without scripts everything is there', async () => {
    const shown = await openCase('shop', false)
    expect(await shown.page.locator('#types tbody tr').count()).toBe(5)
    expect(await shown.page.getByRole('button').count()).toBe(0)
    expect(shown.complaints).toEqual([])
    await close(shown)
  })
})

/** By how much the page is wider than the window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  )
}

function openDetails(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
}
