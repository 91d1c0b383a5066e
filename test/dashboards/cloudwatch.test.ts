import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alarmsOf, type MetricAlarm } from '../../dashboards/cloudwatch/alarms.js'
import { bodyFaults } from '../../dashboards/cloudwatch/check-body.js'
import { cloudformation } from '../../dashboards/cloudwatch/cloudformation.js'
import { dashboardPages } from '../../dashboards/cloudwatch/dashboards.js'
import type { Published } from '../../dashboards/cloudwatch/evt-graphs.js'
import { plain, plainPages } from '../../dashboards/cloudwatch/json.js'
import { type Page, pagesOf } from '../../dashboards/cloudwatch/page.js'
import { terraform } from '../../dashboards/cloudwatch/terraform.js'
import { type Watched, watchedOf } from '../../dashboards/cloudwatch/watched.js'
import { textWidget } from '../../dashboards/cloudwatch/widget.js'
import { parseSlo } from '../../src/config/slo.js'
import { topologyOfTemplates } from '../../src/topology/from-templates.js'
import type { EdgeKind, NodeKind, Topology } from '../../src/topology/model.js'
import { root } from '../helpers/cli.js'

const folder = join(root, 'test/fixtures/templates')
const options = { prefix: 'evt', marks: [], runbook: 'https://runbooks.example/shop' }
const alarmOptions = {
  ...{ prefix: 'evt', runbook: undefined, composites: true },
  ...{ actions: ['arn:aws:sns:eu-west-1:123456789012:oncall'], okActions: [] },
}
const published: Published = {
  namespace: 'Evt',
  dimensions: [['Stage', 'prod']],
  types: [
    { type: 'order.placed', source: 'shop' },
    { type: 'order.paid', source: 'billing' },
    { type: '"><script>', source: '' },
  ],
  limits: {
    p99Ms: { value: 360, why: '2 × what was measured' },
    duplicatesPercent: { value: 0.2, why: 'evt.yaml' },
    reorderedPercent: { value: 1, why: 'evt.yaml' },
  },
}
const slos = {
  fast: parseSlo('99.9% latency < 500ms over 30d'),
  once: parseSlo('99.99% once over 28d'),
  placed: parseSlo('shop/order.placed: 99% latency < 1s over 7d'),
}
const watch = (topology: Topology | undefined): Watched =>
  watchedOf({ topology, names: new Map(), published, slos })

interface DrawnLine {
  value: number
  label: string
}

const keyOf = ({ MetricName, Dimensions }: OneMetric) =>
  JSON.stringify([MetricName, ...Dimensions.flatMap(({ Name, Value }) => [Name, Value])])

/** The lines on all graphs that have a metric. */
function linesByMetric(pages: readonly Page[]): Map<string, DrawnLine[]> {
  const lines = new Map<string, DrawnLine[]>()
  for (const { properties } of pages.flatMap(({ body }) => body.widgets)) {
    const { metrics = [], annotations } = properties as {
      metrics?: unknown[][]
      annotations?: { horizontal?: DrawnLine[] }
    }
    for (const entry of metrics.filter(({ length }) => length > 1)) {
      const key = JSON.stringify(entry.slice(1, -1))
      lines.set(key, [...(lines.get(key) ?? []), ...(annotations?.horizontal ?? [])])
    }
  }
  return lines
}

type OneMetric = { MetricName: string; Dimensions: { Name: string; Value: string }[] }

const metricOf = (alarm: MetricAlarm): OneMetric | undefined =>
  'Metrics' in alarm ? alarm.Metrics[0]?.MetricStat?.Metric : alarm

