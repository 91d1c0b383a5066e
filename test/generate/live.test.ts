import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Run, root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type FaultyAws, faultsBefore } from '../testbed/faults.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

let moto: Moto
let aws: FaultyAws
let cwd: string

const env = () => ({ ...moto.env, AWS_ENDPOINT_URL: aws.url })

/** Not by `spawnSync`: what it talks to is in this process. */
function started(args: readonly string[], command = 'generate') {
  const child = spawn(process.execPath, [`${root}bin/run.js`, command, ...args], {
    ...{ cwd, env: { ...process.env, NODE_ENV: '', ...env() } },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (piece) => {
    stdout += piece
  })
  child.stderr.on('data', (piece) => {
    stderr += piece
  })
  const ended = once(child, 'close').then(([code]): Run => ({ code, stdout, stderr }))
  return { child, ended }
}
const generate = (...args: string[]) => started(args).ended

const ledger = () =>
  readFileSync(join(cwd, 'ledger', 'ledger.ndjson'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
const truth = () => JSON.parse(readFileSync(join(cwd, 'ledger', 'truth.json'), 'utf8'))

async function queue(name: string): Promise<string> {
  const more = name.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {}
  return String((await moto.call('sqs', 'create_queue', { QueueName: name, ...more }))['QueueUrl'])
}

async function received(QueueUrl: string): Promise<{ MessageId: string; Body: string }[]> {
  const all: { MessageId: string; Body: string }[] = []
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10 }
    const { Messages = [] } = await moto.call('sqs', 'receive_message', asked)
    const found = Messages as { MessageId: string; Body: string; ReceiptHandle: string }[]
    if (found.length === 0) return all
    all.push(...found)
    for (const { ReceiptHandle } of found) {
      await moto.call('sqs', 'delete_message', { QueueUrl, ReceiptHandle })
    }
  }
}

const soon = ['--rate', '1k/s', '--yes']
const small = ['--events', '60', ...soon]

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('live', () => {
  beforeAll(async () => {
    moto = await startMoto()
    aws = await faultsBefore(moto.url)
  })
  afterAll(async () => {
    await aws.close()
    await moto.stop()
  })
  beforeEach(async () => {
    await moto.reset()
    cwd = mkdtempSync(join(tmpdir(), 'evt-live-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true }))

  test('sends to a queue what the ledger says, with what was planted', async () => {
    const url = await queue('orders')
    const planted = ['--duplicates=10%', '--reorder=10%', '--loss=10%', '--published-twice=5%']
    const { code, stdout, stderr } = await generate(
      '--to',
      'sqs://orders',
      ...small,
      ...planted,
      '--json',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const result = JSON.parse(stdout)
    const found = await received(url)
    const lines = ledger()
    const sent = lines.filter(({ status }) => status === 'sent')
    expect(sent.map(({ messageId }) => messageId).sort()).toEqual(
      found.map(({ MessageId }) => MessageId).sort(),
    )
    expect(result).toMatchObject({ schema: 'evt.sent/1', partial: false, ledger: 'ledger' })
    expect(result.messages).toMatchObject({ sent: sent.length, failed: 0, notSent: 0 })
    const ids = found.map(({ Body }) => JSON.parse(Body).id)
    const distinct = new Set(ids).size
    const duplicates = { count: sent.length - distinct }
    expect(truth().total).toMatchObject({ events: sent.length, distinct, duplicates })
    const lost = lines.filter(({ status }) => status === 'lost')
    expect(result.planted).toMatchObject({ lost: lost.length })
    expect(lost.length).toBeGreaterThan(0)
    for (const { id } of lost) expect(ids).not.toContain(id)
    for (const name of ['duplicates', 'publishedTwice', 'reordered']) {
      expect(result.planted[name]).toBeGreaterThan(0)
    }
  })

  test('sends to a stream what the ledger says, each key in its order', async () => {
    const StreamName = 'orders'
    await moto.call('kinesis', 'create_stream', { StreamName, ShardCount: 1 })
    const planted = ['--duplicates=10%', '--loss=10%', '--json']
    const { code, stderr } = await generate('--to', 'kinesis://orders', ...small, ...planted)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const ShardId = 'shardId-000000000000'
    const asked = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    const { ShardIterator } = await moto.call('kinesis', 'get_shard_iterator', asked)
    const { Records } = await moto.call('kinesis', 'get_records', { ShardIterator })
    const records = Records as { SequenceNumber: string; PartitionKey: string; Data: string }[]
    const sent = ledger().filter(({ status }) => status === 'sent')
    expect(sent.length).toBeGreaterThan(50)
    const keyed = sent.map(({ key, messageId }) => ({ key, id: messageId }))
    const seen = records.map((one) => ({ key: one.PartitionKey, id: one.SequenceNumber }))
    const sorted = (all: typeof seen) =>
      [...all].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    expect(sorted(seen)).toEqual(sorted(keyed))
  })

  test.each(['eventbridge', 'cloudevents'])(
    'a ledger of %s is what was sent, to evt reconcile',
    async (envelope) => {
      await queue('orders')
      const args = ['--to', 'sqs://orders', ...small, '--loss=10%', '--envelope', envelope]
      expect(await generate(...args, '--quiet')).toMatchObject({ code: 0 })
      const sides = ['--sent', 'ledger', '--received', 'ledger', '--json']
      const { code, stdout, stderr } = await started(sides, 'reconcile').ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const recovered = ledger().filter(({ status }) => status === 'lost').length
      expect(JSON.parse(stdout).total).toMatchObject({ sent: 60, received: 60, recovered })
      expect(recovered).toBeGreaterThan(0)
    },
  )

  test('to a bus, the id that was planted is in the payload, as evt.yaml says', async () => {
    const url = await queue('behind')
    const asked = { QueueUrl: url, AttributeNames: ['QueueArn'] }
    const { Attributes } = await moto.call('sqs', 'get_queue_attributes', asked)
    const { QueueArn: Arn } = Attributes as { QueueArn: string }
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const rule = {
      Name: 'all',
      EventBusName: 'shop',
      EventPattern: '{"detail-type":[{"exists":true}]}',
    }
    await moto.call('events', 'put_rule', rule)
    const targets = { Rule: 'all', EventBusName: 'shop', Targets: [{ Id: 'q', Arn }] }
    await moto.call('events', 'put_targets', targets)
    const { code, stderr } = await generate(
      '--to',
      'eventbridge://shop',
      ...soon,
      '--events=5',
      '--json',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const found = (await received(url)).map(({ Body }) => JSON.parse(Body))
    const told = found.map(({ id, source, detail }) => ({
      ...{ messageId: id, source, id: detail.metadata.id, time: detail.metadata.occurredAt },
    }))
    const lines = ledger().map(({ messageId, source, id, time }) => ({
      messageId,
      source,
      id,
      time,
    }))
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
    expect(told.sort(byId)).toEqual(lines.sort(byId))
    const yaml = readFileSync(join(cwd, 'ledger', 'evt.yaml'), 'utf8')
    expect(yaml).toContain('id: $.detail.metadata.id')
  })

  test('to a topic, a CloudEvent in binary mode has its attributes beside it', async () => {
    const { TopicArn } = await moto.call('sns', 'create_topic', { Name: 'shop' })
    const url = await queue('behind')
    const Endpoint = url.replace(/^.*\/(\d+)\//, `arn:aws:sqs:${moto.region}:$1:`)
    await moto.call('sns', 'subscribe', { TopicArn, Protocol: 'sqs', Endpoint })
    const shape = ['--envelope', 'cloudevents-binary', '--events', '5']
    expect(await generate('--to', 'sns://shop', ...soon, ...shape, '--quiet')).toMatchObject({
      code: 0,
    })
    const found = (await received(url)).map(({ Body }) => JSON.parse(Body).MessageAttributes)
    const ids = found.map((attributes) => attributes['ce-id'].Value)
    expect(ids.sort()).toEqual(
      ledger()
        .map(({ id }) => id)
        .sort(),
    )
  })

  test('Ctrl-C ends it with what was sent, and a ledger and a truth that are whole', async () => {
    const url = await queue('orders.fifo')
    const args = ['--to', 'sqs://orders.fifo', '--rate', '20/s', '--yes', '--json']
    const { child, ended } = started(args)
    const file = join(cwd, 'ledger', 'ledger.ndjson')
    const isBegun = () => existsSync(file) && ledger().length > 10
    for (let tries = 0; tries < 300 && !isBegun(); tries++) await setTimeout(100)
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    const { messages, partial } = JSON.parse(stdout)
    expect({ code, partial }).toEqual({ code: 130, partial: true })
    expect(JSON.parse(stderr).error.message).toBe(
      `interrupted: ${messages.notSent} messages were not sent`,
    )
    const found = await received(url)
    const sent = ledger().map(({ messageId }) => messageId)
    expect(sent.sort()).toEqual(found.map(({ MessageId }) => MessageId).sort())
    expect(messages).toMatchObject({ sent: found.length, failed: 0 })
    expect(truth().total.events).toBe(found.length)
  })

  test('what is cut, throttled and refused for a moment is sent all the same', async () => {
    const url = await queue('orders.fifo')
    aws.next('cut', 'throttle', 'entry', 'lost', 'html', 'unavailable')
    const { code, stdout } = await generate('--to', 'sqs://orders.fifo', ...small, '--json')
    const { messages, errors } = JSON.parse(stdout)
    expect({ code, errors }).toEqual({ code: 0, errors: [] })
    expect(messages).toMatchObject({ failed: 0, notSent: 0 })
    expect(messages.repeated).toBeGreaterThan(0)
    expect(await received(url)).toHaveLength(messages.sent)
  })

  test('what cannot be sent is told, and the ledger says why', async () => {
    await queue('orders')
    const huge = ['--event-bytes', '1M', '--events', '3']
    const { code, stdout, stderr } = await generate('--to', 'sqs://orders', ...soon, ...huge)
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /\n {2}\d {2}it has [\d,]+ bytes, and the queue orders in eu-west-1 takes/,
    )
    expect(stderr).toMatch(/\nevt: \d of 3 messages could not be sent\n/)
    const failed = ledger().filter(({ status }) => status === 'failed')
    expect(failed[0]?.error).toMatch(/^it has/)
  })

  test('asks nobody without a terminal, writes nothing then, keeps an older ledger', async () => {
    const url = await queue('orders')
    const asked = await generate('--to', 'sqs://orders')
    expect(asked).toEqual({
      ...{ code: 2, stdout: '' },
      stderr:
        'evt: nothing was sent: there is no terminal to ask on\n' +
        '     evt generate --to sqs://orders --yes\n',
    })
    const dry = await generate(
      '--to',
      'sqs://orders',
      '--dry-run',
      '--events',
      '1k',
      '--loss',
      '10%',
    )
    expect(dry.stdout.split('\n')).toMatchObject({
      0: 'to       the queue orders in eu-west-1',
      3: 'ledger   ledger',
    })
    expect(readdirSync(cwd)).toEqual([])
    expect(await received(url)).toEqual([])
    expect(await generate('--to', 'sqs://orders', ...small, '--quiet')).toMatchObject({ code: 0 })
    expect(await generate('--to', 'sqs://orders', ...small)).toEqual({
      ...{ code: 2, stdout: '' },
      stderr:
        'evt: --ledger ledger holds a ledger already\n' +
        '     name a new folder, or replace this one with --force\n',
    })
  })

  test.each<[string[], string]>([
    [
      ['--to', 'sqs://nothing'],
      'evt: there is no queue nothing in eu-west-1\n' +
        '     see --region, --profile and --endpoint-url\n',
    ],
    [
      ['--to', 'logs://group'],
      'evt: nothing is sent to logs://group\n' +
        '     write sqs://queue, sns://topic, eventbridge://bus, kinesis://stream, ' +
        'an ARN or the URL of a queue\n',
    ],
    [
      ['--to', 'eventbridge://default/rule'],
      'evt: events are put on a bus, not on the rule rule\n     write eventbridge://default\n',
    ],
    [
      ['--to', 'eventbridge://default', '--envelope', 'json'],
      'evt: --envelope json: a bus takes events of EventBridge\n     leave --envelope out\n',
    ],
    [
      ['--to', 'sqs://orders', '--envelope', 'kafka>json'],
      'evt: --envelope kafka>json holds several events\n     a message that is sent holds one\n',
    ],
    [
      ['--to', 'sqs://orders', '--skew', '1%'],
      'evt: --skew is for archives, and nothing for --to sqs://orders\n     leave --skew out\n',
    ],
    [
      ['--to', 'folder', '--yes'],
      'evt: --yes is for what is sent live, not for --to folder\n     leave --yes out\n',
    ],
  ])('refuses %j', async (args, message) => {
    await queue('orders')
    const { code, stdout, stderr } = await generate(...args)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: message })
    expect(readdirSync(cwd)).toEqual([])
  })
})
