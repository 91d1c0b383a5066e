import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { offerLines } from '../../src/cli/choose-source.js'
import { describeWith } from '../helpers/needs.js'
import { hasTmux, openTerminal, type Terminal } from '../helpers/terminal.js'

const events = Array.from({ length: 20 }, (_, n) => ({
  id: `e-${n}`,
  source: 'shop',
  'detail-type': 'order.placed',
  detail: { orderId: `o-${n % 4}` },
}))
const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')

describeWith('tmux', hasTmux)('a SOURCE that is left out, on a terminal', () => {
  let at: Terminal
  beforeEach(() => {
    at = openTerminal(['sh'])
    mkdirSync(join(at.work, 'archive'))
    writeFileSync(join(at.work, 'archive', 'a.ndjson'), lines)
    writeFileSync(join(at.work, 'orders.ndjson'), lines)
    writeFileSync(join(at.work, 'a $(touch pwned).ndjson'), lines)
  })
  afterEach(() => at.remove())

  test('is chosen of what is here; evt goes on and shows the line for the next time', async () => {
    at.type('evt stats --type "order.*" > out.txt; echo exit $?')
    at.press('Enter')
    const asked = await at.until(/What to read\?[\s\S]*chooses/)
    expect(asked).toMatch(/^❯ a \$\(touch pwned\)\.ndjson {2}file, [\d.]+ kB {2}observe$/m)
    expect(asked).toMatch(/^ {2}archive\/ +folder +observe$/m)
    expect(asked).toMatch(/^ {2}orders\.ndjson +file, [\d.]+ kB +observe$/m)
    at.press('Down', 'Enter')
    const done = await at.until(/exit \d/)
    expect(done).toContain('✔ What to read? archive/')
    expect(done).toContain("the same without asking:  evt stats --type 'order.*' archive/")
    expect(done).toContain('exit 0')
    expect(readFileSync(join(at.work, 'out.txt'), 'utf8')).toMatch(/^archive\/ .* 20 events$/m)
  })

  test('is shown as a shell reads it back', async () => {
    at.type('evt stats; echo exit $?')
    at.press('Enter')
    await at.until(/What to read/)
    at.press('Enter')
    const done = await at.until(/exit \d/)
    expect(done).toContain("the same without asking:  evt stats 'a $(touch pwned).ndjson'")
    expect(done).toContain('exit 0')
  })

  test.each([
    ['stats', 'C-c'],
    ['init', 'C-c'],
    ['stats', 'C-d'],
  ])('the question of evt %s ends with %s and exit 130', async (command, key) => {
    at.type(`evt ${command}; echo exit $?`)
    at.press('Enter')
    await at.until(/What to read/)
    at.press(key)
    const done = await at.until(/exit \d/)
    expect(done).toMatch(/\nevt: interrupted: no SOURCE was chosen\nexit 130/)
    expect(done).not.toMatch(/^ +at /m)
  })

  test('aliases of evt.yaml that can be read come first', async () => {
    const archives = 'archives: { prod: archive/, far: "s3://acme/archive/" }\n'
    writeFileSync(join(at.work, 'evt.yaml'), archives)
    at.type('evt stats -o csv; echo exit $?')
    at.press('Enter')
    const asked = await at.until(/What to read\?[\s\S]*chooses/)
    expect(asked).toMatch(/^❯ prod: +archive\/ +observe$/m)
    expect(asked).not.toContain('far:')
    at.press('Enter')
    expect(await at.until(/exit \d/)).toContain('evt stats -o csv prod:')
  })

  test('evt init asks, and then goes on to its own question', async () => {
    at.type('evt init; echo exit $?')
    at.press('Enter')
    await at.until(/What to read/)
    at.press('Down', 'Enter')
    await at.until(/write evt\.yaml\? \[y\/N\]/)
    at.type('y')
    at.press('Enter')
    expect(await at.until(/exit \d/)).toMatch(/wrote evt\.yaml[\s\S]*exit 0/)
    expect(readFileSync(join(at.work, 'evt.yaml'), 'utf8')).toContain('entities')
  })

  test.each([
    ['-o json', /"message":"no SOURCE given"/],
    ['< /dev/null', /evt: no SOURCE given\n +evt stats 'a \$\(touch pwned\)\.ndjson'/],
    ['2>&1 | cat', /evt: no SOURCE given/],
  ])('is not asked for with %s', async (rest, said) => {
    at.type(`evt stats ${rest}; echo exit $?`)
    at.press('Enter')
    const done = await at.until(/exit \d/)
    expect(done).toMatch(said)
    expect(done).not.toContain('What to read')
  })

  test('without colour and Unicode the question has neither', async () => {
    at.type('LC_ALL=C evt stats --color never; echo exit $?')
    at.press('Enter')
    const asked = await at.until(/What to read\?[\s\S]*chooses/)
    expect(asked).toMatch(/^> a \$/m)
    expect(asked).toContain('arrows move, Enter chooses')
    at.press('C-c')
    await at.until(/exit 130/)
  })
})

describe('the lines of the question', () => {
  test('stand in columns and keep to the width', () => {
    const offers = [
      { source: 'x'.repeat(80), kind: 'folder', safety: 'observe' },
      { source: 'prod:', kind: 'alias', address: 'far/\u001b[31m', safety: 'observe' },
      { source: 'a.ndjson', kind: 'file', sizeBytes: 1_500_000, safety: 'observe' },
    ] as const
    expect(offerLines(offers, 60)).toEqual([
      `${'x'.repeat(29)}…  folder        observe`,
      `prod:${' '.repeat(25)}  far/␛[31m     observe`,
      `a.ndjson${' '.repeat(22)}  file, 1.5 MB  observe`,
    ])
  })
})
