import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clockAhead } from '../../src/aws/server-clock.js'
import { failureOf } from '../../src/doctor/run.js'
import { within } from '../../src/doctor/within.js'
import { stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

interface Told {
  about: string
  mark: string
  explain: string
  next: string | null
}

/** What the built evt says, as a process of its own. */
async function doctor(env: Readonly<Record<string, string>>, args = ['-o', 'json']) {
  const at = stage(env)
  try {
    const run = startEvt(['doctor', ...args], at)
    const { exit } = await run.end
    return { exit, text: run.out.text, stderr: run.err.text }
  } finally {
    at.remove()
  }
}

function ofAws(text: string): Told[] {
  const { checks } = JSON.parse(text) as { checks: Told[] }
  const local = ['node', 'config', 'cache', 'temp', 'duckdb']
  return checks.filter(({ about }) => !local.includes(about))
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt doctor', () => {
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
  const through = () => ({ ...moto.env, AWS_ENDPOINT_URL: faulty.url })

  test('says what there is to tap, and what that does to others', async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) {
      await moto.call('sqs', 'create_queue', { QueueName: `q${n}` })
    }
    await moto.call('sqs', 'create_queue', { QueueName: 'evt-tap-0123456789ab' })
    await moto.call('sns', 'create_topic', { Name: 'shop' })
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    await moto.call('logs', 'create_log_group', { logGroupName: '/aws/lambda/bill' })
    await moto.call('kinesis', 'create_stream', { StreamName: 'orders', ShardCount: 1 })
    await moto.call('dynamodb', 'create_table', {
      TableName: 'carts',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    })
    const { exit, text, stderr } = await doctor(through())
    const { caller, clockAheadMs, tappable, schema } = JSON.parse(text)
    expect({ exit, stderr, schema }).toEqual({ exit: 0, stderr: '', schema: 'evt.doctor/1' })
    const services = ['dynamodb', 'eventbridge', 'kinesis', 'logs', 'sns', 'sqs']
    const all = ['region', 'credentials', 'clock', ...services]
    expect(ofAws(text).map(({ about, mark }) => `${about} ${mark}`)).toEqual(
      [...all, 'cloudwatch'].map((about) => `${about} ok`),
    )
    expect(caller).toMatchObject({ account: '123456789012', region: 'eu-west-1' })
    // Emulator and evt go by the same clock.
    expect(clockAheadMs.atLeast).toBeLessThanOrEqual(10)
    expect(clockAheadMs.atMost).toBeGreaterThanOrEqual(0)
    expect(tappable).toEqual([
      {
        ...{ service: 'dynamodb', safety: 'shares', count: 1, isMore: false },
        addresses: ['dynamodb://carts'],
      },
      {
        ...{ service: 'eventbridge', safety: 'observe', count: 2, isMore: false },
        addresses: ['eventbridge://default', 'eventbridge://shop'],
      },
      {
        ...{ service: 'kinesis', safety: 'shares', count: 1, isMore: false },
        addresses: ['kinesis://orders'],
      },
      {
        ...{ service: 'logs', safety: 'shares', count: 1, isMore: false },
        addresses: ['logs:///aws/lambda/bill'],
      },
      {
        ...{ service: 'sns', safety: 'observe', count: 1, isMore: false },
        addresses: ['sns://shop'],
      },
      {
        ...{ service: 'sqs', safety: 'intrusive', count: 6, isMore: false },
        addresses: ['sqs://q1', 'sqs://q2', 'sqs://q3', 'sqs://q4', 'sqs://q5'],
      },
    ])
    const shown = await doctor(through(), ['--region', 'eu-west-1'])
    expect(shown.text.slice(shown.text.indexOf('to tap'))).toBe(`\
to tap       found  tapping    such as
dynamodb         1  shares     dynamodb://carts
eventbridge      2  observe    eventbridge://default  eventbridge://shop
kinesis          1  shares     kinesis://orders
logs             1  shares     logs:///aws/lambda/bill
sns              1  observe    sns://shop
sqs              6  intrusive  sqs://q1  sqs://q2  sqs://q3  sqs://q4  sqs://q5

next  evt tail sns://shop --region eu-west-1      evt lag sqs://q1 --region eu-west-1
`)
    // One call each, and nothing but looks.
    expect(new Set(faulty.asked.map(({ operation }) => operation))).toEqual(
      new Set([
        ...['GetCallerIdentity', 'ListEventBuses', 'DescribeLogGroups', 'ListTopics'],
        ...['ListQueues', 'ListStreams', 'ListTables', 'GetMetricData'],
      ]),
    )
    expect(faulty.asked).toHaveLength(16)
  })

  const denied = { __type: 'AccessDeniedException', message: 'no' }
  const xml = '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>'

  test.each([
    ['ListQueues', 'sqs', 'sqs:ListQueues is not allowed on the queues', denied],
    ['ListTopics', 'sns', 'sns:ListTopics is not allowed on the topics', xml],
    ['ListEventBuses', 'eventbridge', 'events:ListEventBuses is not allowed on the buses', denied],
    ['ListTables', 'dynamodb', 'dynamodb:ListTables is not allowed on the tables', denied],
    ['ListStreams', 'kinesis', 'kinesis:ListStreams is not allowed on the streams', denied],
    [
      'DescribeLogGroups',
      'logs',
      'logs:DescribeLogGroups is not allowed on the log groups',
      denied,
    ],
    [
      'GetMetricData',
      'cloudwatch',
      'cloudwatch:GetMetricData is not allowed on CloudWatch',
      denied,
    ],
  ])('where %s is refused, the permission is named', async (refused, about, explain, body) => {
    faulty.fault = ({ operation }) => (operation === refused ? { status: 403, body } : undefined)
    const { exit, text } = await doctor(through())
    const next = `it takes ${explain.split(' ')[0]}`
    expect(ofAws(text).filter(({ mark }) => mark !== 'ok')).toEqual([
      { about, mark: 'wrong', explain, next },
    ])
    expect(exit).toBe(3)
  })

  test('without STS the services are asked; with expired credentials nobody is', async () => {
    faulty.fault = ({ operation }) =>
      operation === 'GetCallerIdentity' ? { status: 500, body: '<html>no</html>' } : undefined
    const alone = await doctor(through())
    expect(ofAws(alone.text).filter(({ mark }) => mark === 'wrong')).toMatchObject([
      { about: 'credentials', explain: expect.stringContaining('sts:GetCallerIdentity fails') },
    ])
    const { caller } = JSON.parse(alone.text)
    expect({ exit: alone.exit, caller }).toEqual({ exit: 3, caller: null })
    expect(JSON.parse(alone.text).tappable).toHaveLength(6)
    const body = '<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>'
    faulty.fault = () => ({ status: 403, body })
    const { exit, text } = await doctor(through(), [])
    expect(exit).toBe(3)
    expect(text.slice(text.indexOf('wrong !'))).toBe(`\
wrong !  credentials  the AWS credentials are not valid, or no longer (ExpiredToken)
                      renew them, as with aws sso login, or give --profile
ok       clock        ${/clock +(.*)/.exec(text)?.[1]}
`)
    expect(text).toMatch(/^1 thing is wrong\n\n/)
  })
})

