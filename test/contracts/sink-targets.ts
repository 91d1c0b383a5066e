import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { CalledDouble } from '../testbed/called-double.js'
import type { Moto } from '../testbed/moto.js'

/** What a queue that receives everything gives of a message. */
export interface Arrived {
  readonly messageId: string
  readonly body: Record<string, unknown>
  readonly group: string | undefined
}

/** How a target of a kind is made, and what arrives there, as an independent client sees it. */
export interface Target {
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

/** What the targets stand in, once it is there. */
export const bed = {} as { moto: Moto; called: CalledDouble; folder: string } // by beforeAll

async function queue(name: string): Promise<{ url: string; arn: string }> {
  const isFifo = name.endsWith('.fifo')
  const made = { QueueName: name, ...(isFifo ? { Attributes: { FifoQueue: 'true' } } : {}) }
  const { QueueUrl } = await bed.moto.call('sqs', 'create_queue', made)
  const asked = { QueueUrl, AttributeNames: ['QueueArn'] }
  const { Attributes } = await bed.moto.call('sqs', 'get_queue_attributes', asked)
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
    const { Messages = [] } = await bed.moto.call('sqs', 'receive_message', ask)
    const messages = Messages as BotoMessage[]
    if (messages.length === 0) return all
    all.push(...messages)
    for (const { ReceiptHandle } of messages) {
      await bed.moto.call('sqs', 'delete_message', { QueueUrl: url, ReceiptHandle })
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
      const { TopicArn } = await bed.moto.call('sns', 'create_topic', { Name: name, ...more })
      await bed.moto.call('sns', 'subscribe', { TopicArn, Protocol: 'sqs', Endpoint: arn })
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
    await bed.moto.call('events', 'create_event_bus', { Name: 'orders' })
    const rule = { Name: 'all', EventBusName: 'orders' }
    await bed.moto.call('events', 'put_rule', { ...rule, EventPattern: '{"source":["shop"]}' })
    const targets = { Rule: 'all', EventBusName: 'orders', Targets: [{ Id: 'q', Arn: arn }] }
    await bed.moto.call('events', 'put_targets', targets)
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
    await bed.moto.call('kinesis', 'create_stream', { StreamName, ShardCount: 2 })
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
  const { Shards } = await bed.moto.call('kinesis', 'list_shards', { StreamName })
  for (const { ShardId } of Shards as { ShardId: string }[]) {
    const asked = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    const { ShardIterator } = await bed.moto.call('kinesis', 'get_shard_iterator', asked)
    const { Records } = await bed.moto.call('kinesis', 'get_records', { ShardIterator })
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
      return isHttp ? `${bed.called.url}/events` : 'lambda://orders'
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
      bed.called.taken.length = 0
      return {
        arrived: async () =>
          bed.called.taken.map(({ id, body }) => {
            const read = JSON.parse(body)
            return { messageId: id, body: read, group: `k ${read.n % 3}` }
          }),
      }
    },
  }
}

const fileTarget: Target = {
  get address() {
    return join(bed.folder, 'orders.ndjson')
  },
  ...{ name: 'a file', isFifo: false, isLocal: true, count: 25 },
  get missing() {
    return join(bed.folder, 'nowhere', 'orders.ndjson')
  },
  get absent() {
    return `cannot write to ${this.missing}: its folder is not there`
  },
  async make() {
    rmSync(join(bed.folder, 'orders.ndjson'), { force: true })
    return {
      async arrived() {
        const text = readFileSync(join(bed.folder, 'orders.ndjson'), 'utf8')
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

export const stdoutTarget: Target = {
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

export const targets: Readonly<Record<string, readonly Target[]>> = {
  sqs: [sqsTarget('orders'), sqsTarget('orders.fifo')],
  sns: [snsTarget('orders'), snsTarget('orders.fifo')],
  eventbridge: [busTarget],
  kinesis: [streamTarget],
  http: [calledTarget('http')],
  lambda: [calledTarget('lambda')],
  file: [fileTarget],
  stdout: [stdoutTarget],
}