/** What holds of every dashboard and every alarm. */
function holds(topology: Topology | undefined): void {
  const watched = watch(topology)
  const drafts = dashboardPages(watched, options)
  const pages = plainPages(drafts, watched.unnamed, 'eu-west-1')
  for (const { name, body } of pages) {
    expect([name, bodyFaults(body)]).toEqual([name, []])
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,255}$/)
  }
  expect(new Set(pages.map(({ name }) => name)).size).toBe(pages.length)
  const alarms = plain(alarmsOf(watched, alarmOptions), watched.unnamed, 'eu-west-1')
  const lines = linesByMetric(pages)
  for (const alarm of alarms.metric) {
    const { AlarmName, Threshold } = alarm
    const metric = metricOf(alarm)
    if (Threshold === undefined || !metric) continue
    const what = AlarmName.split('/').at(-1) ?? ''
    // A name that CloudWatch would not take ends with a hash.
    const isHashed = /-[0-9a-f]{8}$/.test(what) || !AlarmName.startsWith('evt/')
    const beside = lines.get(keyOf(metric)) ?? []
    const own = beside.filter(({ label }) => isHashed || label.includes(what))
    expect([AlarmName, own.map(({ value }) => value)]).toEqual([
      AlarmName,
      expect.arrayContaining([Threshold]),
    ])
  }
  areWhole(alarms)
  const all = { pages: drafts, alarms: alarmsOf(watched, alarmOptions) }
  for (const text of [cloudformation, terraform].map((of) =>
    JSON.stringify(of(all, watched.unnamed)),
  )) {
    expect(text).not.toMatch(/\\u000[23]/)
  }
}

/** Names are those of CloudWatch, each once, and composites are made of alarms before them. */
function areWhole({ metric, composite }: ReturnType<typeof alarmsOf>): void {
  const known = new Set<string>()
  for (const { AlarmName, AlarmDescription } of [...metric, ...composite]) {
    expect(AlarmName.length).toBeLessThanOrEqual(255)
    expect(AlarmDescription.length).toBeLessThanOrEqual(1_024)
    expect(known).not.toContain(AlarmName)
    const rule = composite.find((each) => each.AlarmName === AlarmName)?.AlarmRule ?? ''
    const children = [...rule.matchAll(/ALARM\("([^"]*)"\)/g)].map(([, name]) => name)
    expect(children.length).toBeLessThanOrEqual(100)
    for (const child of children) expect(known).toContain(child)
    known.add(AlarmName)
  }
}

describe('dashboards and alarms of templates', () => {
  test.each(readdirSync(folder))('%s', async (name) => {
    const at = join(folder, name)
    // What lies in folders are definitions that templates name.
    const entries = readdirSync(at, { withFileTypes: true }).filter((entry) => entry.isFile())
    const files = entries.map((entry) => entry.name).filter((file) => file !== 'expected.json')
    holds(await topologyOfTemplates(files, at))
  })
})

const kinds: readonly NodeKind[] = [
  ...(['bus', 'rule', 'topic', 'queue', 'stream', 'consumer', 'function', 'pipe'] as const),
  ...(['table', 'firehose', 'stateMachine', 'bucket', 'unknown'] as const),
]
const vias: readonly EdgeKind[] = ['rule', 'target', 'mapping', 'redrive', 'dlq', 'consumer']
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,20}$/),
  fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }),
  fc.constantFrom('__proto__', '</script>', `\${Orders.Arn}`, 'a"b\\c', '`x`', '‮abc', 'default'),
)
const topologies = fc
  .array(fc.tuple(fc.constantFrom(...kinds), name, fc.boolean(), fc.nat(1_209_600)), {
    maxLength: 40,
  })
  .chain((found) => {
    const nodes = found.map(([kind, of, isUnnamed, retentionS], n) => ({
      ...{ id: `${kind}:${of}:${n}`, kind, name: of, declared: true },
      at: isUnnamed ? `t.yaml#${of}` : 't.yaml#X',
      facts: { retentionS: retentionS + 60, timeoutS: (n % 900) + 1, isFifo: n % 3 === 0 },
    }))
    const node = fc.nat(Math.max(0, nodes.length - 1)).map((n) => nodes[n]?.id ?? '')
    const edge = fc.record({
      ...{ from: node, to: node, via: fc.constantFrom(...vias) },
      ...{ when: fc.constant(null), sends: fc.constant(null), facts: fc.constant({}) },
    })
    return fc.array(edge, { maxLength: nodes.length === 0 ? 0 : 60 }).map((edges): Topology => {
      return { sources: ['t.yaml'], nodes, edges, grants: [], gaps: [] }
    })
  })

