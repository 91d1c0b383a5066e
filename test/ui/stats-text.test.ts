import { describe, expect, test } from 'vitest'
import { statsText } from '../../src/ui/stats-text.js'
import { widthOf } from '../../src/ui/width.js'
import { expectGolden } from './golden.js'
import {
  at,
  bareRow,
  finding,
  iso,
  narrow,
  result,
  row,
  shop,
  typeRow,
  view,
  wide,
} from './results.js'

const hour = Date.UTC(2026, 10, 1) * 1_000

const hostileNames = [
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007',
  "=cmd|' /C calc'!A0",
  '<script>alert(1)</script>',
  `${'long.'.repeat(2_000)}end`,
  'user\u202egnp.exe\u2066x',
  '👩‍👩‍👧‍👦 family.🎉',
  'क्षत्रिय.日本語',
  'a\nb\tc\r\u009b2Jd',
  '__proto__',
  '',
  `z${'\u0301'.repeat(500)}algo`,
]

function hostile() {
  const types = hostileNames.map((name, i) => typeRow(i % 2 ? 'sh\u001bop' : '', name, 900 - i))
  const findings = hostileNames.map((name) =>
    finding('conflict', `${name} has two payloads for one id.`, [
      { position: at(`${name}/part.gz`, 7), id: name, key: name, role: name, head: name },
    ]),
  )
  return result(types, { findings, sources: [hostileNames[0] ?? '', './-x y/'] })
}

const hours = [0, 1, 2, 5].map((h) => ({
  start: iso(hour + h * 3_600_000_000),
  end: iso(hour + (h + 1) * 3_600_000_000),
  ...row(4_000 + h * 1_000),
}))

const manyTypes = Array.from({ length: 200 }, (_, i) =>
  typeRow('com.example.platform', `contract.event-${i}`, 5_000 - i),
)

const cases = {
  shop: view(shop(), {
    typed: { sources: ['archive/'], flags: ['--map', 'key=$.detail.orderId'] },
  }),
  partial: view(shop({ partial: true, sample: 0.01, sources: ['a/', 'b c/', 's3://x/y'] })),
  windows: view(shop({ windows: hours })),
  'by-source': view(result([typeRow('shop', '*', 9_000), typeRow('', '*', 40)])),
  'many-types': view(
    result(manyTypes, {
      findings: [
        finding('latency', 'contract.event-150 took 8 s.', [], {
          type: 'contract.event-150',
          source: 'com.example.platform',
        }),
      ],
    }),
  ),
  nothing: view(
    result([], {
      span: { firstTime: null, lastTime: null, firstReceivedAt: null, lastReceivedAt: null },
    }),
    { timeline: null },
  ),
  'one-event': view(result([typeRow('shop', 'order.placed', 1, 22)]), {
    timeline: { startUs: hour, stepUs: 1_000_000, counts: [1] },
  }),
  'no-figures': view(
    result([{ type: 'unknown', source: '', ...bareRow(1_204) }], {
      findings: [
        finding('arrivalUnknown', 'No event says when it arrived: no latency is claimed.', [], {
          severity: 'warning',
        }),
      ],
    }),
  ),
  hostile: view(hostile()),
}

describe.each(Object.entries(cases))('evt stats, %s', (name, shown) => {
  test('at 80 columns', async () =>
    expectGolden(`stats/${name}-80.txt`, await statsText(shown, narrow)))

  test('at 120 columns, in colour', async () =>
    expectGolden(`stats/${name}-120-color.txt`, await statsText(shown, { ...wide, color: true })))

  test('in ASCII', async () => {
    const text = await statsText(shown, { ...narrow, unicode: false })
    expect(text).toMatch(/^[\n\x20-\x7e]*$/)
    expectGolden(`stats/${name}-ascii.txt`, text)
  })

  test.each([40, 60, 80, 100, 120, 200])('no line but commands is wider than %i', async (width) => {
    const lines = (await statsText(shown, { ...narrow, width })).split('\n')
    const end = lines.findIndex((line) => line.startsWith('next  '))
    const told = end === -1 ? lines : lines.slice(0, end)
    expect(told.filter((line) => widthOf(line) > width)).toEqual([])
  })

  test('obeys no control character', async () => {
    const text = await statsText(shown, wide)
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u)
  })

  test('says in colour what it says without', async () => {
    const colored = await statsText(shown, { ...wide, color: true })
    const plain = await statsText(shown, wide)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is removed.
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(plain)
  })
})

test('times are shown in the time zone that is asked for', async () => {
  const [first] = (await statsText(view(shop()), { ...wide, timeZone: 'Asia/Kolkata' })).split('\n')
  expect(first).toContain('2026-11-01 05:30 → 2026-11-02 05:29 Asia/Kolkata')
})
