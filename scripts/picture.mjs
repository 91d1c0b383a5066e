// Makes docs/screen.svg, the picture of evt tail --screen in README.md: evt in a terminal (tmux),
// events with a few faults, and what is on the screen after a while, with its colours.
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [columns, lines] = [100, 28]
const SECONDS = Number(process.env.EVT_PICTURE_SECONDS ?? 90)
const folder = mkdtempSync(join(tmpdir(), 'evt-picture-'))
const evt = new URL('../bin/run.js', import.meta.url).pathname

const mapping = `events:
  "*": { receivedAt: $.at, key: $.detail.order, sequence: $.detail.step }
`

function tmux(...args) {
  const all = ['-S', join(folder, 'tmux'), '-f', '/dev/null', ...args]
  const env = { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', EVT_TZ: 'UTC' }
  return spawnSync('tmux', all, { encoding: 'utf8', cwd: folder, env }).stdout
}

/** A hundred events a second; now and then one is late, slow, doubled or broken. */
const types = ['shop/order.placed', 'billing/order.paid', 'depot/order.packed', 'depot/order.sent']
const steps = new Map()
let random = 1
const chance = () => {
  random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff
  return random / 0x7fffffff
}

function event(n) {
  const now = Date.now()
  const [source, type] = types[Math.floor(chance() ** 2 * types.length)].split('/')
  const order = `o-${Math.floor(chance() * 60) + 4400}`
  const step = (steps.get(order) ?? 0) + 1
  steps.set(order, step)
  const slow = type === 'order.paid' && chance() < 0.015 ? 2_100 : 0
  const ms = 12 + Math.exp(chance() * 3.4) + slow
  const late = type === 'order.placed' && chance() < 0.003 ? 3 : 0
  const id = n.toString(16).padStart(8, 'b3c10000')
  const detail = { order, step: step - late, total: Math.round(chance() * 9000) / 100 }
  const time = new Date(now - ms).toISOString()
  const wrapped = { version: '0', id, 'detail-type': type, source, account: '1', time }
  return JSON.stringify({ ...wrapped, region: 'eu', resources: [], detail, at: new Date(now) })
}

async function feed(file) {
  const end = Date.now() + SECONDS * 1_000
  for (let n = 1; Date.now() < end; ) {
    let text = ''
    for (let i = 0; i < 10; i++) {
      const line = event(n++)
      text += `${line}\n${chance() < 0.002 ? `${line}\n` : ''}`
    }
    appendFileSync(file, chance() < 0.002 ? `${text}{"id":"cut\n` : text)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What a terminal was told, as parts of one look each; a look goes on in the next line. */
let look = new Set()

function parts(line) {
  const found = []
  for (const piece of line.split('\x1b[')) {
    const [, codes, text] = /^([\d;]*)m(.*)$/s.exec(piece) ?? [undefined, undefined, piece]
    for (const code of codes?.split(';') ?? []) {
      if (code === '' || code === '0') look = new Set()
      else if (code === '39') look.delete('31')
      else if (code === '22') for (const each of ['1', '2']) look.delete(each)
      else look.add(code)
    }
    if (text) found.push({ text, look: [...look] })
  }
  return found
}

const [width, height, size] = [8.4, 18, 14]
const looks = { 1: 'font-weight="bold"', 2: 'fill="#8b949e"', 31: 'fill="#ff7b72"' }
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

function textOf(line, n) {
  let column = 0
  return parts(line)
    .flatMap(({ text, look }) => {
      const at = column
      column += [...text].length
      const style = look.map((code) => looks[code] ?? '').join(' ')
      return words(text).map(([word, after]) => textAt(word, at + after, n, style))
    })
    .join('')
}

/** Words with one blank between them, and how far each is from the beginning: more blanks than one
 * are none in some places. */
function words(text) {
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: word, index }) => [
    word,
    [...text.slice(0, index)].length,
  ])
}

function textAt(text, column, n, style) {
  const place = `x="${(10 + column * width).toFixed(1)}" y="${22 + n * height}"`
  const length = `textLength="${([...text].length * width).toFixed(1)}"`
  return `<text ${[place, length, style].join(' ').trim()}>${escaped(text)}</text>`
}

function svg(screen) {
  const [w, h] = [20 + columns * width, 20 + lines * height]
  const font = `font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" role="img">
<title>evt tail --screen</title>
<rect width="${w}" height="${h}" rx="6" fill="#0d1117"/>
<g ${font} font-size="${size}" fill="#e6edf3">
${screen.split('\n').slice(0, lines).map(textOf).filter(Boolean).join('\n')}
</g>
</svg>
`
}

try {
  writeFileSync(join(folder, 'shop.log'), '')
  writeFileSync(join(folder, 'evt.yaml'), mapping)
  tmux(
    'new-session',
    '-d',
    '-x',
    `${columns}`,
    '-y',
    `${lines}`,
    process.execPath,
    evt,
    'tail',
    'shop.log',
    '--screen',
  )
  await feed(join(folder, 'shop.log'))
  writeFileSync('docs/screen.svg', svg(tmux('capture-pane', '-e', '-p')))
} finally {
  tmux('kill-server')
  rmSync(folder, { recursive: true, force: true })
}
