import type { Made } from '../../dashboards/html/page.js'
import type { StatsResult, StatsRow } from '../../src/stats/result.js'
import type { StatsView } from '../../src/ui/stats-text.js'
import {
  at,
  bareRow,
  finding,
  iso,
  result,
  row,
  shop,
  typeRow,
  view,
  withHops,
} from '../ui/results.js'

export const made: Made = {
  command: ['evt', 'stats', 'archive/', '--output', 'html'],
  version: '0.1.0',
  atMs: Date.UTC(2026, 10, 2, 9),
  timeZone: 'UTC',
}

export const hostileNames = [
  '</script><script>alert(1)</script>',
  '</style><script>alert(2)</script>',
  '</title><img src=x onerror=alert(3)>',
  '"><img src="https://evil.test/x.png" onerror="alert(4)">',
  `' onpointerover='alert(5)`,
  '<svg onload=alert(6)><a href="javascript:alert(7)">x</a>',
  '--><iframe srcdoc="<script>alert(8)</script>">',
  '&lt;b&gt; &amp; &#60;script&#62;',
  '`+alert(9)+`',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u0000',
  'user\u202egnp.exe\u2066x',
  'a\nb\tc\r\u009b2Jd\u2028e',
  `${'long.'.repeat(2_000)}end`,
  '\u202e'.repeat(5_000),
  'x'.repeat(300),
  'مرحبا.طلب',
  '👩‍👩‍👧‍👦 family.🎉',
  '__proto__',
  `z${'\u0301'.repeat(500)}algo`,
  '\ud800 lone',
]

function hostile(): StatsView {
  const types = hostileNames.map((name, i) => typeRow(i % 2 ? 'sh\u001bop' : '', name, 900 - i))
  const findings = hostileNames.map((name) =>
    finding('conflict', `${name} has two payloads for one id.`, [
      { position: at(`${name}/part.gz`, 7), id: name, key: name, role: name, head: name },
    ]),
  )
  return view(result(types, { findings, sources: [hostileNames[2] ?? '', './-x y/'] }))
}

const hour = Date.UTC(2026, 10, 1) * 1_000
const windows = [0, 1, 2, 5].map((h) => ({
  start: iso(hour + h * 3_600_000_000),
  end: iso(hour + (h + 1) * 3_600_000_000),
  ...row(4_000 + h * 1_000),
}))

const many = Array.from({ length: 200 }, (_, i) =>
  typeRow('com.example.platform', `contract.event-${i}`, 5_000 - i),
)

const nowhere = {
  span: { firstTime: null, lastTime: null, firstReceivedAt: null, lastReceivedAt: null },
  read: { objects: 0, bytes: 0, records: 0, undecodable: 0 },
}

const unknownArrival = finding(
  'arrivalUnknown',
  'No event has receivedAt: no latency is claimed. --map receivedAt=$.path says where it is.',
  [],
  { severity: 'warning' },
)

/** Every look that a page of `evt stats` has to get right. */
export const pages: Readonly<Record<string, StatsView>> = {
  shop: view(shop()),
  'partial, of a sample': view(shop({ partial: true, sample: 0.01, sources: ['a/', 'b c/'] })),
  windows: view(shop({ windows })),
  'one type': view(result([typeRow('shop', 'order.placed', 40_000, 90)])),
  '200 types': view(result(many)),
  'one event': view(result([typeRow('shop', 'order.placed', 1, 22)]), {
    timeline: { startUs: hour, stepUs: 1_000_000, counts: [1] },
  }),
  'no latency above zero': view(instant(30_000)),
  'no figures': view(
    result([{ type: 'unknown', source: '', ...bareRow(1_204) }], { findings: [unknownArrival] }),
    { timeline: null },
  ),
  hops: view(hopsOf(shop())),
  'hops that nobody stamped': view(hopsOf(shop(), true)),
  nothing: view(result([], nowhere), { timeline: null }),
  hostile: hostile(),
}

/** As many events, each of which arrived in the microsecond in which it happened. */
function instant(events: number) {
  const all = row(events, 0)
  const zero = { min: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 }
  const instantly = { ...all, latencyMs: { ...all.latencyMs, ...zero } }
  const type = { type: 'order.placed', source: 'shop', ...instantly }
  return { ...result([type]), total: instantly }
}

/** The same with hops, or with hops that are all null. */
function hopsOf(of: StatsResult, isBare = false): StatsResult {
  const bare = {
    producedToAccepted: null,
    acceptedToFirstReceived: null,
    firstReceivedToRecorded: null,
  }
  const row = <Row extends StatsRow>(one: Row) => (isBare ? { ...one, hops: bare } : withHops(one))
  const [first, ...types] = of.types
  // One type has none of its own.
  const [one] = first ? [{ ...first, hops: bare }] : []
  return { ...of, total: row(of.total), types: [...(one ? [one] : []), ...types.map(row)] }
}

/** Windows that touch, one after a gap, and histograms of all of them. */
export function overTime(of: StatsResult) {
  const intervals = windows.flatMap(({ start, latencyMs: { hdr } }) => {
    return hdr === null ? [] : [{ startUs: Date.parse(start) * 1_000, rows: [], total: hdr }]
  })
  return { ...view({ ...of, windows }), intervals }
}

export function viewOf(name: string): StatsView {
  const found = pages[name]
  if (!found) throw new Error(`there is no page ${name}`)
  return found
}
