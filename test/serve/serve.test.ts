import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { browserNeed, browserPath, openBrowser } from '../dashboards/browser.js'
import { describeWith } from '../helpers/needs.js'
import { type EvtProcess, startEvt } from '../testbed/evt-process.js'

// evt dashboard serve, as somebody who has its page open sees it.

const timeout = 200_000
const patience = { timeout: 100_000 }

describeWith(browserNeed, browserPath !== undefined)('a page that is served', () => {
  let browser: Browser
  let at: Stage
  let evt: EvtProcess | undefined
  beforeAll(async () => {
    browser = await openBrowser()
  }, 100_000)
  afterAll(() => browser?.close())
  beforeEach(() => {
    at = stage()
  })
  afterEach(async () => {
    evt?.kill('SIGKILL')
    await evt?.end
    at.remove()
  })

  const types = ['placed', 'paid', 'packed', 'sent', 'billed', 'closed', '<img src=x>']

  function line(n: number): string {
    const time = Date.UTC(2026, 10, 1, 9) + n * 1_000
    const [type, received] = [types[n % types.length], time + 20 + (n % 7)]
    const [sent, got] = [time, received].map((ms) => new Date(ms).toISOString())
    return `${JSON.stringify({ id: `e-${n}`, type, time: sent, got })}\n`
  }
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => line(from + n)).join('')
  const maps = ['id=$.id', 'type=$.type', 'time=$.time', 'receivedAt=$.got'].flatMap((map) => {
    return ['--map', map]
  })

  async function open(args: readonly string[]) {
    evt = startEvt(['dashboard', 'serve', ...args, ...maps], at)
    const [address = ''] = await evt.lines(1)
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(address)
    return { evt, page, address, complaints }
  }

  const events = (page: Page) => page.locator('.tiles .value').first().textContent()
  const rows = (page: Page) => page.locator('#types tbody tr:not([hidden]) th').allTextContents()

  test('shows what comes, and keeps what its reader did', { timeout }, async () => {
    const file = join(at.work, 'a.log')
    writeFileSync(file, lines(0, 700))
    const { evt, page, complaints } = await open(['a.log'])
    await expect.poll(() => events(page), patience).toBe('700')
    expect(await page.locator('.live .state').textContent()).toBe('live')
    await page.locator('#types').getByRole('button', { name: 'source/type' }).click()
    const filter = page.locator('#types .filter input')
    await filter.fill('P')
    expect(await rows(page)).toEqual(['packed', 'paid', 'placed'])
    await page.locator('#timeline summary').click()
    await filter.focus()
    appendFileSync(file, lines(700, 1_400))
    await expect.poll(() => events(page), patience).toBe('1,400')
    expect(await rows(page)).toEqual(['packed', 'paid', 'placed'])
    expect(await page.locator('#types .filter [role=status]').textContent()).toBe('3 of 7 rows')
    expect(await filter.evaluate((input) => document.activeElement === input)).toBe(true)
    expect(await page.locator('#timeline details').getAttribute('open')).toBe('')
    expect(await page.locator('#types .filter').count()).toBe(1)
    await filter.fill('img')
    expect(await rows(page)).toEqual(['<img src=x>'])
    for (const id of ['band', 'heat', 'type-curves', 'percentiles']) {
      expect([id, await page.locator(`#${id} svg.axes`).count()]).toEqual([id, 1])
    }
    expect(complaints).toEqual([])
    evt.kill('SIGINT')
    expect(await evt.end).toEqual({ exit: 0, signal: null })
    await expect
      .poll(() => page.locator('.live .state').textContent(), patience)
      .toContain('not live any more')
    await page.close()
  })

  test('draws what causes what, as it comes', { timeout }, async () => {
    // Each chain is an order that is placed, then billed; what is billed is placed again, or not.
    const names = ['shop/order.placed', 'shop/order.billed <b>']
    const chain = (n: number, steps: number) =>
      Array.from({ length: steps }, (_, step) => {
        const time = Date.UTC(2026, 10, 1, 9) + n * 60_000 + step * 1_500
        const cause = step === 0 ? {} : { cause: `c-${n}-${step - 1}` }
        const event = { id: `c-${n}-${step}`, type: names[step % 2], ...cause }
        const [sent, got] = [time, time + 20].map((ms) => new Date(ms).toISOString())
        return `${JSON.stringify({ ...event, time: sent, got })}\n`
      }).join('')
    const file = join(at.work, 'a.log')
    const chains = (from: number, to: number, steps: number) =>
      Array.from({ length: to - from }, (_, n) => chain(from + n, steps)).join('')
    writeFileSync(file, chains(0, 30, 2))
    const causes = ['--causes', '--map', 'causationId=$.cause']
    const { page, complaints } = await open(['a.log', ...causes])
    const map = page.locator('#causes figure.map')
    const ways = () => map.locator('.way text').allTextContents()
    const table = () => page.locator('#causes tbody td').allTextContents()
    const pressed = map.locator('.node[aria-pressed=true]')
    await expect.poll(ways, patience).toEqual(['30'])
    expect((await table()).slice(0, 3)).toEqual([...names, '30'])
    expect(await page.locator('#causes').textContent()).toContain('No chain went the same way')
    await map.getByRole('button', { name: names[1] ?? '' }).press('Enter')
    expect(await pressed.getAttribute('data-name')).toBe(names[1])
    appendFileSync(file, chains(30, 40, 2))
    await expect.poll(ways, patience).toEqual(['40'])
    expect(await pressed.getAttribute('data-name')).toBe(names[1])
    expect(await pressed.evaluate((node) => document.activeElement === node)).toBe(true)
    appendFileSync(file, chains(40, 41, 40))
    await expect.poll(ways, patience).toEqual(['60 round', '19 round'])
    await expect.poll(() => map.locator('.way.wrong').count(), patience).toBe(2)
    const said = page.locator('#causes .statements li')
    expect(await said.allTextContents()).toEqual([expect.stringContaining(names[0] ?? '')])
    expect(await pressed.getAttribute('data-name')).toBe(names[1])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('begins with nothing, and with what it is followed by', { timeout }, async () => {
    const { page } = await open(['.'])
    await expect.poll(() => page.locator('main').textContent(), patience).toContain('so far')
    writeFileSync(join(at.work, 'b.ndjson'), lines(0, 50))
    await expect.poll(() => events(page), patience).toBe('50')
    writeFileSync(join(at.work, 'c.ndjson'), lines(50, 60))
    await expect.poll(() => events(page), patience).toBe('60')
    await page.close()
  })

  test('stays where its source has ended, and says so', { timeout }, async () => {
    writeFileSync(join(at.work, 'a.ndjson'), lines(0, 30))
    const { evt, page } = await open(['a.ndjson', '--no-follow'])
    await evt.said('the source has ended')
    await expect.poll(() => page.locator('.mark').allTextContents(), patience).toHaveLength(1)
    expect(await events(page)).toBe('30')
    evt.kill('SIGTERM')
    expect((await evt.end).exit).toBe(0)
    await page.close()
  })
})
