// Makes docs/pictures/dashboard.png, percentiles.png and causes.png, the pictures of pages in
// README.md: archives, the pages that evt dashboard build makes of them, and Chromium.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = [process.env.EVT_CHROMIUM ?? '', ...usual].find((path) => existsSync(path))
const folder = mkdtempSync(join(tmpdir(), 'evt-picture-'))
const bin = new URL('../bin/run.js', import.meta.url).pathname

function evt(...args) {
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 1e9 }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options)
  if (status !== 0) throw new Error(stderr)
  return stdout
}

const workload = ['--events', '250k', '--types', '8', '--seed', '7', '--rate', '20/s']
const faults = ['--duplicates', '0.3%', '--reorder', '0.5%', '--latency', '20ms,400ms']

/** Orders that are placed, paid and packed; one goes round between two that answer each other. */
function chains() {
  const steps = ['shop/order.placed', 'billing/order.paid', 'depot/order.packed']
  const round = ['shop/order.placed', 'shop/order.changed']
  return Array.from({ length: 300 }, (_, n) => {
    const names = n === 7 ? Array.from({ length: 60 }, (_, step) => round[step % 2]) : steps
    return names.slice(0, n % 3 === 0 ? 2 : undefined).map((name, step) => {
      const [source, type] = name.split('/')
      const cause = step === 0 ? {} : { cause: `c-${n}-${step - 1}` }
      const time = new Date(Date.UTC(2026, 10, 1, 9) + n * 3_000 + step * (600 + (n % 9) * 40))
      return `${JSON.stringify({ id: `c-${n}-${step}`, source, type, ...cause, time })}\n`
    })
  })
    .flat()
    .join('')
}

const fields = ['id=$.id', 'source=$.source', 'type=$.type', 'time=$.time', 'causationId=$.cause']

async function pictures(html, causes) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1_100, height: 900 } })
  await page.setContent(html)
  const clip = { x: 0, y: 0, width: 1_100, height: 1_130 }
  const picture = (name) => join('docs/pictures', name)
  await page.screenshot({ path: picture('dashboard.png'), clip, fullPage: true })
  await page.locator('#percentiles').screenshot({ path: picture('percentiles.png') })
  await page.setContent(causes)
  await page.locator('#causes').screenshot({ path: picture('causes.png') })
  await browser.close()
}

try {
  mkdirSync('docs/pictures', { recursive: true })
  evt('generate', '--to', 'archive', ...workload, ...faults)
  const html = evt('dashboard', 'build', 'archive/', '--html')
  writeFileSync(join(folder, 'chains.ndjson'), chains())
  const maps = fields.flatMap((field) => ['--map', field])
  const causes = evt('dashboard', 'build', 'chains.ndjson', '--html', '--causes', ...maps)
  await pictures(html, causes)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
