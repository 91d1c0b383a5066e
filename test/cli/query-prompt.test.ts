import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { promptCompletions } from '../../src/cli/query-completion.js'
import { readCatalogue } from '../../src/questions/catalogue.js'
import { describeWith } from '../helpers/needs.js'
import { hasTmux, openTerminal, type Terminal } from '../helpers/terminal.js'

const types = ['order.paid', 'order.placed', "it's", 'evil\u001b[31m']
const events = types.flatMap((type, n) =>
  [1, 2].map((copy) => ({
    ...{ id: `e-${n}-${copy}`, source: 'shop', 'detail-type': type },
    ...{ time: '2026-11-01T10:00:00Z', detail: {} },
  })),
)
const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** A minute and more. */
const endless =
  'select count(*) from range(1000000) a, range(1000000) b where a.range + b.range = 7;'

describeWith('tmux', hasTmux)('evt query SOURCE on a terminal', () => {
  let at: Terminal
  beforeEach(() => {
    at = openTerminal(['sh'], { columns: 100 })
    writeFileSync(join(at.work, 'a.ndjson'), lines)
  })
  afterEach(() => at.remove())

  async function opens(line = 'evt query a.ndjson'): Promise<void> {
    at.type(`${line}; echo exi''t $?`)
    at.press('Enter')
    await at.until(/^evt>$/m)
  }

  async function asks(text: string, shown: RegExp): Promise<string> {
    at.type(text)
    at.press('Enter')
    return at.until(shown)
  }

  test('asks for one question after the other, of an archive that is read once', async () => {
    await opens()
    await at.until(/^8 events of 4 types in a\.ndjson; \.help helps/m)
    writeFileSync(join(at.work, 'a.ndjson'), '')
    await asks('select count(*) as n', /^\.\.\.>$/m)
    await asks("from events where type = 'order.paid';", /^2\n1 row\n\nevt>$|^ *2\n1 row\nevt>$/m)
    await asks('counts/volume window=1d', /order\.placed +shop +2[\s\S]*4 rows\nevt>$/)
    await asks('by-source;', /shop +8[\s\S]*1 row\nevt>$/)
    await asks('.quit', /exit 0/)
  })

  test('goes on after what is wrong', async () => {
    await opens()
    await asks('select typ from events;', /line 1, column 8[\s\S]*did you mean type\?\nevt>$/)
    await asks(
      'counts/by-typ',
      /there is no query counts\/by-typ[\s\S]*counts\/by-type\?[\s\S]*evt>$/,
    )
    await asks('counts/volume windw=1h', /has no parameter windw[\s\S]*evt>$/)
    await asks('drop table archive;', /the query changes something[\s\S]*evt>$/)
    await asks('flows/summary', /there are no flows[\s\S]*evt>$/)
    await asks('.hlep', /there is no \.hlep[\s\S]*evt>$/)
    await asks('.help', /Ctrl-C ends a statement that runs[\s\S]*evt>$/)
    await asks('select 7 * 6 as n; select 8 as m;', /42\n1 row\nm\n8\n1 row\nevt>$/)
    at.press('C-d')
    expect(await at.until(/exit \d/)).toMatch(/evt>\nexit 0/)
  })

  test('Tab completes tables, columns, types and names', async () => {
    await opens()
    for (const [typed, completed] of [
      ['latency/by-w', /evt> latency\/by-window$/m],
      [' win', /by-window window=$/m],
    ] as const) {
      at.type(typed)
      at.press('Tab')
      await at.until(completed)
    }
    at.press('C-c')
    await at.until(/^evt>$/m)
    for (const [typed, completed] of [
      ['select event_time_', /select event_time_us$/m],
      [' from undec', /from undecodable$/m],
      [" where type = 'order.pl", /'order\.placed'$/m],
    ] as const) {
      at.type(typed)
      at.press('Tab')
      await at.until(completed)
    }
  })

  test('Ctrl-C ends a statement, then clears a line, and leaves neither', async () => {
    await opens()
    await asks(endless, /= 7;$/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    at.press('C-c')
    await at.until(/evt: interrupted before there was a row\nevt>$/)
    await asks('select 1,', /^\.\.\.>$/m)
    at.type('2 fro')
    at.press('C-c')
    await at.until(/^evt>$/m)
    await asks('select 41 + 1 as n;', /42\n1 row\nevt>$/)
    at.press('C-d')
    await at.until(/exit 0/)
  })

  test('Ctrl-D leaves in the middle of an answer too', async () => {
    await opens()
    await asks(endless, /= 7;$/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    at.press('C-d')
    expect(await at.until(/exit \d/)).toMatch(/interrupted before there was a row\n+exit 0/)
  })

  test('a cut archive is said, and asked all the same', async () => {
    mkdirSync(join(at.work, 'b'))
    writeFileSync(join(at.work, 'b', 'a.ndjson.gz'), Buffer.from('1f8b0800000000000003', 'hex'))
    writeFileSync(join(at.work, 'b', 'b.ndjson'), lines)
    await opens('evt query b/')
    expect(at.screen()).toContain('evt: b/a.ndjson.gz ends before its gzip data does')
    await asks('select count(*) as n from events;', /8\n1 row\nevt>$/)
  })

  test('asks what to read where no SOURCE is given', async () => {
    at.type("evt query; echo exi''t $?")
    at.press('Enter')
    await at.until(/What to read\?[\s\S]*a\.ndjson/)
    at.press('Enter')
    await at.until(/^evt>$/m)
    at.press('C-d')
    await at.until(/exit 0/)
  })

  test.each([
    ['evt query a.ndjson 2>&1 | cat', /evt: no SOURCE given/],
    ['evt query a.ndjson < /dev/null', /evt: no SOURCE given/],
    ['evt query < /dev/null', /evt: nothing is asked/],
    ['evt query counts/by-typ a.ndjson', /there is no query counts\/by-typ/],
    ['evt query counts/by-type a.ndjson', /order\.paid +shop/],
  ])('%s asks nobody', async (line, said) => {
    at.type(`${line}; echo exi''t $?`)
    at.press('Enter')
    const done = await at.until(/exit \d/)
    expect(done).toMatch(said)
    expect(done).not.toContain('evt>')
  })
})

describe('completions', () => {
  const names = ['events', 'event_time', 'type']
  const completed = async (line: string, before = '') =>
    promptCompletions(before, line, { catalogue: await readCatalogue(), names, types })

  test.each([
    ['sel', ['select'], 'sel'],
    ['SEL', ['SELECT'], 'SEL'],
    ['.', ['.help', '.list', '.quit'], '.'],
    ['select e.ty', ['e.type'], 'e.ty'],
    ['select event', ['event_time', 'events'], 'event'],
    ['chains/', ['chains/of'], 'chains/'],
    ['select chains/', [], 'chains/'],
    ['chains/of ', ['depth=', 'id='], ''],
    ['chains/of id=1 d', ['depth='], 'd'],
    ["where type = '", ["it''s'", "order.paid'", "order.placed'"], ''],
    ["where type = 'it''", ["it''s'"], "it''"],
    ["where type = 'evil", [], 'evil'],
  ])('of %j', async (line, hits, fragment) => {
    const [found, of] = await completed(line)
    expect(of).toBe(fragment)
    if (hits.length === 0) expect(found).toEqual([])
    else expect(found).toEqual(expect.arrayContaining(hits))
  })

  test('in the lines of a statement that went before', async () => {
    expect(await completed('order.pl', "select '")).toEqual([["order.placed'"], 'order.pl'])
    expect(await completed('counts/', 'select\n')).toEqual([[], 'counts/'])
  })
})
