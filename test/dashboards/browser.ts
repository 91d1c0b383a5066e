import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine; undefined where there is none. */
export const browserPath = [process.env['EVT_CHROMIUM'] ?? '', ...usual].find(
  (path) => path !== '' && existsSync(path),
)
export const browserNeed = `Chromium: none of ${usual.join(', ')}, and EVT_CHROMIUM names none`

export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(browserNeed)
  // Root may not use the sandbox, and containers rarely have room in /dev/shm.
  const args = ['--no-sandbox', '--disable-dev-shm-usage']
  return chromium.launch({ executablePath: browserPath, args })
}

/** A page as a browser shows it, and everything that it complained of or asked for. */
export interface Shown {
  readonly page: Page
  /** Errors and warnings of the console, exceptions, dialogs. */
  readonly complaints: string[]
  /** Addresses that were asked for, but for the page itself. */
  readonly requests: string[]
  /** What its policy refused. */
  violations(): Promise<string[]>
}

const ADDRESS = 'http://page.test/'

export async function show(browser: Browser, html: string, script = true): Promise<Shown> {
  const context = await browser.newContext({ javaScriptEnabled: script })
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.route('**/*', (route) => {
    const url = route.request().url()
    if (url === ADDRESS) return route.fulfill({ contentType: 'text/html', body: html })
    requests.push(url)
    return route.abort()
  })
  // tsx gives functions their names with this, also those that go to the browser.
  await page.addInitScript('globalThis.__name = (named) => named')
  await page.addInitScript(() => {
    const refused: string[] = []
    Object.assign(window, { refused })
    document.addEventListener('securitypolicyviolation', (event) => {
      refused.push(`${event.effectiveDirective} ${event.blockedURI}`)
    })
  })
  await page.goto(ADDRESS)
  const violations = () => page.evaluate((): string[] => Reflect.get(window, 'refused'))
  return { page, complaints, requests, violations }
}

/** Texts that can be seen and have less contrast than WCAG's AA asks of them. */
export async function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Color = readonly [number, number, number, number]
    const parsed = (color: string): Color => {
      const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? []).map(Number)
      return [r, g, b, a]
    }
    const behind = (element: Element): Color => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const color = parsed(getComputedStyle(at).backgroundColor)
        if (color[3] === 1) return color
      }
      return [255, 255, 255, 1]
    }
    const light = ([r, g, b]: Color) => {
      const [x = 0, y = 0, z = 0] = [r, g, b].map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const found: string[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement
      const text = texts.currentNode.textContent?.trim()
      if (
        !element ||
        !text ||
        !element.checkVisibility() ||
        /^(SCRIPT|STYLE)$/.test(element.tagName)
      )
        continue
      const { color, fill } = getComputedStyle(element)
      const front = parsed(element instanceof SVGElement ? fill : color)
      const [bright = 0, dark = 0] = [light(front), light(behind(element))].sort((a, b) => b - a)
      const contrast = (bright + 0.05) / (dark + 0.05)
      if (contrast < 4.5) found.push(`${text.slice(0, 40)}: ${contrast.toFixed(2)}`)
    }
    return found
  })
}
