import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import pixelmatch from 'pixelmatch'
import type { Browser } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import { describeWith } from '../helpers/needs.js'
import { browserNeed, browserPath, openBrowser, show } from './browser.js'
import { dashboards } from './dashboards.js'
import { made } from './pages.js'

// How plots look, by pictures that somebody has looked at. One that is missing is made, but not
// where CI is set: remove it, run this, and look at it. Fonts differ from machine to machine, so
// that a share of the pixels may be others.

const folder = new URL('./golden/', import.meta.url)
const SHARE = 0.02
const schemes = ['light', 'dark'] as const

type Shot = [name: string, view: string, plot: string]
const shots: Shot[] = [
  ['percentiles', 'shop', '#percentiles svg.axes'],
  ['timeline', 'shop', '#timeline svg.axes'],
  ['band', 'shop', '#band svg.axes'],
  ['heat', 'shop', '#heat svg.axes'],
  ['faults', 'shop', '#faults svg.axes'],
  ['type-curves', 'shop', '#type-curves svg.axes'],
  ['causes', 'causes and wiring', '#causes .map svg'],
]

describeWith(browserNeed, browserPath !== undefined)('plots look as they did', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, 100_000)
  afterAll(() => browser?.close())

  async function pictureOf(view: string, plot: string, scheme: 'light' | 'dark'): Promise<PNG> {
    const drawn = dashboards[view]
    if (!drawn) throw new Error(`there is no page ${view}`)
    const { page } = await show(browser, await dashboardPage(drawn, made))
    await page.setViewportSize({ width: 1_000, height: 1_400 })
    await page.emulateMedia({ colorScheme: scheme })
    const box = await page.locator(plot).boundingBox()
    if (!box) throw new Error(`${plot} cannot be seen`)
    // The texts of axes stand outside of the box of the plot.
    const [x, y] = [Math.max(0, Math.round(box.x) - 64), Math.round(box.y) - 12]
    const clip = { x, y, width: 450, height: Math.min(290, Math.round(box.height) + 40) }
    const picture = await page.screenshot({ clip, fullPage: true, animations: 'disabled' })
    await page.context().close()
    return PNG.sync.read(picture)
  }

  function shareOfOthers(a: PNG, b: PNG): number {
    expect([a.width, a.height]).toEqual([b.width, b.height])
    const { width, height } = a
    return pixelmatch(a.data, b.data, undefined, width, height, { threshold: 0.2 }) / width / height
  }

  function golden(name: string, now: PNG): PNG {
    const file = new URL(`${name}.png`, folder)
    if (!existsSync(file) && !process.env['CI']) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, PNG.sync.write(now, { colorType: 2 }))
    }
    return PNG.sync.read(readFileSync(file))
  }

  const cases = shots.flatMap(([name, view, plot]) =>
    schemes.map((scheme) => ({ name: `${name}-${scheme}`, view, plot, scheme })),
  )
  test.each(cases)('$name', { timeout: 100_000 }, async ({ name, view, plot, scheme }) => {
    const now = await pictureOf(view, plot, scheme)
    expect(shareOfOthers(golden(name, now), now)).toBeLessThan(SHARE)
  })

  test('another plot is not taken for it', { timeout: 100_000 }, async () => {
    const plot = '#percentiles svg.axes'
    const [shop, other] = [
      await pictureOf('shop', plot, 'light'),
      await pictureOf('one type', plot, 'light'),
    ]
    expect(shareOfOthers(shop, other)).toBeGreaterThan(SHARE)
    const dark = await pictureOf('shop', plot, 'dark')
    expect(shareOfOthers(shop, dark)).toBeGreaterThan(0.5)
  })
})
