import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { retention } from '../../src/topology/checks/retention.js'
import { Graph } from '../../src/topology/graph.js'
import type { Finding, TopologyEdge } from '../../src/topology/model.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { denied, type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S
const MINUTE_MS = 60_000

interface Waiting {
  retentionS: number
  ageS: number | undefined
  count?: number
  isFifo?: boolean
  via?: TopologyEdge['via']
}

function found({ retentionS, ageS, count = 2, isFifo = false, via }: Waiting): string[] {
  const of = { kind: 'queue' as const, declared: true, at: null }
  const facts = { retentionS, isFifo, messagesWaiting: count, oldestMessageAgeS: ageS }
  const nodes = [{ ...of, id: 'queue:a', name: 'a', facts }]
  const edge = { to: 'queue:a', from: 'queue:b', when: null, sends: null, facts: {} }
  const edges = via === undefined ? [] : [{ ...edge, via }]
  const graph = new Graph({ sources: [], nodes, edges, grants: [], gaps: [] })
  return retention(graph).map(({ severity, explanation }) => `${severity}: ${explanation}`)
}

const wait = '2 messages wait in queue:a'
const half = `warning: ${wait}, the oldest for 30 minutes: in 30 minutes its retention of 1 hour `

test.each<[string, Waiting, string[]]>([
  ['of four days, half a day and more is left', { retentionS: 4 * DAY_S, ageS: 83 * HOUR_S }, []],
  [
    'of four days, half a day is left',
    { retentionS: 4 * DAY_S, ageS: 84 * HOUR_S },
    [`warning: ${wait}, the oldest for 3.5 days: in 12 hours its retention of 4 days deletes it.`],
  ],
  [
    'of two weeks, a tenth is left',
    { retentionS: 14 * DAY_S, ageS: 12.6 * DAY_S, count: 1 },
    [
      'warning: one message waits in queue:a, the oldest for 12.6 days: in 1.4 days its ' +
        'retention of 14 days deletes it.',
    ],
  ],
  ['of one hour, more than half is left', { retentionS: HOUR_S, ageS: 1_799 }, []],
  ['of one hour, half is left', { retentionS: HOUR_S, ageS: 1_800 }, [`${half}deletes it.`]],
  [
    'nothing is left',
    { retentionS: HOUR_S, ageS: HOUR_S },
    [`error: ${wait}, and its retention of 1 hour deletes the oldest now, received or not.`],
  ],
  [
    'it came from another queue, where its age began',
    { retentionS: HOUR_S, ageS: 1_800, via: 'redrive' },
    [`${half}deletes it, or sooner, since age counts from when it was first sent.`],
  ],
  [
    'it came from a FIFO queue, where age begins anew',
    { retentionS: HOUR_S, ageS: 1_800, via: 'redrive', isFifo: true },
    [`${half}deletes it.`],
  ],
  ['nobody tells the age', { retentionS: HOUR_S, ageS: undefined }, []],
  ['nothing waits any more', { retentionS: HOUR_S, ageS: HOUR_S, count: 0 }, []],
])('%s', (_, waiting, told) => {
  expect(found(waiting)).toEqual(told)
})

const needed = 'moto 5.2.1 (node scripts/testbed.mjs)'

describeWith(needed, python !== undefined)('the queues of an account', () => {
  let moto: Moto
  let faulty: Faulty
  beforeAll(async () => {
    moto = await startMoto()
    faulty = await startFaulty(moto.url)
    for (const name of ['late', 'early', 'empty', 'untold']) {
      const Attributes = { MessageRetentionPeriod: '3600' }
      const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: name, Attributes })
      if (name === 'empty') continue
      await moto.call('sqs', 'send_message', { QueueUrl, MessageBody: '{}' })
    }
    for (const [QueueName, Value] of Object.entries({ late: 3_000, early: 60, empty: 3_000 })) {
      const Timestamp = new Date(Date.now() - 3 * MINUTE_MS).toISOString()
      const Dimensions = [{ Name: 'QueueName', Value: QueueName }]
      const data = { MetricName: 'ApproximateAgeOfOldestMessage', Value, Dimensions, Timestamp }
      await moto.call('cloudwatch', 'put_metric_data', {
        ...{ Namespace: 'AWS/SQS', MetricData: [data] },
      })
    }
  }, 200_000)
  beforeEach(() => {
    for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
    faulty.fault = () => undefined
    faulty.asked.length = 0
  })
  afterEach(() => void vi.unstubAllEnvs())
  afterAll(async () => {
    await faulty.stop()
    await moto.stop()
  })

  const findings = async (command: string, ...args: string[]) => {
    const there = ['--endpoint-url', faulty.url, '--region', moto.region, '-o', 'json', ...args]
    const { stdout } = await evt(['topology', command, ...there])
    return (JSON.parse(stdout).findings as Finding[]).filter(({ on }) => !/iam/.test(on))
  }
  const metricCalls = () => faulty.asked.filter(({ operation }) => operation === 'GetMetricData')

  test('are asked in one call how long their messages have waited', async () => {
    const all = await findings('check')
    const expiring = all.filter(({ id }) => id === 'messagesExpiring')
    expect(expiring).toMatchObject([{ severity: 'warning', on: 'queue:late' }])
    // As old as CloudWatch had it, and the two minutes since.
    expect(expiring[0]?.explanation).toMatch(
      /^one message waits in queue:late, the oldest for 5[1-4](\.\d)? minutes: in \d/,
    )
    expect(metricCalls()).toHaveLength(1)
  }, 200_000)

  test('are judged without that where CloudWatch may not be asked, which is said', async () => {
    faulty.fault = (asked) => (asked.operation === 'GetMetricData' ? denied(asked) : undefined)
    const all = await findings('check')
    expect(all.filter(({ id }) => id === 'messagesExpiring')).toEqual([])
    const unread = all.find(({ on }) => on.endsWith('#cloudwatch'))
    expect(unread?.explanation).toBe(
      'cloudwatch:GetMetricData is not allowed on CloudWatch: what it would tell is missing here.',
    )
    const others = all.filter(({ id }) => id === 'queueWithoutReader')
    expect(others.map(({ on }) => on)).toContain('queue:late')
  }, 200_000)

  test('are not asked by who only shows the wiring', async () => {
    const all = await findings('show')
    expect(all.filter(({ id }) => id === 'messagesExpiring')).toEqual([])
    expect(metricCalls()).toEqual([])
  }, 200_000)
})
