import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { sinkFor, sinks } from '../../src/sinks/index.js'
import { type Outcome, Sender } from '../../src/sinks/sender.js'
import type { OpenSink, SinkEntry } from '../../src/sinks/sink.js'
import { describeWith } from '../helpers/needs.js'
import { type CalledDouble, startCalled } from '../testbed/called-double.js'
import { type FaultyAws, faults, faultsBefore } from '../testbed/faults.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

/** What a queue that receives everything gives of a message. */
interface Arrived {
  readonly messageId: string
  readonly body: Record<string, unknown>
  readonly group: string | undefined
}

/** How a target of a kind is made, and what arrives there, as an independent client sees it. */
interface Target {
  readonly address: string
  /** Whether the order of a key is kept. */
  readonly isFifo: boolean
  /** Whether what is sent again may be there twice although the order is kept. */
  readonly mayRepeat?: boolean
  /** What a key becomes that has a blank. */
  readonly groups?: RegExp
  readonly missing: string
  readonly absent: string
  /** Where the address is known only when the test runs. */
  readonly name?: string
  /** Of what is called without moto. */
  readonly isCalled?: boolean
  /** What is on this machine has no such faults, nor an absence or a size worth a test. */
  readonly isLocal?: boolean
  readonly absentIs?: 'outside'
  /** What one entry may have; a mebibyte if unsaid. */
  readonly mostBytes?: number
  /** Entries that a test sends: moto takes a third of a second for an event on a bus. */
  readonly count: number
  make(): Promise<{ arrived(): Promise<Arrived[]> }>
}

let moto: Moto
let aws: FaultyAws
let called: CalledDouble
let folder: string

async function queue(name: string): Promise<{ url: string; arn: string }> {
  const isFifo = name.endsWith('.fifo')
  const made = { QueueName: name, ...(isFifo ? { Attributes: { FifoQueue: 'true' } } : {}) }
  const { QueueUrl } = await moto.call('sqs', 'create_queue', made)
  const asked = { QueueUrl, AttributeNames: ['QueueArn'] }
  const { Attributes } = await moto.call('sqs', 'get_queue_attributes', asked)
  return { url: String(QueueUrl), arn: (Attributes as { QueueArn: string }).QueueArn }
}

interface BotoMessage {
  MessageId: string
  Body: string
  ReceiptHandle: string
  Attributes?: Record<string, string>
}

async function received(url: string): Promise<BotoMessage[]> {
  const all: BotoMessage[] = []
  const ask = { QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ['All'] }
  for (;;) {
    const { Messages = [] } = await moto.call('sqs', 'receive_message', ask)
    const messages = Messages as BotoMessage[]
    if (messages.length === 0) return all
    all.push(...messages)
    for (const { ReceiptHandle } of messages) {
      await moto.call('sqs', 'delete_message', { QueueUrl: url, ReceiptHandle })
    }
  }
}

function sqsTarget(name: string): Target {
  const isFifo = name.endsWith('.fifo')
  return {
    ...{ address: `sqs://${name}`, isFifo, missing: 'sqs://nothing', count: 25 },
    absent: 'there is no queue nothing in eu-west-1',
    async make() {
      const { url } = await queue(name)
      return {
        arrived: async () =>
          (await received(url)).map(({ MessageId, Body, Attributes }) => ({
            ...{ messageId: MessageId, body: JSON.parse(Body) },
            group: Attributes?.['MessageGroupId'],
          })),
      }
    },
  }
}

function snsTarget(name: string): Target {
  const isFifo = name.endsWith('.fifo')
  return {
    ...{ address: `sns://${name}`, isFifo, missing: 'sns://nothing', count: 25 },
    absent: 'there is no topic nothing in eu-west-1',
    async make() {
      const { url, arn } = await queue(`behind-${name}`)
      const more = isFifo ? { Attributes: { FifoTopic: 'true' } } : {}
      const { TopicArn } = await moto.call('sns', 'create_topic', { Name: name, ...more })
      await moto.call('sns', 'subscribe', { TopicArn, Protocol: 'sqs', Endpoint: arn })
      return {
        arrived: async () =>
          (await received(url)).map(({ Body, Attributes }) => {
            const { MessageId, Message } = JSON.parse(Body)
            const group = Attributes?.['MessageGroupId']
            return { messageId: MessageId, body: JSON.parse(Message), group }
          }),
      }
    },
  }
}

const busTarget: Target = {
  ...{ address: 'eventbridge://orders', isFifo: false, missing: 'eventbridge://nothing' },
  count: 6,
  absent: 'there is no bus nothing in eu-west-1',
  async make() {
    const { url, arn } = await queue('behind-orders')
    await moto.call('events', 'create_event_bus', { Name: 'orders' })
    const rule = { Name: 'all', EventBusName: 'orders' }
    await moto.call('events', 'put_rule', { ...rule, EventPattern: '{"source":["shop"]}' })
    const targets = { Rule: 'all', EventBusName: 'orders', Targets: [{ Id: 'q', Arn: arn }] }
    await moto.call('events', 'put_targets', targets)
    return {
      arrived: async () =>
        (await received(url)).map(({ Body }) => {
          const { id, detail } = JSON.parse(Body)
          return { messageId: id, body: detail, group: undefined }
        }),
    }
  },
}

