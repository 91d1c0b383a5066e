import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reconcilePage } from '../../dashboards/html/reconcile-page.js'
import { Random } from '../../src/generate/random.js'
import { runReconcile } from '../../src/reconcile/run.js'
import { reconcileText } from '../../src/ui/reconcile-text.js'
import { made } from '../dashboards/pages.js'
import { words } from '../dashboards/words.js'
import { seed } from '../helpers/campaign.js'
import { wide } from '../ui/results.js'
import { type Delivered, naiveSlots } from './naive-reconcile.js'
import { reconcileSides } from './reconcile-sides.js'

const graceUs = 30e6
const startUs = Date.UTC(2026, 10, 1) * 1_000
const types = ['order.paid', 'order.placed']
/** Seconds in which so many are sent, of which so many are bad. */
const bursts = [
  ...[
    { second: 3, sent: 30, bad: 0 },
    { second: 21, sent: 250, bad: 2 },
  ],
  ...[
    { second: 22, sent: 100, bad: 1 },
    { second: 40, sent: 60, bad: 5 },
  ],
  ...[
    { second: 59, sent: 40, bad: 15 },
    { second: 80, sent: 40, bad: 20 },
  ],
  { second: 81, sent: 30, bad: 30 },
]
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-reconcile-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const { write, request } = reconcileSides(() => folder, graceUs)

function workload() {
  const random = new Random(seed, 1)
  const sent: Delivered[] = []
  const received: Delivered[] = []
  const add = (type: string, second: number, fate: 'well' | 'late' | 'lost' | 'unexpected') => {
    const timeUs = startUs + second * 1e6 + random.below(1e6)
    const of = { id: `${sent.length}-${received.length}`, source: 'shop', type, status: null }
    if (fate !== 'unexpected') sent.push({ ...of, timeUs, receivedUs: null })
    const tookUs = random.below(graceUs) + (fate === 'late' ? graceUs + 1 : 1)
    if (fate === 'lost') return
    received.push({ ...of, timeUs, receivedUs: timeUs + tookUs })
    if (random.below(5) === 0) received.push({ ...of, timeUs, receivedUs: timeUs + graceUs * 3 })
  }
  for (const [n, type] of types.entries()) {
    for (const { second, sent: count, bad } of bursts) {
      for (let one = 0; one < count; one++) {
        add(type, second + n * 7, one >= bad ? 'well' : random.below(2) === 0 ? 'late' : 'lost')
      }
    }
    add(type, 100, 'unexpected')
  }
  // Until when all the others could be received.
  add('end', 200, 'well')
  return { sent, received }
}

interface Slot {
  sent: number
  lost: number
  late: number
}

/** Height in the page and sign in the terminal, as README says what they mean. */
function levelOf({ sent, lost, late }: Slot) {
  const bad = lost + late
  if (bad === 0) return 0
  if (bad * 2 >= sent) return 4
  return bad * 10 >= sent ? 3 : bad * 100 >= sent ? 2 : 1
}

test('the cells of the heat strip, in HTML and in the terminal, are a naive count', async () => {
  const { sent, received } = workload()
  const run = await runReconcile(
    request([
      ['sent', write('sent', sent, 2)],
      ['received', write('received', received, 3)],
    ]),
  )
  const { strip } = run
  if (!strip) throw new Error('there is a strip')
  const { startUs: firstUs, stepUs, steps } = strip
  const slots = naiveSlots(sent, received, { graceUs, stepUs })
  const rowOf = (type: string) =>
    Array.from({ length: steps }, (_, n) => {
      const slot = slots.get(`shop/${type}`)?.get(firstUs + n * stepUs)
      return slot && { ...slot, level: levelOf(slot) }
    })
  const levels = types.flatMap((type) => rowOf(type).map((slot) => slot?.level))
  expect(new Set(levels)).toEqual(new Set([undefined, 0, 1, 2, 3, 4]))
  // All that was sent is in a step.
  const all = [...types, 'end'].flatMap((type) => rowOf(type).map((slot) => slot?.sent ?? 0))
  expect(all.reduce((sum, count) => sum + count, 0)).toBe(sent.length)

  const page = await reconcilePage(run, made)
  const drawn = [...page.matchAll(/<svg class="heat".*?<\/svg>/gs)].map(([svg]) =>
    [
      ...svg.matchAll(/<rect class="(well|bad-\d)" x="(\d+)" y="\d+" width="1" height="(\d+)"/g),
    ].map(([, name, x, height]) => ({ name, x: Number(x), height: Number(height) })),
  )
  const bars = [...types, 'end'].map((type) =>
    rowOf(type).flatMap((slot, x) => {
      if (!slot) return []
      const { level } = slot
      return [{ name: level ? `bad-${level}` : 'well', x, height: level * 4 || 1 }]
    }),
  )
  expect(drawn.sort(byText)).toEqual(bars.sort(byText))
  const said = words(page.slice(page.indexOf('When events were lost or late')))
  for (const type of types) {
    for (const slot of rowOf(type)) {
      if (!slot || slot.level === 0) continue
      expect(said).toContain(`${type} shop ${slot.sent} ${slot.lost} ${slot.lost + slot.late} `)
    }
  }

  const lines = reconcileText(run, { ...wide, color: true }).split('\n')
  const width = Math.max(...types.map((type) => `shop/${type}`.length)) + 2
  for (const type of types) {
    const isStrip = (line: string) => line.startsWith(`shop/${type}`) && /[▂▃▆█]/.test(line)
    const signs = lines.find(isStrip)?.slice(width) ?? ''
    const expected = rowOf(type).map((slot) => {
      if (slot === undefined) return ' '
      const sign = ['·', '▂', '▃', '▆', '█'][slot.level] ?? ''
      return slot.level === 0 ? sign : colored(slot.lost > 0 ? 31 : 33, sign)
    })
    expect(signs.trimEnd()).toBe(expected.join('').trimEnd())
  }
})

const colored = (code: number, sign: string) => `\u001b[${code}m${sign}\u001b[39m`
const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
