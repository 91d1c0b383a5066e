import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

// No emulator replays the archive of a topic: this answers as SNS's API reference has it.

const PATIENCE_MS = 100_000
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:orders.fifo'
const subscriptionArn = `${topicArn}:4711`
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:billing.fifo'
const source = `sns-archive://${topicArn}`

let at: Stage
let server: Server
let asked: URLSearchParams[]
let archive: Record<string, string>
/** What the next looks at the subscription tell; the last one stays. */
let looks: Record<string, string>[]

beforeEach(async () => {
  asked = []
  archive = {
    ArchivePolicy: '{"MessageRetentionPeriod":"30"}',
    BeginningArchiveTime: '2026-11-01T08:00:00.000Z',
  }
  looks = [{}]
  server = createServer(async (request, response) => {
    const typed = new URLSearchParams(await text(request))
    asked.push(typed)
    response.setHeader('content-type', 'text/xml').end(answerTo(typed.get('Action') ?? ''))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const { port } = server.address() as AddressInfo
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`
  at = stage({ ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL, COLUMNS: '100' })
})
afterEach(async () => {
  at.remove()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const escaped = (value: string) => value.replaceAll('"', '&quot;')

function answerTo(action: string): string {
  const told = toldBy(action)
  return `<${action}Response><${action}Result>${told}</${action}Result></${action}Response>`
}

function toldBy(action: string): string {
  if (action === 'GetTopicAttributes') return attributes(archive)
  if (action === 'GetSubscriptionAttributes') {
    return attributes((looks.length > 1 ? looks.shift() : looks[0]) ?? {})
  }
  if (action !== 'ListSubscriptionsByTopic') return ''
  return (
    `<Subscriptions><member><SubscriptionArn>${subscriptionArn}</SubscriptionArn>` +
    `<Protocol>sqs</Protocol><Endpoint>${queueArn}</Endpoint>` +
    `<TopicArn>${topicArn}</TopicArn></member></Subscriptions>`
  )
}

function attributes(all: Record<string, string>): string {
  const entries = Object.entries(all).map(
    ([key, value]) => `<entry><key>${key}</key><value>${escaped(value)}</value></entry>`,
  )
  return `<Attributes>${entries.join('')}</Attributes>`
}

const begun = (...argv: string[]) => startEvt(['replay', ...argv], at)
async function replay(...argv: string[]) {
  const child = begun(...argv)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const orders = [source, '--to', 'sqs://billing.fifo']
const since = ['--since', '2026-11-01T10:00:00Z']
const policy = '{"PointType":"Timestamp","StartingPoint":"2026-11-01T10:00:00.000Z"}'
const calls = (action: string) => asked.filter((one) => one.get('Action') === action)

test('the plan says what cannot be promised, and --dry-run begins nothing', async () => {
  looks = [{ FilterPolicy: '{"a":[1]}', ReplayPolicy: '{}', ReplayStatus: 'Completed' }]
  const { exit, out, err } = await replay(...orders, '--since', '2026-11-01T07:00:00Z', '--dry-run')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toBe(
    [
      'from     the topic orders.fifo, which keeps 30 days',
      `to       sqs ${queueArn}`,
      'since    2026-11-01T08:00:00.000Z',
      'mark     the attribute Replayed',
      '',
      '! the subscription has a filter policy: what does not match it is left out',
      '! the replay policy that the subscription has is replaced',
      '! the archive begins at 2026-11-01T08:00:00.000Z: what is older is gone',
      '! how many messages that are is not known, nor told at the end',
      '! what is published meanwhile follows; SNS cannot be told to stop',
      '',
    ].join('\n'),
  )
  expect(await replay(...orders, ...since)).toMatchObject({ exit: 2, out: '' })
  expect(calls('SetSubscriptionAttributes')).toEqual([])
})

test(
  'it is begun once, and followed to its own end',
  async () => {
    looks = [
      { ReplayPolicy: '{"StartingPoint":"2026-10-01"}', ReplayStatus: 'Completed' },
      { ReplayPolicy: '{"StartingPoint":"2026-10-01"}', ReplayStatus: 'Completed' },
      { ReplayPolicy: policy, ReplayStatus: 'In progress' },
      { ReplayPolicy: policy, ReplayStatus: 'Completed' },
    ]
    const { exit, out, err } = await replay(...orders, ...since, '--yes', '--json')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    const set = calls('SetSubscriptionAttributes').map((one) => Object.fromEntries(one))
    expect(set).toMatchObject([
      {
        ...{ SubscriptionArn: subscriptionArn, AttributeName: 'ReplayPolicy' },
        AttributeValue: policy,
      },
    ])
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: 'evt.topic-replay/1', since: '2026-11-01T10:00:00.000Z' },
      topic: { arn: topicArn, retentionDays: 30, since: '2026-11-01T08:00:00.000Z' },
      subscription: { arn: subscriptionArn, protocol: 'sqs', endpoint: queueArn },
      replay: { status: 'Completed' },
    })
    expect(calls('GetSubscriptionAttributes')).toHaveLength(4)
  },
  PATIENCE_MS,
)

test(
  'Ctrl-C says that it goes on, and a failure that it failed',
  async () => {
    looks = [{}, { ReplayPolicy: policy, ReplayStatus: 'In progress' }]
    const child = begun(...orders, ...since, '--yes')
    while (calls('GetSubscriptionAttributes').length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    child.kill('SIGINT')
    expect(await child.end).toEqual({ exit: 130, signal: null })
    expect(child.err.text).toContain(`interrupted: SNS goes on to replay to ${queueArn}`)
    looks = [{}, { ReplayPolicy: policy, ReplayStatus: 'Failed' }]
    const { exit, err } = await replay(...orders, ...since, '--yes')
    expect({ exit, err }).toMatchObject({ exit: 3, err: expect.stringContaining('failed') })
  },
  PATIENCE_MS,
)

test('what cannot be replayed is refused before anything is', async () => {
  const refused = async (...argv: string[]) => {
    const { exit, err } = await replay(...argv, '--yes')
    expect(exit).toBe(2)
    return err
  }
  expect(await refused(...orders, ...since, '--until', '2026-11-01')).toContain(
    'nothing more after',
  )
  expect(await refused(...orders)).toContain('--since is missing')
  expect(await refused(source, ...since)).toContain('--to is missing')
  expect(await refused(...orders, ...since, '--rate', '5/s')).toContain('--rate does not go with')
  expect(await refused(...orders, 'b', ...since)).toContain('b beside the archive of a topic')
  expect(await refused(source, '--to', 'sqs://other', ...since)).toContain('there are those of')
  looks = [{ ReplayPolicy: policy, ReplayStatus: 'Pending' }]
  expect(await refused(...orders, ...since)).toContain('already (Pending)')
  archive = {}
  expect(await refused(...orders, ...since)).toContain('archives nothing')
  expect(calls('SetSubscriptionAttributes')).toEqual([])
})
