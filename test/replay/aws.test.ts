import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

let moto: Moto
let at: Stage

async function evt(...args: string[]) {
  const child = startEvt(args, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

function write(...events: object[]): void {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`)
  writeFileSync(join(at.work, 'o.ndjson'), lines.join(''))
}

async function warnings(...args: string[]) {
  const run = await evt('replay', 'o.ndjson', '--dry-run', '-o', 'json', ...args)
  expect(run).toMatchObject({ exit: 0, err: '' })
  const found: { kind: string; explain: string }[] = JSON.parse(run.out).warnings
  const ofOthers = ['fanOut', 'unguarded', 'fanOutUnknown']
  return found.filter(({ kind }) => ofOthers.includes(kind)).map(({ explain }) => explain)
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('with AWS', () => {
  beforeAll(async () => {
    moto = await startMoto()
  }, 100_000)
  afterAll(() => moto.stop())
  beforeEach(async () => {
    await moto.reset()
    at = stage(moto.env)
  })
  afterEach(() => at.remove())

  test('bodies too large are put in a bucket, and found again by the pointer', async () => {
    const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    write({ id: 'e-1', text: 'small' }, { id: 'e-2', text: 'ä'.repeat(1_000_000) })
    const to = ['replay', 'o.ndjson', '--to', 'sqs://orders', '--yes', '--map', 'id=$.id']
    expect(await evt(...to, '--quiet')).toMatchObject({ exit: 2 })
    const claiming = ['--claim-check', 's3://claims/big/', '--name', 'again']
    const refused = await evt(...to, '--quiet', ...claiming)
    expect(refused.exit).not.toBe(0)
    expect(refused.err).toMatch(/^evt: there is no bucket claims/)
    await moto.call('s3', 'create_bucket', {
      ...{ Bucket: 'claims' },
      CreateBucketConfiguration: { LocationConstraint: moto.region },
    })
    const sent = await evt(...to, ...claiming)
    expect(sent.exit).toBe(0)
    expect(sent.err).toContain(
      '! 1 event has a body too large for the target, put in s3://claims/big/\n',
    )
    const { Messages } = await moto.call('sqs', 'receive_message', {
      ...{ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 },
      MessageAttributeNames: ['All'],
    })
    const messages = Messages as { Body: string; MessageAttributes: Record<string, unknown> }[]
    const large = messages.find(({ Body }) => Body.startsWith('['))
    expect(JSON.parse(large?.Body ?? '')).toEqual([
      'software.amazon.payloadoffloading.PayloadS3Pointer',
      { s3BucketName: 'claims', s3Key: expect.stringMatching(/^big\/[0-9a-f]{64}$/) },
    ])
    expect(large?.MessageAttributes['ExtendedPayloadSize']).toMatchObject({
      ...{ DataType: 'Number', StringValue: '2000022' },
    })
    writeFileSync(join(at.work, 'sent.ndjson'), `${JSON.stringify(large)}\n`)
    const read = ['sent.ndjson', '--map', 'id=$.id', '--follow-claims', 's3', '-o', 'csv']
    const sql = 'select id, length(payload) as size from events'
    expect(await evt('query', '--sql', sql, ...read)).toMatchObject({
      out: 'id,size\ne-2,1000022\n',
    })
  }, 100_000)

  test('what a bus and a topic hand on stands in the plan', async () => {
    write({ id: 'e-1', source: 'shop', 'detail-type': 'order.placed', detail: {}, version: '0' })
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const rule = async (Name: string, pattern: object, State = 'ENABLED') => {
      const EventPattern = JSON.stringify(pattern)
      await moto.call('events', 'put_rule', { Name, EventBusName: 'shop', EventPattern, State })
    }
    await rule('bill', { source: ['shop'] })
    await rule('audit', { source: ['shop'], detail: { 'replay-name': [{ exists: false }] } })
    await rule('off', { source: ['shop'] }, 'DISABLED')
    const handed = 'the bus shop in eu-west-1 hands them on to audit, bill'
    expect(await warnings('--to', 'eventbridge://shop')).toEqual([
      handed,
      'a rule has no pattern that leaves out replays by detail.replay-name: bill',
    ])
    expect(await warnings('--to', 'eventbridge://shop', '--no-mark')).toEqual([handed])
    const { TopicArn } = await moto.call('sns', 'create_topic', { Name: 'orders' })
    const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: 'bills' })
    expect(QueueUrl).toContain('bills')
    await moto.call('sns', 'subscribe', {
      ...{ TopicArn, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:eu-west-1:123456789012:bills' },
    })
    expect(await warnings('--to', String(TopicArn))).toEqual([
      'the topic orders in eu-west-1 hands them on to bills',
    ])
  }, 100_000)

  test('templates tell it where AWS does not', async () => {
    write({ id: 'e-1' })
    await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    const template = {
      Resources: {
        Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
        Bill: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'bill' } },
        Reads: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { EventSourceArn: { 'Fn::GetAtt': 'Orders.Arn' }, FunctionName: 'bill' },
        },
      },
    }
    writeFileSync(join(at.work, 't.json'), JSON.stringify(template))
    expect(await warnings('--to', 'sqs://orders', '--topology', 't.json')).toEqual([
      'the queue orders in eu-west-1 hands them on to bill',
    ])
    await moto.call('sqs', 'create_queue', { QueueName: 'others' })
    expect(await warnings('--to', 'sqs://others', '--topology', 't.json')).toEqual([
      'who gets what is sent is not known: t.json does not declare the queue others in eu-west-1',
    ])
  }, 100_000)
})