test('dashboards and alarms of any topology', () => {
  fc.assert(fc.property(topologies, holds), { numRuns: 50 })
})

test('without a topology there is what evt publishes', () => {
  holds(undefined)
  const pages = dashboardPages(watch(undefined), options)
  expect(pages.map(({ name: of }) => of)).toEqual(['evt-overview'])
})

test('each page has the lines to type for its resource, and for the events of its time', () => {
  const node = { id: 'queue:jobs', kind: 'queue' as const, name: 'jobs', declared: true, at: null }
  const nodes = [{ ...node, facts: {} }]
  const topology = { sources: [], nodes, edges: [], grants: [], gaps: [] }
  const textsOf = (sources: readonly string[] | undefined) => {
    const watched = watchedOf({ topology, names: new Map(), published, slos: {}, sources })
    const pages = dashboardPages(watched, options)
    expect(pages.map(({ body }) => body.start)).toEqual(['-PT6H', '-PT6H'])
    return pages.map(({ body }) => JSON.stringify(body))
  }
  const [overview, queue] = textsOf(['s3://acme/o', 'my folder', '-', 'a\u0002Region\u0003`'])
  const lines = "s3://acme/o 'my folder' 'a␂Region␃'' --since 6h`"
  expect(overview).toContain('`evt loops s3://acme/o ')
  expect(queue).toContain('`evt lag sqs://jobs`')
  for (const page of [overview, queue]) expect(page).toContain(`\`evt stats ${lines}`)
  for (const page of textsOf(undefined)) expect(page).toContain('`evt stats SOURCE --since 6h`')
})

test('what would be a parameter in a template is none where events say it', () => {
  const types = [{ source: 'shop', type: 'a\u0024{b}%{c}' }]
  const topology = undefined
  const of = { topology, names: new Map(), published: { ...published, types }, slos: {} }
  const pages = dashboardPages(watchedOf(of), options)
  const all = { pages, alarms: undefined }
  expect(JSON.stringify(cloudformation(all, []))).toContain('a\u0024{!b}%{c}')
  expect(JSON.stringify(terraform(all, []))).toContain('a\u0024\u0024{b}%%{c}')
  expect(JSON.stringify(plainPages(pages, [], 'eu-west-1'))).toContain('a\u0024{b}%{c}')
})

test('rules of one logical id in two templates have alarms of their own', () => {
  const facts = {}
  const rule = { kind: 'rule' as const, name: 'R', declared: true, facts }
  const bus = { id: 'bus:default', kind: 'bus' as const, name: 'default', declared: true }
  const nodes = [
    { ...bus, at: null, facts },
    { ...rule, id: 'rule:R', at: 'a.yaml#R' },
    { ...rule, id: 'rule:R (b.yaml#R)', at: 'b.yaml#R' },
  ]
  const edges = nodes.slice(1).map(({ id }) => {
    return { from: bus.id, to: id, via: 'rule' as const, when: null, sends: null, facts }
  })
  const topology = { sources: [], nodes, edges, grants: [], gaps: [] }
  holds(topology)
  const { metric } = alarmsOf(watch(topology), alarmOptions)
  const failed = metric.filter(({ AlarmName }) => AlarmName.endsWith('/failed'))
  expect(failed.map(({ AlarmName }) => AlarmName)).toEqual([
    'evt/bus/default/R/failed',
    'evt/bus/default/R-2/failed',
  ])
})

test('a retention that is none is that of AWS', () => {
  const facts = { retentionS: Number.POSITIVE_INFINITY }
  const node = { id: 'queue:a', kind: 'queue' as const, name: 'a', declared: true, at: null, facts }
  const topology = { sources: [], nodes: [node], edges: [], grants: [], gaps: [] }
  holds(topology)
  const { metric } = alarmsOf(watch(topology), alarmOptions)
  expect(metric.find(({ AlarmName }) => AlarmName === 'evt/queue/a/loss')?.Threshold).toBe(276_480)
})

