import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { busArchive } from '../../src/replay/archive-address.js'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type QueueDouble, queueDouble } from '../testbed/queue-double.js'

let at: Stage
afterEach(() => at.remove())

const begun = (...argv: string[]) => startEvt(['replay', ...argv], at)
async function replay(...argv: string[]) {
  const child = begun(...argv)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const account = 'arn:aws:events:eu-west-1:123456789012'
const orders = ['eventbridge-archive://orders', '--to', 'to-billing']

/** As EventBridge answers. */
describe('EventBridge replays', () => {
  let service: QueueDouble
  beforeEach(async () => {
    service = await queueDouble()
    const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
    at = stage({ ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: service.url, COLUMNS: '100' })
    service.answers('DescribeArchive', {
      body: {
        ...{ ArchiveArn: `${account}:archive/orders`, EventSourceArn: `${account}:event-bus/shop` },
        ...{ ArchiveName: 'orders', State: 'ENABLED', EventCount: 1204, SizeBytes: 2_400_000 },
        ...{ RetentionDays: 0, CreationTime: 1_780_000_000 },
      },
    })
    rule('{"source":["shop"]}')
    service.answers('StartReplay', { body: { State: 'STARTING' } })
  })
  afterEach(() => service.stop())

  const rule = (EventPattern: string, State = 'ENABLED') =>
    service.answers('DescribeRule', { body: { Name: 'to-billing', State, EventPattern } })
  const states = (
    ...all: [State: string, lastSeconds?: number | undefined, StateReason?: string][]
  ) =>
    service.answers(
      'DescribeReplay',
      ...all.map(([State, EventLastReplayedTime, StateReason]) => ({
        body: { State, EventLastReplayedTime, StateReason },
      })),
    )
  const window = ['--since', '2026-11-01T10:00:00Z', '--until', '2026-11-01T14:00:00Z']
  const asked = (action: string) =>
    service.asked.filter((one) => one.action === action).map(({ body }) => body)

  test('the plan says what cannot be promised, and --dry-run begins nothing', async () => {
    const { exit, out, err } = await replay(...orders, ...window, '--name', 'again', '--dry-run')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toBe(
      [
        'from     the archive orders of the bus shop',
        'to       to-billing',
        'time     2026-11-01 10:00 → 14:00',
        'in all   about 1,204 events, 2.4 MB',
        'mark     replay-name again',
        '',
        '! EventBridge keeps no order: it replays minute by minute, each in any order',
        '! what an archive holds is counted up to a day late: how many events are in this time ' +
          'is not known,\n  nor told at the end',
        '',
      ].join('\n'),
    )
    expect(await replay(...orders, ...window)).toEqual({
      ...{ exit: 2, out: '' },
      err:
        'evt: nothing was replayed: there is no terminal to ask on\n     evt replay ' +
        `${orders.join(' ')} ${window.join(' ')} --yes\n`,
    })
    expect(asked('StartReplay')).toEqual([])
  })

  test('it is begun for these rules and this time, and followed to its end', async () => {
    states(['STARTING'], ['RUNNING', 1_793_534_400], ['COMPLETED', 1_793_541_600])
    const { exit, out, err } = await replay(...orders, ...window, '--name', 'a', '--yes', '--json')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(asked('StartReplay')).toEqual([
      {
        ...{ ReplayName: 'a', EventSourceArn: `${account}:archive/orders` },
        ...{ EventStartTime: 1_793_527_200, EventEndTime: 1_793_541_600 },
        Destination: {
          Arn: `${account}:event-bus/shop`,
          FilterArns: [`${account}:rule/shop/to-billing`],
        },
      },
    ])
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: 'evt.archive-replay/1', bus: 'shop', name: 'a' },
      archive: { name: 'orders', state: 'ENABLED', events: 1204, retentionDays: null },
      rules: [{ name: 'to-billing', isEnabled: true, isGuarded: false }],
      ...{ since: '2026-11-01T10:00:00.000Z', until: '2026-11-01T14:00:00.000Z' },
      replay: { state: 'COMPLETED', lastEventAt: '2026-11-01T14:00:00.000Z' },
    })
  })

  test('Ctrl-C cancels it, and says from when on the rest is', async () => {
    states(['RUNNING', 1_793_527_260])
    const child = begun(...orders, ...window, '--name', 'a', '--yes')
    for (let tries = 0; asked('DescribeReplay').length === 0 && tries < 10_000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    states(['CANCELLING', 1_793_527_260], ['CANCELLED', 1_793_527_320])
    child.kill('SIGINT')
    expect(await child.end).toEqual({ exit: 130, signal: null })
    expect(asked('CancelReplay')).toEqual([{ ReplayName: 'a' }])
    expect(child.err.text).toMatch(
      /evt: interrupted: the replay a is cancelled\n {5}--since 2026-11-01T10:02:00.000Z replays/,
    )
  })

  test('it is followed although the answer to its start is lost', async () => {
    service.answers('StartReplay', 'cut', { error: 'ResourceAlreadyExistsException' })
    states(['COMPLETED'])
    const { exit, out, err } = await replay(...orders, ...window, '--yes', '--quiet')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out).toMatch(/^the replay evt-\w+ to to-billing is completed\n$/)
  })

  test('that it failed is said, with the reason', async () => {
    states(['FAILED', undefined, 'no permission'])
    const { exit, err } = await replay(...orders, ...window, '--name', 'a', '--yes', '--quiet')
    expect({ exit, err }).toEqual({
      exit: 3,
      err:
        'evt: the replay a failed (no permission)\n' +
        '     --since 2026-11-01T10:00:00.000Z replays the rest, some of it a second time\n',
    })
  })

  test('a rule that leaves out replays gets nothing', async () => {
    rule('{"source":["shop"],"replay-name":[{"exists":false}]}')
    const { exit, err } = await replay(...orders, ...window, '--yes')
    expect({ exit, err }).toEqual({
      exit: 2,
      err:
        'evt: nothing would arrive: to-billing asks for no replay-name\n' +
        '     replay to a rule without {"replay-name": [{"exists": false}]}\n',
    })
  })

  test.each([
    [['--rate', '5/s'], '--rate does not go with eventbridge-archive://orders, which'],
    [['archive/'], 'archive/ beside an archive of EventBridge'],
    [['--to', `${account}:rule/other/x`], `${account}:rule/other/x is no rule of the bus shop`],
    [['--until', '2001-01-01T00:00:00Z'], 'there is no time between --since and --until'],
  ])('%j is refused', async (more, message) => {
    const line = more.includes('--to') ? [orders[0] ?? ''] : orders
    const { exit, err } = await replay(...line, ...more, '--yes')
    expect(exit).toBe(2)
    expect(err).toContain(`evt: ${message}`)
  })
})