const streamTarget: Target = {
  ...{ address: 'kinesis://orders', isFifo: true, mayRepeat: true, count: 25 },
  ...{ missing: 'kinesis://nothing', absent: 'there is no stream nothing in eu-west-1' },
  groups: /^k \d$/,
  async make() {
    const StreamName = 'orders'
    await moto.call('kinesis', 'create_stream', { StreamName, ShardCount: 2 })
    return { arrived: () => recordsOf(StreamName) }
  },
}

interface BotoRecord {
  SequenceNumber: string
  Data: string
  PartitionKey: string
}

async function recordsOf(StreamName: string): Promise<Arrived[]> {
  const all: Arrived[] = []
  const { Shards } = await moto.call('kinesis', 'list_shards', { StreamName })
  for (const { ShardId } of Shards as { ShardId: string }[]) {
    const asked = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    const { ShardIterator } = await moto.call('kinesis', 'get_shard_iterator', asked)
    const { Records } = await moto.call('kinesis', 'get_records', { ShardIterator })
    for (const { SequenceNumber, Data, PartitionKey } of Records as BotoRecord[]) {
      const body = JSON.parse(Buffer.from(Data, 'base64').toString())
      all.push({ messageId: SequenceNumber, body, group: PartitionKey })
    }
  }
  return all
}

/** A program that is posted to, or a function that is invoked, as the double has it. */
function calledTarget(kind: 'http' | 'lambda'): Target {
  const isHttp = kind === 'http'
  return {
    get address() {
      return isHttp ? `${called.url}/events` : 'lambda://orders'
    },
    ...{ name: kind, isCalled: true, isFifo: true, mayRepeat: true, count: 25, groups: /^k \d$/ },
    get missing() {
      return isHttp ? 'http://127.0.0.1:2/' : 'lambda://nothing'
    },
    absent: isHttp
      ? 'http://127.0.0.1:2 cannot be reached (ECONNREFUSED)'
      : 'there is no function nothing in eu-west-1',
    ...(isHttp && { absentIs: 'outside' as const }),
    mostBytes: isHttp ? 10_485_760 : 6_291_456,
    async make() {
      called.taken.length = 0
      return {
        arrived: async () =>
          called.taken.map(({ id, body }) => {
            const read = JSON.parse(body)
            return { messageId: id, body: read, group: `k ${read.n % 3}` }
          }),
      }
    },
  }
}

const fileTarget: Target = {
  get address() {
    return join(folder, 'orders.ndjson')
  },
  ...{ name: 'a file', isFifo: false, isLocal: true, count: 25 },
  get missing() {
    return join(folder, 'nowhere', 'orders.ndjson')
  },
  get absent() {
    return `cannot write to ${join(folder, 'nowhere', 'orders.ndjson')}: its folder is not there`
  },
  async make() {
    rmSync(join(folder, 'orders.ndjson'), { force: true })
    return {
      async arrived() {
        const text = readFileSync(join(folder, 'orders.ndjson'), 'utf8')
        let at = 0
        return text
          .split('\n')
          .slice(0, -1)
          .map((line) => {
            const messageId = `byte ${at}`
            at += Buffer.byteLength(line) + 1
            return { messageId, body: JSON.parse(line), group: undefined }
          })
      },
    }
  },
}

const stdoutTarget: Target = {
  ...{ address: '-', isFifo: false, isLocal: true, count: 25, missing: '', absent: '' },
  async make() {
    const printed: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((text, ...[done]: unknown[]) => {
      printed.push(String(text))
      if (typeof done === 'function') done()
      return true
    })
    return {
      async arrived() {
        vi.restoreAllMocks()
        const lines = printed.join('').split('\n').slice(0, -1)
        return lines.map((line, n) => ({
          ...{ messageId: `line ${n + 1}`, body: JSON.parse(line), group: undefined },
        }))
      },
    }
  },
}

const targets: Readonly<Record<string, readonly Target[]>> = {
  sqs: [sqsTarget('orders'), sqsTarget('orders.fifo')],
  sns: [snsTarget('orders'), snsTarget('orders.fifo')],
  eventbridge: [busTarget],
  kinesis: [streamTarget],
  http: [calledTarget('http')],
  lambda: [calledTarget('lambda')],
  file: [fileTarget],
  stdout: [stdoutTarget],
}

const entryOf = (n: number, more: Partial<SinkEntry> = {}): SinkEntry => ({
  ...{ body: JSON.stringify({ n, text: 'ä'.repeat(10) }), attributes: { kind: 'test' } },
  ...{ source: 'shop', type: 'order.placed', timeUs: 1.7e15 },
  ...{ key: `k ${n % 3}`, sendId: `send ${n}` },
  ...more,
})

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