/** Answers every call with a page, and with AWS's clock as it is told. */
async function clockAt(aheadMs: number) {
  const server = createServer((_, response) => {
    const date = new Date(Date.now() + aheadMs).toUTCString()
    response.writeHead(403, { date, 'content-type': 'text/xml' })
    response.end('<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() }
}

describe('the clock', () => {
  test.each([
    [
      60_000,
      /^at least (5\d\.\d|60\.0) s behind AWS's: events seem to arrive sooner than they do$/,
    ],
    [
      -60_000,
      /^at least (5\d\.\d|60\.0) s ahead of AWS's: events seem to arrive later than they do$/,
    ],
  ])('that is off by %s ms is a warning', async (aheadMs, explain) => {
    const aws = await clockAt(aheadMs)
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'eu-west-1' }
    const { text } = await doctor({ ...keys, AWS_ENDPOINT_URL: aws.url })
    aws.stop()
    const clock = ofAws(text).find(({ about }) => about === 'clock')
    expect(clock).toMatchObject({ mark: 'warning', explain: expect.stringMatching(explain) })
    expect(clock?.next).toContain('chrony')
  })

  test('is known the better the more answers there are', () => {
    const answer = (askedMs: number, dateMs: number) => {
      return { askedMs, dateMs, answeredMs: askedMs + 20 }
    }
    expect(clockAhead([])).toBeNull()
    expect(clockAhead([answer(1_100, 1_000)])).toEqual({ atLeast: -900, atMost: 120 })
    const more = [answer(1_100, 1_000), answer(1_900, 1_000), answer(2_050, 2_000)]
    expect(clockAhead(more)).toEqual({ atLeast: -100, atMost: 70 })
    // Another server's clock, which is elsewhere.
    expect(clockAhead([...more, answer(9_000, 1_000)])).toEqual({ atLeast: -100, atMost: 70 })
  })
})

describe('a call that nobody answers', () => {
  test('is given up in time, and ended', async () => {
    const signal = new AbortController().signal
    let ended = false
    const call = (own: AbortSignal) => {
      own.addEventListener('abort', () => {
        ended = true
      })
      return new Promise<never>(() => {})
    }
    const given = within({ signal, callMs: 20 }, 'sqs:ListQueues', call)
    await expect(given).rejects.toMatchObject({
      ...{ message: 'sqs:ListQueues has no answer within 0.02 s', code: 'outside' },
    })
    expect(ended).toBe(true)
  })

  test('is interrupted at once', async () => {
    const all = new AbortController()
    const call = () => new Promise<never>(() => {})
    const given = within({ signal: all.signal, callMs: 60_000 }, 'sqs:ListQueues', call)
    all.abort()
    await expect(given).rejects.toMatchObject({ code: 'interrupted' })
  })
})

test('what is wrong makes the exit code', () => {
  const check = (about: 'config' | 'sqs', mark: 'ok' | 'warning' | 'wrong') => {
    return { about, mark, explain: '', next: null }
  }
  expect(failureOf({ checks: [check('sqs', 'warning'), check('config', 'ok')] })).toBeUndefined()
  expect(failureOf({ checks: [check('config', 'wrong'), check('sqs', 'ok')] })).toMatchObject({
    ...{ code: 'usage', message: 'this is wrong here: config' },
  })
  expect(failureOf({ checks: [check('config', 'wrong'), check('sqs', 'wrong')] })).toMatchObject({
    ...{ code: 'outside', message: 'this is wrong here: config, sqs' },
  })
})
