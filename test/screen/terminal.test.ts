import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../helpers/needs.js'
import { hasTmux, openTerminal, type Terminal } from '../helpers/terminal.js'

const line = (n: number, type = 'order.placed') =>
  `${JSON.stringify({ id: `e-${n}`, type, n, note: '\u001b[31m' })}\n`
const mapped = '--map id=$.id --map type=$.type'

describeWith('tmux', hasTmux)('evt tail --screen', () => {
  let at: Terminal
  beforeEach(() => {
    at = openTerminal(['sh'], { columns: 80, lines: 24 })
    writeFileSync(join(at.work, 'a.log'), line(1) + line(2, 'order.paid') + line(2, 'order.paid'))
  })
  afterEach(() => at.remove())

  const open = async () => {
    at.type(`evt tail a.log ${mapped} --screen; echo exit $?`)
    at.press('Enter')
    return at.until(/e-1 +\{/)
  }

  test('shows what came and what comes, and leaves the terminal as it was', async () => {
    at.type('echo before')
    at.press('Enter')
    const first = await open()
    expect(first).toMatch(/^ a\.log {2}\d\d:\d\d:\d\d {2}observe/)
    expect(first).toMatch(/^order\.paid .* 50\.0%!/m)
    expect(first).toMatch(/^! \S+ dup +order\.paid +e-2 +the same id again +a\.log/m)
    expect(first).not.toMatch(/before/)
    appendFileSync(join(at.work, 'a.log'), `${line(3)}broken\n`)
    const then = await at.until(/1 undecodable !/)
    expect(then).toMatch(/e-3 +\{"id/)
    at.press('q')
    const end = await at.until(/exit \d+/)
    expect(end).toMatch(/before\n/)
    expect(end).toMatch(/\n4 events, 1 delivered again, 1 undecodable\nexit 0/)
  })

  test('keys pause, filter, sort, open and help', async () => {
    await open()
    at.press('?')
    await at.until(/any key closes this/)
    at.press('x', 's')
    await at.until(/s sort: rate/)
    at.type('/paid')
    await at.until(/^ \/ paid/m)
    at.press('Enter')
    const filtered = await at.until(/has "paid"/)
    expect(filtered).not.toMatch(/order\.placed/)
    at.press('Down', 'Enter')
    const opened = await at.until(/enter close/)
    expect(opened).toMatch(/^ document\n {3}id {2}"e-2"/m)
    expect(opened).toContain('note  "\\u001b[31m"')
    at.press('Escape')
    await at.until(/enter open/)
    at.press('Escape', ' ')
    await at.until(/paused, 0 more/)
  })

  test('goes with the size of the terminal', async () => {
    await open()
    at.resize(140, 40)
    const wide = await at.until(/^[^\n]{130}/)
    expect(wide.split('\n').length).toBeGreaterThan(30)
    at.resize(60, 16)
    await at.until(/^order\.placed +\S+ +–/m)
    expect(at.screen().split('\n').length).toBeLessThan(17)
  })

  test('Ctrl-C ends it after one line, with exit 130', async () => {
    await open()
    at.press('C-c')
    const end = await at.until(/exit \d+/)
    expect(end).toMatch(/\n3 events, 1 delivered again\nexit 130/)
  })

  test('events come through standard input, keys from the terminal', async () => {
    at.type(`(cat a.log; sleep 8) | evt tail - ${mapped} --screen; echo exit $?`)
    at.press('Enter')
    await at.until(/e-2 +\{/)
    at.press('q')
    expect(await at.until(/exit \d+/)).toMatch(/3 events, 1 delivered again\nexit 0/)
  })
})