async function opened({ isCalled }: Target, address: string): Promise<OpenSink> {
  const sink = await sinkFor(address)
  const endpointUrl = isCalled ? called.url : aws.url
  const options = {
    aws: { region: moto.region, endpointUrl },
    signal: new AbortController().signal,
  }
  return sink.open(address, options)
}

async function sendAll(sink: OpenSink, entries: readonly SinkEntry[]) {
  const outcomes = new Map<string, Outcome>()
  const { signal } = new AbortController()
  const waitMs = { first: 1, most: 5 }
  const onOutcome = (entry: SinkEntry, outcome: Outcome) => outcomes.set(entry.sendId, outcome)
  const sender = new Sender(sink, { signal, waitMs, onOutcome, concurrency: 2 })
  for (const entry of entries) await sender.add(entry)
  await sender.end()
  return entries.map(({ sendId }) => outcomes.get(sendId))
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('sinks', () => {
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
    moto = await startMoto()
    aws = await faultsBefore(moto.url)
    called = await startCalled()
    folder = mkdtempSync(join(tmpdir(), 'evt-sinks-'))
  })
  afterAll(async () => {
    await aws.close()
    await called.stop()
    rmSync(folder, { recursive: true, force: true })
    await moto.stop()
  })
  beforeEach(() => moto.reset())

  test.each(sinks.map(({ name }) => name))(
    '%s says what it keeps, repeats and costs',
    async (name) => {
      const sink = await sinks.find((each) => each.name === name)?.load()
      expect(sink?.name).toBe(name)
      for (const text of [sink?.order, sink?.repeated, sink?.cost])
        expect(text).toMatch(/^[A-Z].*\.$/)
      expect(targets[name]?.length).toBeGreaterThan(0)
    },
  )

  const all = Object.values(targets).flat()
  describe.each(all.map((target) => [target.name ?? target.address, target] as const))(
    '%s',
    (_, target) => {
      test('takes every entry, gives its message id, and keeps the order it promises', async () => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        expect(sink.keepsOrder).toBe(target.isFifo)
        const outcomes = await sendAll(
          sink,
          numbers(target.count).map((n) => entryOf(n)),
        )
        const found = await arrived()
        const idOf = new Map(found.map(({ messageId, body }) => [body['n'], messageId]))
        for (const [n, outcome] of outcomes.entries()) {
          expect(outcome).toMatchObject({ status: 'sent', messageId: idOf.get(n), attempts: 1 })
        }
        expect(found).toHaveLength(target.count)
        if (target.isFifo) expectOrder(found, target)
      })

      test.skipIf(target.isLocal).each(faults)('recovers from %s', async (fault) => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        const failing = target.isCalled ? called : aws
        failing.next(fault, fault, fault)
        const outcomes = await sendAll(
          sink,
          numbers(target.count).map((n) => entryOf(n)),
        )
        expect(new Set(outcomes.map((outcome) => outcome?.status))).toEqual(new Set(['sent']))
        expect(outcomes.some((one) => one?.status === 'sent' && one.attempts > 1)).toBe(true)
        const found = await arrived()
        const seen = new Set(found.map(({ body }) => body['n']))
        expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(target.count))
        const mayRepeat = fault === 'lost' && (!target.isFifo || target.mayRepeat === true)
        if (!mayRepeat) expect(found).toHaveLength(target.count)
        if (target.isFifo) expectOrder(found, target)
      })

      test.skipIf(target === stdoutTarget)('is looked for before anything is sent', async () => {
        await expect(opened(target, target.missing)).rejects.toMatchObject({
          ...{ message: target.absent, code: target.absentIs ?? 'usage' },
        })
      })

      test.skipIf(target.isLocal)('tells what it can never take, and takes the rest', async () => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        const huge = entryOf(1, {
          body: JSON.stringify({ text: 'x'.repeat((target.mostBytes ?? 1_048_576) + 50_000) }),
        })
        const outcomes = await sendAll(sink, [entryOf(0), huge, entryOf(2)])
        expect(outcomes.map((outcome) => outcome?.status)).toEqual(['sent', 'failed', 'sent'])
        expect(outcomes[1]).toMatchObject({ error: /^it has [\d,]+ bytes, and \S+ / })
        expect(await arrived()).toHaveLength(2)
      })
    },
  )
})

function expectOrder(found: readonly Arrived[], { groups: named }: Target): void {
  const groups = new Set(found.map(({ group }) => group))
  expect(groups.size).toBe(3)
  for (const name of groups) {
    // A blank is no character of a group's name.
    expect(name).toMatch(named ?? /^[0-9a-f]{64}$/)
    const of = found.filter(({ group }) => group === name)
    const order = of.map(({ body }) => Number(body['n']))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  }
}
