import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { statsPage } from '../../dashboards/html/stats-page.js'
import { bareRow, result, row, shop, typeRow, view } from '../ui/results.js'
import { everyPage } from './every-page.js'
import { made, viewOf } from './pages.js'
import { words } from './words.js'

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const between = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(
    ([, inside = '']) => inside,
  )

describe.each(everyPage)('the page of %s', (_, pageOf) => {
  test('allows its own style and script by their hashes, and nothing else', async () => {
    const page = await pageOf()
    const [policy = ''] = [...page.matchAll(/Content-Security-Policy" content="([^"]*)"/g)].map(
      ([, content]) => content,
    )
    const [style = '', ...styles] = between(page, 'style')
    const [script = '', ...scripts] = between(page, 'script')
    expect([...styles, ...scripts]).toEqual([])
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hashOf(style)}`,
      `script-src ${hashOf(script)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ])
  })

  test('has no address, no handler, no style in a tag, no figure that is none', async () => {
    const page = await pageOf()
    const tags = page.match(/<[a-z][^>]*>/g) ?? []
    const bare = tags.map((tag) => tag.replace(/"[^"]*"/g, ''))
    expect(bare.filter((tag) => /\s(on\w+|style|srcset|src)=/.test(tag))).toEqual([])
    expect(tags.flatMap((tag) => tag.match(/href="[^"]*"/) ?? [])).toEqual(['href="data:,"'])
    expect(words(page)).not.toMatch(/\bundefined\b|\bNaN\b|\bInfinity\b|\[object /)
    expect(page).not.toMatch(/[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u)
    expect(page.endsWith('</html>\n')).toBe(true)
  })

  test('has a table for every plot', async () => {
    const plots = (await pageOf()).match(/<figure class="plot" [\s\S]*?<\/figure>/g) ?? []
    for (const plot of plots) {
      expect(plot).toMatch(/<svg [^>]*role="img" aria-label="[^"]+"/)
      expect(plot).toContain('<summary>as a table</summary>')
      expect(plot).toMatch(/<caption[^>]*>[^<]+<\/caption>/)
    }
  })
})

describe('what a page says', () => {
  test('the command that made it, when, and what was read', async () => {
    const said = words(await statsPage(viewOf('shop'), made))
    expect(said).toContain('made with evt stats archive/ --output html')
    expect(said).toContain('by evt 0.1.0, 2026-11-02 09:00:00 UTC')
    expect(said).toContain('40 objects, 1.2 GB as stored; 6,634,478 records')
  })

  test('figures of a part and of a sample are marked', async () => {
    const said = words(await statsPage(viewOf('partial, of a sample'), made))
    expect(said).toContain('partial ! Not everything was read')
    expect(said).toContain('estimated ! Every figure is of a sample of 1% of the identities.')
    expect(words(await statsPage(viewOf('shop'), made))).not.toMatch(/partial !|estimated !/)
  })

  test('findings come with their witnesses, faults first', async () => {
    const said = words(await statsPage(viewOf('shop'), made))
    const order = [
      '! fault billing/order.paid: 1,204',
      '! warning Times of',
      '· note No event arrived',
    ]
    const places = order.map((text) => said.indexOf(text))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(said).toContain('b3c1f0aa-7d1e-4c4f-9f33-0a6d8e21c010 2026-11-01 14:02:07.113 60.9 s')
    expect(said).toContain('archive/2026/11/01/part-0003.gz:1204')
  })

  test('a figure that is wrong is marked in the row that it is of', async () => {
    const page = await statsPage(viewOf('shop'), made)
    const rows = page.match(/<tr><th scope="row"[\s\S]*?<\/tr>/g)?.map(words) ?? []
    expect(rows.find((text) => text.includes('shop/order.placed'))).toContain('0.50% !')
    expect(rows.find((text) => text.includes('billing/order.paid'))).toContain('61 s !')
    expect(rows.find((text) => text.includes('depot/order.packed'))).not.toContain('!')
  })

  test.each([
    ['nothing', 'latency p50 – there are no events'],
    ['nothing', 'No event was read or selected'],
    ['one event', 'latency p99 – needs 1,000 latencies'],
    ['one event', 'No percentiles: p50 needs 20 latencies, there is 1.'],
    ['one event', 'The one event is within one second: 2026-11-01 00:00:00.000'],
    ['no figures', 'distinct – no event has an id'],
    ['no figures', 'reordered – no event has a key'],
    ['no figures', 'latency max – no event has both a time and an arrival'],
    ['no figures', 'No event has a time.'],
    ['no figures', '– cannot be claimed: duplicates need an id; reordered needs a key'],
    ['no latency above zero', 'latency p99 0 ms'],
  ])('%s: %s', async (name, text) => {
    expect(words(await statsPage(viewOf(name), made))).toContain(text)
  })

  test('clocks that disagree are the reason for no latency', async () => {
    const { latencyMs, ...rest } = bareRow(40)
    const total = { ...rest, latencyMs: { ...latencyMs, skewed: 40 } }
    const types = [{ type: 'a', source: '', ...total }]
    const said = words(await statsPage(view({ ...result(types), total }), made))
    expect(said).toContain('all 40 latencies are negative: the clocks disagree')
  })

  test('times are in the time zone that is asked for', async () => {
    const page = await statsPage(viewOf('shop'), { ...made, timeZone: 'Asia/Kolkata' })
    expect(words(page)).toContain('2026-11-01 05:30 → 2026-11-02 05:29 Asia/Kolkata')
  })

  test('of very many types the largest are shown, and where the others are', async () => {
    const types = Array.from({ length: 1_203 }, (_, i) => ({
      type: `t${i}`,
      source: '',
      ...bareRow(2_000 - i),
    }))
    const said = words(await statsPage(view(result(types)), made))
    expect(said).toContain('… 203 more types: --output csv shows all')
    expect(said).toContain('t999 ')
    expect(said).not.toContain('t1000 ')
  })
})

describe('the percentile plot', () => {
  const curve = async (events: number) => {
    const one = { type: 'a', source: '', ...row(events) }
    const page = await statsPage(view({ ...result([one]), total: one }), made)
    return page.match(/<figure class="plot" id="percentiles">[\s\S]*?<\/figure>/)?.[0] ?? ''
  }

  test('names the percents that there are samples for', async () => {
    expect(words(await curve(2_000))).toMatch(/ 50% 90% 99% 99\.9% (?!99)/)
  })

  test('is dashed where nothing is claimed', async () => {
    const plot = await curve(2_000)
    expect(plot).toMatch(/<path class="line" d="M[^"]+"\/><path class="line unsure" d="M[^"]+"\/>/)
    const ends = [...plot.matchAll(/d="M([\d.]+)/g)].map(([, x]) => Number(x))
    // Its 1,994 latencies have ten above p99.5, at 199.4 of 2,293 on a logarithmic axis.
    expect(ends.at(-1)).toBeCloseTo((Math.log(199.4) / Math.log(1_994 * 1.15)) * 1_000, 0)
  })

  test('says in its table what the axis cannot', async () => {
    const said = words(await curve(2_000))
    expect(said).toMatch(/p99 211 ms p99\.9 – p99\.99 – max 5\.00 s/)
  })
})

test('a shop without faults has nothing marked', async () => {
  const quiet = view(shop({ findings: [] }))
  expect(words(await statsPage(quiet, made))).not.toContain('!')
  expect(words(await statsPage(quiet, made))).toContain('Nothing was found to be wrong.')
  const few = view(result([typeRow('', 'a', 3)]))
  expect(words(await statsPage(few, made))).toContain('p50 needs 20 latencies, there are 3')
})
