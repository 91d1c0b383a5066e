import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const MINUTE_MS = 60_000

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt lag', () => {
  let moto: Moto
  let faulty: Faulty
  beforeAll(async () => {
    moto = await startMoto()
    faulty = await startFaulty(moto.url)
  })
  beforeEach(async () => {
    faulty.fault = () => undefined
    faulty.asked.length = 0
    await moto.reset()
  })
  afterAll(async () => {
    await faulty.stop()
    await moto.stop()
  })

  /** Of the built evt, as a process of its own. */
  async function lag(argv: readonly string[], unset: readonly string[] = []) {
    const env = { ...process.env, NODE_ENV: '', ...moto.env, AWS_ENDPOINT_URL: faulty.url }
    for (const name of unset) Reflect.deleteProperty(env, name)
    const child = spawn(process.execPath, [`${root}bin/run.js`, 'lag', ...argv], { env })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      texts.stdout += data
    })
    child.stderr.on('data', (data) => {
      texts.stderr += data
    })
    const [code] = await once(child, 'close')
    return { code, ...texts }
  }

  async function queue(name: string, messages: number, attributes = {}) {
    const made = await moto.call('sqs', 'create_queue', { QueueName: name, Attributes: attributes })
    const Entries = Array.from({ length: messages }, (_, n) => ({ Id: `${n}`, MessageBody: 'a' }))
    if (messages === 0) return
    await moto.call('sqs', 'send_message_batch', { QueueUrl: made['QueueUrl'], Entries })
  }

  const redrive = {
    MessageRetentionPeriod: '3600',
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:123456789012:orders-dlq',
      maxReceiveCount: 3,
    }),
  }

  /** The same values in each of five minutes, the newest of which ended two minutes ago. */
  function figures(
    namespace: string,
    dimensions: Record<string, string>,
    values: Record<string, number>,
  ) {
    const thisMinute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
    const data = Object.entries(values).flatMap(([MetricName, Value]) =>
      Array.from({ length: 5 }, (_, n) => ({
        ...{ MetricName, Value },
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Timestamp: new Date(thisMinute - (n + 3) * MINUTE_MS).toISOString(),
      })),
    )
    return moto.call('cloudwatch', 'put_metric_data', { Namespace: namespace, MetricData: data })
  }

  test('says of a queue what waits, comes, goes and is lost', async () => {
    await queue('orders-dlq', 2)
    await queue('orders', 5, redrive)
    await figures(
      'AWS/SQS',
      { QueueName: 'orders' },
      {
        ...{ NumberOfMessagesSent: 120, NumberOfMessagesReceived: 66 },
        ...{ NumberOfMessagesDeleted: 60, NumberOfEmptyReceives: 0 },
        ApproximateAgeOfOldestMessage: 900,
      },
    )
    const { code, stdout, stderr } = await lag(['sqs://orders', '-o', 'json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { schema, asOf, partial, sources, findings } = JSON.parse(stdout)
    const [row] = sources
    expect({ schema, partial, row }).toMatchObject({
      ...{ schema: 'evt.lag/1', partial: false },
      row: {
        ...{ source: 'sqs://orders', kind: 'queue', name: 'orders' },
        ...{ depth: 5, inFlight: 0, delayed: 0, oldestAgeMs: 900_000, retentionMs: 3_600_000 },
        ...{ sentPerS: 2, receivedPerS: 1.1, deletedPerS: 1, emptyReceivesPerS: 0 },
        ...{ trend: 'growing', drainMs: null, isReceived: true },
        deadLetters: { queue: 'orders-dlq', maxReceiveCount: 3, depth: 2 },
      },
    })
    const { metrics, lossInMs, oldestAgeAt } = row
    expect(Date.parse(metrics.to) - Date.parse(metrics.from)).toBe(5 * MINUTE_MS)
    expect(oldestAgeAt).toBe(metrics.to)
    expect(lossInMs).toBe(2_700_000 - (Date.parse(asOf) - Date.parse(oldestAgeAt)))
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual(['deadLetters', 'growing'])
    // Nobody's message was touched.
    const url = `${moto.url}/123456789012/orders`
    const { Messages = [] } = await moto.call('sqs', 'receive_message', {
      ...{ QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['ApproximateReceiveCount'] },
    })
    expect(JSON.stringify(Messages)).not.toContain('"ApproximateReceiveCount": "2"')
    expect(Messages).toHaveLength(5)
  })

  test('says of a stream what is written and read, and who is behind', async () => {
    await moto.call('kinesis', 'create_stream', { StreamName: 'orders', ShardCount: 2 })
    const StreamARN = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
    await moto.call('kinesis', 'register_stream_consumer', { StreamARN, ConsumerName: 'billing' })
    const of = { StreamName: 'orders' }
    await figures('AWS/Kinesis', of, {
      ...{ IncomingRecords: 600, IncomingBytes: 60_000, 'GetRecords.Records': 300 },
      ...{ ReadProvisionedThroughputExceeded: 3, WriteProvisionedThroughputExceeded: 0 },
      'GetRecords.IteratorAgeMilliseconds': 80_000_000,
    })
    const consumer = { ...of, ConsumerName: 'billing' }
    const behind = { 'SubscribeToShardEvent.MillisBehindLatest': 1_500 }
    await figures('AWS/Kinesis', consumer, behind)
    const { code, stdout, stderr } = await lag(['kinesis://orders', '-o', 'json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { asOf, sources, findings } = JSON.parse(stdout)
    const [row] = sources
    expect(row).toMatchObject({
      ...{ source: 'kinesis://orders', kind: 'stream', name: 'orders', isOnDemand: false },
      ...{ shards: 2, behindMs: 80_000_000, retentionMs: 86_400_000 },
      ...{ writtenPerS: 10, bytesPerS: 1_000, readPerS: 5, readsThrottled: 15, writesThrottled: 0 },
      consumers: [{ name: 'billing', behindMs: 1_500 }],
    })
    expect(row.lossInMs).toBe(6_400_000 - (Date.parse(asOf) - Date.parse(row.behindAt)))
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual(['loss', 'throttled'])
    const text = await lag(['kinesis://orders'])
    expect(text.stdout).toMatch(/^stream +shards +in\/s +read\/s +behind +lost in .* consumers$/m)
    expect(text.stdout).toMatch(/^orders +2 +10 +5 +22 h +10\d min ! +15 ! +billing 1\.5 s$/m)
    const csv = await lag(['kinesis://orders', '-o', 'csv'])
    expect(csv.stdout).toContain(',80000000,10,1000,5,15,0,billing')
  })

  test('says how far behind the functions are that a stream and its consumers invoke', async () => {
    await moto.call('kinesis', 'create_stream', { StreamName: 'orders', ShardCount: 1 })
    const arn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
    const made = await moto.call('kinesis', 'register_stream_consumer', {
      ...{ StreamARN: arn, ConsumerName: 'own' },
    })
    const { ConsumerARN = '' } = made['Consumer'] as { ConsumerARN?: string }
    const mapping = (name: string, more = {}) => ({
      FunctionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
      ...{ State: 'Enabled', LastProcessingResult: 'OK', ...more },
    })
    const mappings: Record<string, object[]> = {
      [arn]: [
        mapping('bill:live', { LastProcessingResult: 'PROBLEM: Function call failed' }),
        mapping('audit', { State: 'Disabled' }),
      ],
      [ConsumerARN]: [mapping('ship')],
    }
    faulty.fault = ({ url }) => {
      const { pathname, searchParams } = new URL(url, faulty.url)
      if (!pathname.startsWith('/2015-03-31/event-source-mappings')) return undefined
      const EventSourceMappings = mappings[searchParams.get('EventSourceArn') ?? ''] ?? []
      return { status: 200, body: { EventSourceMappings } }
    }
    const live = { FunctionName: 'bill', Resource: 'bill:live' }
    await figures('AWS/Lambda', live, { IteratorAge: 60_000 })
    await figures('AWS/Lambda', { FunctionName: 'ship' }, { IteratorAge: 86_000_000 })
    const { code, stdout, stderr } = await lag(['kinesis://orders', '-o', 'json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { sources, findings } = JSON.parse(stdout)
    expect(sources[0].functions).toEqual([
      {
        ...{ name: 'bill:live', isEnabled: true, behindMs: 60_000 },
        problem: 'PROBLEM: Function call failed',
      },
      { name: 'audit', isEnabled: false, behindMs: null, problem: null },
      { name: 'ship', isEnabled: true, behindMs: 86_000_000, problem: null },
    ])
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual([
      ...['loss', 'failed', 'disabled'],
    ])
    const text = await lag(['kinesis://orders'])
    expect(text.stdout).toMatch(/^orders .* own, bill:live/m)
    expect(text.stdout).toMatch(/^as of .{19} {3}without rates of CloudWatch$/m)
    expect(text.stdout).toContain('CloudWatch has no rates of the last 15 minutes')
    const csv = await lag(['kinesis://orders', '-o', 'csv'])
    expect(csv.stdout).toContain(',own,bill:live audit ship')
    const answer = (status: number, __type: string) => {
      faulty.fault = ({ url }) =>
        url.includes('event-source-mappings') ? { status, body: { __type } } : undefined
    }
    answer(403, 'AccessDeniedException')
    const refused = await lag(['kinesis://orders'])
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({ code: 0, stderr: '' })
    expect(refused.stdout).toContain(
      '· kinesis://orders: its functions are not known: lambda:ListEventSourceMappings is not ' +
        'allowed',
    )
    const asJson = JSON.parse((await lag(['kinesis://orders', '-o', 'json'])).stdout)
    expect(asJson).toMatchObject({
      ...{ partial: false, gaps: [], sources: [{ functions: null }] },
      findings: [{ kind: 'unknown', severity: 'warning' }],
    })
    answer(400, 'InvalidParameterValueException')
    const failed = await lag(['kinesis://orders'])
    expect(failed.code).toBe(3)
    expect(failed.stderr).toContain('kinesis://orders: its functions: ')
  })

  test('says of a stream whose consumers may not be listed that they are not known', async () => {
    await moto.call('kinesis', 'create_stream', { StreamName: 'orders', ShardCount: 1 })
    // Written, and read by nobody who is known.
    await figures('AWS/Kinesis', { StreamName: 'orders' }, { IncomingRecords: 60 })
    const answer = (__type: string) => {
      faulty.fault = ({ operation, url }) => {
        if (operation === 'ListStreamConsumers') return { status: 400, body: { __type } }
        const isOfFunctions = url.includes('event-source-mappings')
        return isOfFunctions ? { status: 200, body: { EventSourceMappings: [] } } : undefined
      }
    }
    answer('AccessDeniedException')
    const refused = await lag(['kinesis://orders'])
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({ code: 0, stderr: '' })
    expect(refused.stdout).toMatch(/^orders +1 +1 .* –$/m)
    expect(refused.stdout).not.toContain('nobody reads it')
    expect(refused.stdout.replace(/\s+/g, ' ')).toContain(
      '· kinesis://orders: its consumers are not known: kinesis:ListStreamConsumers is not ' +
        'allowed; nor are the functions that these invoke',
    )
    const asJson = JSON.parse((await lag(['kinesis://orders', '-o', 'json'])).stdout)
    expect(asJson).toMatchObject({
      ...{ partial: false, gaps: [], sources: [{ consumers: null, functions: [] }] },
      findings: [{ kind: 'unknown', severity: 'warning' }],
    })
    answer('InvalidArgumentException')
    const failed = await lag(['kinesis://orders', '-o', 'json'])
    expect(failed.code).toBe(3)
    expect(JSON.parse(failed.stderr).error.message).toContain('kinesis://orders: its consumers: ')
    expect(JSON.parse(failed.stdout)).toMatchObject({
      partial: true,
      sources: [{ consumers: null }],
    })
  })

  test('takes ARNs and URLs of queues', async () => {
    await queue('orders', 1)
    const argv = ['arn:aws:sqs:eu-west-1:123456789012:orders', '-o', 'ndjson']
    const { stdout } = await lag([`${moto.url}/123456789012/orders`, ...argv])
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ row, name, depth }) => [row, name, depth])).toEqual([
      ['source', 'orders', 1],
      ['source', 'orders', 1],
      ['total', undefined, undefined],
    ])
  })

  test('says of topics and rules what became of events, most wrong first', async () => {
    await queue('idle', 0)
    await moto.call('sns', 'create_topic', { Name: 'shop' })
    await figures(
      'AWS/SNS',
      { TopicName: 'shop' },
      {
        ...{ NumberOfMessagesPublished: 10, NumberOfNotificationsDelivered: 8 },
        ...{ NumberOfNotificationsFailed: 2, NumberOfNotificationsFilteredOut: 1 },
      },
    )
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    for (const [Name, State] of [
      ['audit', 'ENABLED'],
      ['billing', 'ENABLED'],
      ['old', 'DISABLED'],
    ]) {
      const EventPattern = '{"source":["shop"]}'
      await moto.call('events', 'put_rule', { Name, State, EventBusName: 'shop', EventPattern })
    }
    await figures(
      'AWS/Events',
      { EventBusName: 'shop', RuleName: 'billing' },
      {
        ...{ TriggeredRules: 10, Invocations: 10, FailedInvocations: 2, ThrottledRules: 1 },
        ...{ InvocationsSentToDlq: 1, InvocationsFailedToBeSentToDlq: 1 },
      },
    )
    const { code, stdout } = await lag(['sqs://idle', 'sns://shop', 'eventbridge://shop'])
    expect(code).toBe(0)
    const [first, ...rest] = stdout.split('\n')
    expect(first).toMatch(/^as of .{19} {3}rates and ages as CloudWatch has them, to \d\d:\d\d$/)
    expect(rest.join('\n')).toBe(`
queue  depth  in flight  delayed  oldest  in/s  out/s  drains in  lost in   DLQ  received
idle       0          0        0       –     –      –      empty        –  none  –

topic  subscriptions  published  delivered  filtered out  failed    to DLQ
shop               0         50         40             5      10 !       0

rule          matched  invoked  failed    throttled    to DLQ    lost
shop/audit          –        –       –            –         –       –
shop/billing       50       50      10 !          5 !       5 !     5 !
shop/old            –        –       –            –         –       –

! eventbridge://shop: billing: 5 events neither reached the target nor its dead-letter queue
! sns://shop: 10 of 50 deliveries failed; none went to a dead-letter queue
! eventbridge://shop: billing: 10 of 50 invocations failed for good
! eventbridge://shop: billing: 5 events went to a dead-letter queue
! eventbridge://shop: billing: throttled 5 times
! eventbridge://shop: old: the rule is disabled: nothing passes through it
· sqs://idle: CloudWatch has no figures of the last 15 minutes, as of queues that are new or idle \
for hours
`)
    const one = await lag(['eventbridge://shop/billing', '-o', 'markdown'])
    expect(one.stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      '| source | kind | name | bus | isEnabled | matched | invoked | failed | throttled | ' +
        'deadLettered | lost |',
      expect.stringMatching(/^\| :/),
      '| eventbridge://shop/billing | rule | billing | shop | true | 50 | 50 | 10 | 5 | 5 | 5 |',
      '',
    ])
  })

  test('rules of the default bus are found by their names; many in several calls', async () => {
    for (let n = 0; n < 50; n++) {
      const EventPattern = '{"source":["shop"]}'
      await moto.call('events', 'put_rule', { Name: `r${n}`, EventPattern })
    }
    await figures('AWS/Events', { RuleName: 'r49' }, { TriggeredRules: 4 })
    const { stdout } = await lag(['eventbridge://default', '-o', 'csv'])
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(51)
    expect(lines.filter((line) => /,20,0,/.test(line))).toEqual([
      expect.stringContaining('eventbridge://default,rule,r49,default,'),
    ])
    const calls = faulty.asked.filter(({ operation }) => operation === 'GetMetricData')
    expect(calls).toHaveLength(2)
    const { stdout: text } = await lag(['eventbridge://default'])
    expect(text).toContain('· eventbridge://default: 49 more rules, which matched nothing')
  })

  const denied = { __type: 'AccessDeniedException', message: 'no' }

  test('without CloudWatch the counts are shown, and what is missing is said', async () => {
    await queue('orders', 3)
    faulty.fault = ({ operation }) =>
      operation === 'GetMetricData' ? { status: 403, body: denied } : undefined
    const run = await lag(['sqs://orders'])
    expect(run.code).toBe(3)
    expect(run.stdout).toContain('without figures of CloudWatch')
    expect(run.stdout).toContain('\norders      3 ')
    expect(run.stdout).toContain(
      '· sqs://orders: cloudwatch:GetMetricData is not allowed on CloudWatch',
    )
    expect(run.stderr).toBe(
      'evt: sqs://orders: cloudwatch:GetMetricData is not allowed on CloudWatch: the result is ' +
        'partial\n     --allow-partial takes what could be read\n',
    )
    const allowed = await lag(['sqs://orders', '--allow-partial', '-o', 'json'])
    expect({ code: allowed.code, stderr: allowed.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(allowed.stdout)).toMatchObject({
      partial: true,
      sources: [{ depth: 3, oldestAgeMs: null, sentPerS: null, trend: 'unknown' }],
    })
  })

  test('a dead-letter queue that cannot be asked is a gap', async () => {
    await queue('orders-dlq', 0)
    await queue('orders', 1, redrive)
    faulty.fault = ({ operation, body }) =>
      operation === 'GetQueueUrl' && body.includes('orders-dlq')
        ? { status: 403, body: { __type: 'AccessDenied', message: 'no' } }
        : undefined
    const { code, stderr, stdout } = await lag(['sqs://orders', '-o', 'json'])
    expect(code).toBe(3)
    expect(JSON.parse(stderr).error.message).toBe(
      'sqs://orders: its dead-letter queue: sqs:GetQueueUrl is not allowed on the queue ' +
        'orders-dlq: the result is partial',
    )
    expect(JSON.parse(stdout).sources[0].deadLetters.depth).toBeNull()
  })

  test.each([
    ['sqs://nope', 'there is no queue nope in eu-west-1'],
    ['sns://nope', 'there is no topic nope in eu-west-1'],
    ['eventbridge://nope', 'there is no bus nope in eu-west-1'],
    ['eventbridge://default/nope', 'there is no rule nope of the bus default in eu-west-1'],
    ['logs://shop', 'evt lag cannot ask logs://shop'],
    ['archive/', 'evt lag cannot ask archive/'],
  ])('%s is wrong use', async (source, message) => {
    const { code, stdout, stderr } = await lag([source])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')[0]).toBe(`evt: ${message}`)
  })

  test('what fails outside is said', async () => {
    await queue('orders', 1)
    faulty.fault = ({ operation }) =>
      operation === 'GetQueueAttributes'
        ? { status: 403, body: { __type: 'AccessDenied', message: 'no' } }
        : undefined
    expect(await lag(['sqs://orders'])).toEqual({
      ...{ code: 3, stdout: '' },
      stderr:
        'evt: sqs:GetQueueAttributes is not allowed on the queue orders\n' +
        '     it takes sqs:GetQueueUrl and sqs:GetQueueAttributes\n',
    })
    faulty.fault = () => ({ status: 500, body: '<html><body>oops</body></html>' })
    const { code, stderr } = await lag(['sqs://orders'])
    expect(code).toBe(3)
    expect(stderr).toContain("the answer is not AWS's (HTTP 500)")
    const lost = await lag(['sqs://orders'], ['AWS_REGION', 'AWS_DEFAULT_REGION'])
    expect(lost.code).toBe(2)
    expect(lost.stderr).toContain('evt: no AWS region is known\n')
  })
})