test('an archive is named by its name or its ARN', () => {
  at = stage()
  const arn = `${account}:archive/orders`
  expect(busArchive('eventbridge-archive://orders')).toEqual({ name: 'orders', region: undefined })
  expect(busArchive(arn)).toEqual({ name: 'orders', region: 'eu-west-1' })
  expect(busArchive(`eventbridge-archive://${arn}`)).toEqual(busArchive(arn))
  for (const other of ['orders', 'eventbridge://orders', `${account}:event-bus/orders`]) {
    expect(busArchive(other)).toBeUndefined()
  }
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('an archive', () => {
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(() => {
    at = stage(moto.env)
  })
  afterAll(() => moto.stop())

  test('is replayed to the targets of a rule, marked', async () => {
    const made = await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const archive = { ArchiveName: 'orders', EventSourceArn: made['EventBusArn'] }
    await moto.call('events', 'create_archive', archive)
    const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: 'billing' })
    const EventPattern = '{"source":["shop"]}'
    const rule = { Name: 'to-billing', EventBusName: 'shop', EventPattern }
    await moto.call('events', 'put_rule', rule)
    const Targets = [{ Id: 'q', Arn: 'arn:aws:sqs:eu-west-1:123456789012:billing' }]
    await moto.call('events', 'put_targets', { Rule: 'to-billing', EventBusName: 'shop', Targets })
    const Entries = [1, 2].map((n) => ({
      ...{ Source: 'shop', DetailType: 'OrderPlaced', EventBusName: 'shop' },
      Detail: JSON.stringify({ n }),
    }))
    await moto.call('events', 'put_events', { Entries })
    // Times of a replay are whole seconds, and an archive of this one has none behind it.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const { exit, out, err } = await replay(...orders, '--name', 'again', '--yes', '--quiet')
    expect({ exit, out, err }).toEqual({
      ...{ exit: 0, err: '', out: 'the replay again to to-billing is completed\n' },
    })
    const asked = { QueueUrl, MaxNumberOfMessages: 10 }
    const got = (await moto.call('sqs', 'receive_message', asked))['Messages'] as { Body: string }[]
    const marks = got.map(({ Body }) => JSON.parse(Body)['replay-name'])
    expect(marks.filter((mark) => mark === 'again')).toHaveLength(2)
  })

  test('that is not there is said', async () => {
    const { exit, err } = await replay('eventbridge-archive://none', '--to', 'a', '--yes')
    expect(exit).toBe(2)
    expect(err).toMatch(/^evt: there is no archive none in eu-west-1\n/)
  })
})
