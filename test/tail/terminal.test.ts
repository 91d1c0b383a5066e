import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../helpers/needs.js'
import { hasTmux, openTerminal, type Terminal } from '../helpers/terminal.js'

const line = (n: number) => `${JSON.stringify({ id: `e-${n}`, type: 'order.placed', n })}\n`

describeWith('tmux', hasTmux)('evt tail on a terminal', () => {
  let at: Terminal
  beforeEach(() => {
    at = openTerminal(['sh'])
    writeFileSync(join(at.work, 'a.log'), line(1))
  })
  afterEach(() => at.remove())

  test('follows a file that is rotated, until Ctrl-C, and says nothing more', async () => {
    at.type('evt tail a.log --map id=$.id --map type=$.type; echo exit $?')
    at.press('Enter')
    await at.until(/e-1 {2}\{"id"/)
    appendFileSync(join(at.work, 'a.log'), line(2))
    await at.until(/e-2 {2}\{"id"/)
    renameSync(join(at.work, 'a.log'), join(at.work, 'a.log.1'))
    writeFileSync(join(at.work, 'a.log'), line(3))
    await at.until(/e-3 {2}\{"id"/)
    at.press('C-c')
    const screen = await at.until(/exit \d+/)
    expect(screen).toMatch(/^observe {2}a\.log$/m)
    expect(screen).toMatch(/^ *– {2}order\.placed {2}e-1 {2}\{"id":"e-1","type":"order\.placed"/m)
    expect(screen).toMatch(/"n":3\}\n(?:\^C)?exit 130/)
  })
})