test('each consumer with throughput of its own has an alarm on what it may lose', () => {
  const stream = { id: 'stream:s', kind: 'stream' as const, name: 's', declared: true, at: null }
  const consumer = { kind: 'consumer' as const, declared: true, at: null, facts: {} }
  const names = ['fast', 'slow']
  const nodes = [
    { ...stream, facts: { retentionS: 172_800 } },
    ...names.map((of) => ({ ...consumer, id: `consumer:${of}`, name: of })),
  ]
  const edges = names.map((of) => {
    const way = { via: 'consumer' as const, when: null, sends: null, facts: {} }
    return { from: 'stream:s', to: `consumer:${of}`, ...way }
  })
  const topology = { sources: [], nodes, edges, grants: [], gaps: [] }
  holds(topology)
  const { metric } = alarmsOf(watch(topology), alarmOptions)
  const ofSlow = metric.find(({ AlarmName }) => AlarmName === 'evt/stream/s/slow/loss')
  expect(ofSlow).toMatchObject({
    ...{ MetricName: 'SubscribeToShardEvent.MillisBehindLatest', Threshold: 86_400_000 },
    Dimensions: [
      { Name: 'StreamName', Value: 's' },
      { Name: 'ConsumerName', Value: 'slow' },
    ],
  })
})

test('a state machine is known by its ARN: of an account, or a parameter of a template', () => {
  const machine = { kind: 'stateMachine' as const, declared: true, facts: { isNamed: true } }
  const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:billing'
  const nodes = [
    { ...machine, id: 'stateMachine:billing', name: 'billing', at: arn },
    { ...machine, id: 'stateMachine:shipping', name: 'shipping', at: 't.yaml#Shipping' },
  ]
  const topology = { sources: [], nodes, edges: [], grants: [], gaps: [] }
  holds(topology)
  const watched = watch(topology)
  const alarms = alarmsOf(watched, alarmOptions)
  const failed = alarms.metric.filter(({ AlarmName }) => /Machine.*failed$/.test(AlarmName))
  expect(failed.map((alarm) => metricOf(alarm)?.MetricName)).toEqual(
    Array(2).fill('ExecutionsFailed'),
  )
  expect(failed[0]).toMatchObject({ Dimensions: [{ Name: 'StateMachineArn', Value: arn }] })
  expect(cloudformation({ pages: [], alarms }, watched.unnamed)).toMatchObject({
    Parameters: { shippingArn: { Description: 'the ARN of the stateMachine t.yaml#Shipping' } },
  })
})

test('what templates only refer to has no alarms: it may be of another account', () => {
  const facts = {}
  const node = {
    id: 'queue:a',
    kind: 'queue' as const,
    name: 'a',
    declared: false,
    at: null,
    facts,
  }
  const topology = { sources: [], nodes: [node], edges: [], grants: [], gaps: [] }
  const { metric } = alarmsOf(watch(topology), alarmOptions)
  expect(metric.filter(({ AlarmName }) => AlarmName.startsWith('evt/queue/'))).toEqual([])
})

test('many resources become several pages, none over the limits', () => {
  const nodes = Array.from({ length: 900 }, (_, n) => ({
    ...{
      id: `rule:r${n}`,
      kind: 'rule' as const,
      name: `r${n}`,
      declared: true,
      at: null,
      facts: {},
    },
  }))
  const bus = {
    ...{ id: 'bus:shop', kind: 'bus' as const, name: 'shop', declared: true, at: null },
  }
  const edges = nodes.map(({ id }) => {
    return { from: bus.id, to: id, via: 'rule' as const, when: null, sends: null, facts: {} }
  })
  const all = [{ ...bus, facts: {} }, ...nodes]
  holds({ sources: [], nodes: all, edges, grants: [], gaps: [] })
})

