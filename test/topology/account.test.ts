import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { AccessResult } from '../../src/topology/access.js'
import { topologyOfAccounts } from '../../src/topology/account/from-accounts.js'
import { checked } from '../../src/topology/check.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type Altered, type Asked, denied, type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { plantShop } from './planted-account.js'

const needed = 'moto 5.2.1 (node scripts/testbed.mjs)'

describeWith(needed, python !== undefined)('the wiring of an account', () => {
  let moto: Moto
  let faulty: Faulty
  beforeAll(async () => {
    moto = await startMoto()
    faulty = await startFaulty(moto.url)
    await plantShop(moto)
  }, 120_000)
  beforeEach(() => {
    for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
    faulty.fault = unknownToMoto
    faulty.asked.length = 0
  })
  afterEach(() => void vi.unstubAllEnvs())
  afterAll(async () => {
    await faulty.stop()
    await moto.stop()
  })

  const { signal } = new AbortController()
  const found = (regions: readonly string[] = []) =>
    topologyOfAccounts({ profiles: [], regions, endpointUrl: faulty.url, signal })

  test('has the nodes and edges that templates would have', async () => {
    const { nodes, edges, gaps, sources } = await found()
    expect(sources).toEqual([`123456789012/${moto.region}`])
    const explain =
      'tasks of ECS are not asked about, nor filters of logs but of groups that functions let in'
    expect(gaps).toEqual([{ kind: 'type', at: `123456789012/${moto.region}`, explain }])
    expect(nodes.filter(({ declared }) => declared).map(({ id }) => id)).toEqual([
      ...['api:graph', 'api:old', 'api:web'],
      ...['apiDestination:hook', 'archive:all', 'bucket:inbox', 'bus:default', 'bus:shop'],
      ...['consumer:fast', 'firehose:keep', 'function:bill', 'iotRule:heat', 'pipe:clicked'],
      ...['queue:billing', 'queue:failed', 'rule:to-billing', 'schedule:nightly'],
      ...['stateMachine:order', 'stream:clicks'],
      ...['table:orders', 'topic:news'],
    ])
    expect(edges.map(({ from, via, to }) => `${from} ${via} ${to}`)).toEqual([
      'api:graph integration bus:shop',
      'api:old integration queue:billing',
      'api:web integration function:bill',
      'archive:all replay bus:shop',
      'bucket:inbox notification topic:news',
      'bus:shop archive archive:all',
      'bus:shop rule rule:to-billing',
      'firehose:keep delivery bucket:inbox',
      'function:bill permission bus:shop',
      'iotRule:heat target queue:billing',
      'iotRule:heat failure topic:news',
      'pipe:clicked target bus:shop',
      'queue:billing mapping function:bill',
      'queue:billing redrive queue:failed',
      'rule:to-billing target queue:billing',
      'rule:to-billing dlq queue:failed',
      'schedule:nightly target bus:shop',
      'schedule:nightly dlq queue:failed',
      'stateMachine:order task queue:failed',
      'stream:clicks consumer consumer:fast',
      'stream:clicks source firehose:keep',
      'stream:clicks source pipe:clicked',
      'topic:news subscription queue:billing',
    ])
    const byClock = edges.find(({ from, via }) => from === 'schedule:nightly' && via === 'target')
    expect(byClock?.sends).toEqual({ source: ['clock'], 'detail-type': ['night'] })
    const facts = (id: string) => nodes.find((node) => node.id === id)?.facts
    expect(facts('schedule:nightly')).toEqual({ isDisabled: true })
    expect(facts('stream:clicks')).toMatchObject({ shards: 1, retentionS: 86_400 })
    expect(facts('stream:clicks')?.accountShards?.limit).toBeGreaterThan(0)
    expect(facts('queue:billing')).toMatchObject({ visibilityTimeoutS: 60, maxReceiveCount: 5 })
    expect(facts('function:bill')).toMatchObject({ timeoutS: 7, reservedConcurrency: 2 })
    const sent = edges.find(({ via, from }) => via === 'target' && from === 'rule:to-billing')
    expect(sent?.facts).toMatchObject({ hasDlq: true, input: { kind: 'path', path: '$.detail' } })
    const subscribed = edges.find(({ via }) => via === 'subscription')
    expect(subscribed).toMatchObject({ when: { kind: ['paid'] }, facts: { isRaw: true } })
  }, 120_000)

  test('has a cycle through what the role of a function lets it send', async () => {
    const { findings } = checked(await found())
    expect(findings.filter(({ id }) => id === 'cycle').map(({ witnesses }) => witnesses)).toEqual([
      ['bus:shop', 'rule:to-billing', 'queue:billing', 'function:bill'],
    ])
    expect(findings.filter(({ id }) => id === 'serviceUnread')).toEqual([])
  }, 120_000)

  test('is told as far as it may be asked', async () => {
    faulty.fault = (asked) =>
      /^(ListTopics|ListTargetsByRule)$/.test(asked.operation)
        ? denied(asked)
        : unknownToMoto(asked)
    const result = checked(await found())
    const unread = result.findings.filter(({ id }) => id === 'serviceUnread')
    expect(unread.map(({ severity, on, explanation }) => [severity, on, explanation])).toEqual([
      [
        ...['warning', `123456789012/${moto.region}#events`],
        'events:ListTargetsByRule is not allowed on the rule to-billing: what it would tell is ' +
          'missing here. ' +
          'missingResource, targetWithoutPermission, ruleWithoutTargets, ruleMatchesNothing are ' +
          'not looked for.',
      ],
      [
        ...['warning', `123456789012/${moto.region}#sns`],
        'sns:ListTopics is not allowed on the topics: what it would tell is missing here. ' +
          'missingResource, targetWithoutPermission are not looked for.',
      ],
    ])
    expect(result.findings.map(({ id }) => id)).not.toContain('ruleWithoutTargets')
    expect(result.edges.map(({ via }) => via)).toContain('mapping')
  }, 120_000)

  test('a call that is throttled is made again', async () => {
    const refused = new Set<string>()
    faulty.fault = (asked) => {
      const isFirst = /^List(Queues|Rules)$/.test(asked.operation) && !refused.has(asked.operation)
      refused.add(asked.operation)
      if (!isFirst) return unknownToMoto(asked)
      return { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' }
    }
    const { nodes, gaps } = await found()
    expect(gaps.filter(({ kind }) => kind === 'service')).toEqual([])
    expect(nodes.map(({ id }) => id)).toContain('rule:to-billing')
  }, 120_000)

  test('in several regions tells names apart by where they are', async () => {
    const { nodes, edges, sources } = await found(['eu-west-1', 'us-east-1', 'eu-west-1'])
    expect(sources).toEqual(['123456789012/eu-west-1', '123456789012/us-east-1'])
    const buses = nodes.filter(({ kind }) => kind === 'bus').map(({ id }) => id)
    expect(buses).toEqual(['bus:default@eu-west-1', 'bus:default@us-east-1', 'bus:shop@eu-west-1'])
    expect(edges.map(({ to }) => to)).toContain('queue:billing@eu-west-1')
    expect(nodes.filter(({ declared }) => !declared)).toEqual([])
  }, 120_000)

  test('a function that reads its own log is a cycle; others are not asked about', async () => {
    const at = `arn:aws:logs:${moto.region}:123456789012:log-group`
    const own = '/aws/lambda/bill'
    const sources = [`${at}:${own}:*`, `${at}:gone:*`, `${at}:some*`]
    const ids = sources.map((SourceArn, n) => ({ SourceArn, StatementId: `logs-${n}` }))
    const of = { FunctionName: 'bill' }
    for (const logGroupName of [own, 'other']) {
      await moto.call('logs', 'create_log_group', { logGroupName })
    }
    for (const each of ids) {
      await moto.call('lambda', 'add_permission', {
        ...{ ...of, ...each, Action: 'lambda:InvokeFunction' },
        Principal: `logs.${moto.region}.amazonaws.com`,
      })
    }
    await moto.call('logs', 'put_subscription_filter', {
      ...{ logGroupName: own, filterName: 'errors', filterPattern: 'ERROR' },
      destinationArn: `arn:aws:lambda:${moto.region}:123456789012:function:bill`,
    })
    faulty.asked.length = 0
    const { findings, edges, gaps } = checked(await found())
    for (const { StatementId } of ids) {
      await moto.call('lambda', 'remove_permission', { ...of, StatementId })
    }
    expect(gaps.filter(({ kind }) => kind === 'service')).toEqual([])
    expect(
      edges.find(({ from, via }) => from === `logGroup:${own}` && via === 'logs'),
    ).toMatchObject({ to: 'function:bill', when: 'ERROR' })
    const cycles = findings.filter(({ id }) => id === 'cycle').map(({ witnesses }) => witnesses)
    expect(cycles).toContainEqual(['function:bill', `logGroup:${own}`])
    const asked = faulty.asked.filter(({ operation }) => /SubscriptionFilters/.test(operation))
    expect(asked).toHaveLength(2)
  }, 120_000)

  test('what leads to what is gone is found', async () => {
    const arn = (service: string, name: string) =>
      `arn:aws:${service}:${moto.region}:123456789012:${name}`
    const { SubscriptionArn } = await moto.call('sns', 'subscribe', {
      ...{ TopicArn: arn('sns', 'news'), Protocol: 'sqs', Endpoint: arn('sqs', 'gone') },
    })
    const { findings } = checked(await found())
    await moto.call('sns', 'unsubscribe', { SubscriptionArn })
    const missing = findings.filter(({ id }) => id === 'missingResource')
    expect(missing.map(({ explanation }) => explanation.replace(/news:[\w-]+/, 'news'))).toEqual([
      `123456789012/${moto.region}#sns:news has the endpoint of the subscription, queue:gone, ` +
        'which is not there.',
    ])
  }, 120_000)

  test('is shown, compared and asked about from the command line', async () => {
    const there = ['--endpoint-url', faulty.url, '--region', `${moto.region},us-east-1`]
    const shown = await evt(['topology', 'show', ...there, '-o', 'json'])
    expect(JSON.parse(shown.stdout).sources).toHaveLength(2)
    const folder = mkdtempSync(join(tmpdir(), 'evt-account-'))
    const saved = join(folder, 'saved.json')
    writeFileSync(saved, shown.stdout)
    const same = await evt(['topology', 'diff', saved, 'aws://', ...there])
    rmSync(folder, { recursive: true })
    expect(same).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no difference/) })
    const event = '{"source":"shop","detail-type":"a","detail":{"b":1}}'
    const met = await evt(['topology', 'match', event, ...there.slice(0, 2), '--to', 'shop'])
    expect(met.stdout).toMatch(/queue:billing {2}target +{"b":1}/)
    const access = await evt(['topology', 'access', ...there.slice(0, 2), '-o', 'json'])
    const { resources } = JSON.parse(access.stdout) as AccessResult
    const senders = resources.find(({ id }) => id === 'bus:shop')?.senders
    expect(senders?.map(({ who, by }) => `${by} ${who}`)).toEqual([
      ...['role function:bill', 'wiring api:graph', 'wiring archive:all'],
      ...['wiring pipe:clicked', 'wiring schedule:nightly'],
    ])
  }, 120_000)

  test('cannot be told by nobody', async () => {
    faulty.fault = denied
    await expect(found()).rejects.toThrow('sts:GetCallerIdentity is not allowed on the caller')
  }, 120_000)
})

/** What moto does not answer: tables that write to no stream. */
/** Sources of AppSync, and where tables stream to. */
function unknownToMoto({ operation, url }: Asked): Altered | undefined {
  if (/\/datasources/.test(url)) {
    const eventBridgeConfig = {
      eventBusArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/shop',
    }
    const none = { name: 'none', type: 'NONE' }
    const dataSources = [none, { name: 'bus', type: 'AMAZON_EVENTBRIDGE', eventBridgeConfig }]
    return { rest: undefined, answer: () => JSON.stringify({ dataSources }) }
  }
  if (operation !== 'DescribeKinesisStreamingDestination') return undefined
  return { rest: undefined, answer: () => '{"KinesisDataStreamDestinations":[]}' }
}
