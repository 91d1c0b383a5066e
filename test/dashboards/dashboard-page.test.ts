import { expect, test } from 'vitest'
import { bandPlot } from '../../dashboards/html/band-plot.js'
import { dashboardPage } from '../../dashboards/html/dashboard-page.js'
import { bucketsOf } from '../../src/stats/hlog/write-log.js'
import { durationText } from '../../src/ui/numbers.js'
import { dashboards } from './dashboards.js'
import { made } from './pages.js'

const pageOf = async (name: string) => {
  const view = dashboards[name]
  if (!view) throw new Error(`there is no page ${name}`)
  return dashboardPage(view, made)
}

/** The markup between an id and the end of its figure. */
const figureOf = (html: string, id: string) => {
  const at = html.indexOf(`id="${id}"`)
  return at < 0 ? '' : html.slice(at, html.indexOf('</figure>', at))
}

test('every plot has a table beside it, with the figures that are drawn', async () => {
  const html = await pageOf('shop')
  for (const id of ['band', 'heat', 'faults', 'type-curves']) {
    expect([id, figureOf(html, id).includes('<table')]).toEqual([id, true])
  }
  // Four windows, and a gap after the third: lines end there.
  const band = figureOf(html, 'band')
  expect(band.match(/<tr>/g)).toHaveLength(5)
  const lines = [...band.matchAll(/class="line" d="([^"]*)"/g)].map(([, path = '']) => path)
  expect(lines).toHaveLength(2)
  // One window between gaps is as wide as it is.
  expect(lines[1]).toMatch(/^M[\d.]+,([\d.]+)L1000,\1$/)
})

test('where most windows are too small for p99, the band goes to p90', async () => {
  const shop = dashboards['shop']
  if (!shop) throw new Error('there is no shop')
  const { windows = [] } = shop.result
  const captionOf = (of: typeof windows) =>
    /<figcaption>.*?<\/figcaption>/s.exec(bandPlot(of, 'UTC').text)?.[0] ?? ''
  expect(captionOf(windows)).toContain('p50 (line) to p99 (dashed)')
  const small = windows.map((row, n) => {
    const p99 = n === 0 ? row.latencyMs.p99 : null
    return { ...row, latencyMs: { ...row.latencyMs, p99 } }
  })
  expect(captionOf(small)).toContain('p50 (line) to p90 (dashed)')
  const [, two] = small
  const band = bandPlot(small, 'UTC').text
  expect(band).toContain(`p90 ${durationText(two?.latencyMs.p90 ?? null)} of`)
  expect(band).toContain('class="line unsure"')
})

test('as many latencies stand in the table of the heat as there are', async () => {
  const view = dashboards['shop']
  const table = figureOf(await pageOf('shop'), 'heat')
  const cells = [...table.matchAll(/<td class="n" data-value="(\d+)"/g)].map(([, n]) => Number(n))
  const all = (view?.intervals ?? []).map(({ total }) => bucketsOf(total).total)
  expect(all).toHaveLength(4)
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
  expect(sum(cells)).toBe(sum(all))
})

test('where there is nothing to draw, it says so', async () => {
  const html = await pageOf('one event')
  expect(figureOf(html, 'band')).toContain('Too few windows have 20 latencies for a median.')
  expect(figureOf(html, 'heat')).toContain('No latencies in two windows or more.')
  expect(await pageOf('nothing')).toContain('No event was read or selected')
})
