// Makes docs/pictures/dashboard.png and percentiles.png, the pictures of pages in README.md: an
// archive of evt generate, the page that evt dashboard build makes of it, and Chromium.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
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

async function pictures(html) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1_100, height: 900 } })
  await page.setContent(html)
  const clip = { x: 0, y: 0, width: 1_100, height: 1_130 }
  const picture = (name) => join('docs/pictures', name)
  await page.screenshot({ path: picture('dashboard.png'), clip, fullPage: true })
  await page.locator('#percentiles').screenshot({ path: picture('percentiles.png') })
  await browser.close()
}

try {
  mkdirSync('docs/pictures', { recursive: true })
  evt('generate', '--to', 'archive', ...workload, ...faults)
  const html = evt('dashboard', 'build', 'archive/', '--html')
  await pictures(html)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