describe('what CloudWatch would not take is seen', () => {
  const [page] = pagesOf({ name: 'a', head: textWidget(['# a']), widgets: [textWidget(['b'])] })
  const body = page?.body
  const [first, second] = body?.widgets ?? []
  const wrong: [string, unknown, RegExp][] = [
    ['no widgets', { start: '-PT6H', periodOverride: 'inherit' }, /widgets/],
    ['an unknown key', { ...body, theme: 'dark' }, /theme/],
    ['an overlap', { ...body, widgets: [first, { ...second, y: 0 }] }, /0 and widgets.1 overlap/],
    ['a widget over the edge', { ...body, widgets: [{ ...first, x: 12 }] }, /behind column 24/],
    ['too high', { ...body, widgets: [{ ...first, height: 1_001 }] }, /height/],
    ['501 widgets', { ...body, widgets: Array(501).fill(first) }, /widgets/],
    ['a type that is none', { ...body, widgets: [{ ...first, type: 'graph' }] }, /type/],
  ]
  test.each(wrong)('%s', (_, value, fault) => {
    expect(bodyFaults(value).join('\n')).toMatch(fault)
  })
  test('nothing is wrong with the page itself', () => {
    expect(bodyFaults(body)).toEqual([])
  })
})

test('minutes of which nothing is published yet call nobody', () => {
  const { metric } = alarmsOf(watch(undefined), alarmOptions)
  const fewer = metric.find(({ AlarmName }) => AlarmName === 'evt/events/fewer')
  expect(fewer).toMatchObject({ TreatMissingData: 'ignore', ThresholdMetricId: 'band1' })
})

test('what is promised of a type is counted of that type', () => {
  const text = 'shop/order.placed: 99% in order over 30d'
  const watched = watchedOf({
    ...{ topology: undefined, names: new Map(), published, slos: { sorted: parseSlo(text) } },
  })
  const { metric } = alarmsOf(watched, alarmOptions)
  const sorted = metric.filter(({ AlarmName }) => AlarmName.startsWith('evt/slo/sorted/'))
  const dimensions = [
    ['Stage', 'prod'],
    ['Source', 'shop'],
    ['Type', 'order.placed'],
  ].map(([Name, Value]) => ({ Name, Value }))
  const named = sorted.map((alarm) =>
    'Metrics' in alarm ? alarm.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [],
  )
  expect(named).toEqual(
    Array(6).fill([
      { Namespace: 'Evt', MetricName: 'Reordered', Dimensions: dimensions },
      { Namespace: 'Evt', MetricName: 'Receptions', Dimensions: dimensions },
    ]),
  )
})

test('a promise is used up too quickly at three speeds, in two windows each', () => {
  const { metric, composite } = alarmsOf(watch(undefined), alarmOptions)
  const fast = metric.filter(({ AlarmName }) => AlarmName.startsWith('evt/slo/fast/'))
  const figures = fast.map((alarm) => {
    const { Threshold } = alarm
    return 'Period' in alarm ? [alarm.ExtendedStatistic, alarm.Period, Threshold] : []
  })
  // 2% of the budget of 30 days in an hour is 14.4 times as quick as it may be.
  expect(figures).toEqual([
    ['PR(:500)', 3_600, 98.56],
    ['PR(:500)', 300, 98.56],
    ['PR(:500)', 21_600, 99.4],
    ['PR(:500)', 1_800, 99.4],
    ['PR(:500)', 86_400, 99.7],
    ['PR(:500)', 7_200, 99.7],
  ])
  expect(fast.every(({ AlarmActions }) => AlarmActions.length === 0)).toBe(true)
  expect(fast.some((alarm) => 'EvaluateLowSampleCountPercentile' in alarm)).toBe(false)
  expect(composite.find(({ AlarmName }) => AlarmName === 'evt/slo/fast/burn-1h')).toMatchObject({
    AlarmRule: 'ALARM("evt/slo/fast/burn-1h-long") AND ALARM("evt/slo/fast/burn-1h-short")',
    AlarmActions: ['arn:aws:sns:eu-west-1:123456789012:oncall'],
  })
})
