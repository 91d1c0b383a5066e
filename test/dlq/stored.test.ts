import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { python, startMoto } from '../testbed/moto.js'

const HOUR_MS = 3_600_000

let at: Stage
beforeEach(() => {
  at = stage()
  at = { ...at, env: { ...at.env, COLUMNS: '100' } }
})
afterEach(() => at.remove())

async function evt(...argv: string[]) {
  const child = startEvt(argv, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:bill:$LATEST'
const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
const numberOf = (n: number) => `49660364403254717${n}`

/** What Lambda leaves of an invocation that it gave up. */
function left(condition: string, hoursAgo: number, more: object): object {
  return {
    ...{ version: '1.0', timestamp: new Date(Date.now() - hoursAgo * HOUR_MS).toISOString() },
    requestContext: { requestId: 'r-1', functionArn, condition, approximateInvokeCount: 3 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    ...more,
  }
}

const order = (n: number) => ({
  ...{ version: '0', id: `e-${n}`, source: 'shop', 'detail-type': 'OrderPlaced' },
  ...{ time: '2026-11-01T10:00:00Z', detail: { orderId: `o-${n}` } },
})

const failed = (n: number, hoursAgo: number) =>
  left('RetriesExhausted', hoursAgo, {
    requestPayload: order(n),
    responsePayload: { errorType: 'PriceError', errorMessage: `no price for ${n}` },
  })

/** A batch of a shard, with its records unless they are too many to be given. */
function batch(first: number, last: number, given = last - first + 1): object {
  const Records = Array.from({ length: given }, (_, n) => ({
    kinesis: {
      ...{ kinesisSchemaVersion: '1.0', partitionKey: `k-${first + n}` },
      sequenceNumber: numberOf(first + n),
      data: Buffer.from(JSON.stringify(order(first + n))).toString('base64'),
      approximateArrivalTimestamp: 1_793_000_000.5,
    },
    ...{ eventSource: 'aws:kinesis', eventID: `shardId-000000000000:${numberOf(first + n)}` },
    ...{ eventName: 'aws:kinesis:record', eventSourceARN: streamArn },
  }))
  return left('RetryAttemptsExhausted', 2, {
    KinesisBatchInfo: {
      ...{ shardId: 'shardId-000000000000', streamArn, batchSize: last - first + 1 },
      ...{ startSequenceNumber: numberOf(first), endSequenceNumber: numberOf(last) },
    },
    ...(given > 0 && { payload: JSON.stringify({ Records }) }),
  })
}

const objects = new Map<string, unknown>([
  ['async/bill/2026/11/26/2026-11-26T10.00.00-1', failed(1, 5)],
  ['async/bill/2026/11/26/2026-11-26T10.00.01-2', failed(2, 30)],
  ['async/bill/2026/11/26/2026-11-26T10.00.02-3', left('EventAgeExceeded', 1, {})],
  ['b8a2/shardId-000000000000/2026/11/26/2026-11-26T12.00.00-4', batch(100, 102)],
  ['b8a2/shardId-000000000000/2026/11/26/2026-11-26T12.00.05-5', batch(101, 101)],
  ['b8a2/shardId-000000000000/2026/11/26/2026-11-26T12.00.06-6', { note: 'none of Lambda' }],
])

function folder(): string {
  for (const [key, value] of objects) {
    const file = join(at.work, 'aws/lambda', key)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(value))
  }
  return 'aws/lambda'
}

test('what Lambda left in files is told by how it failed, and which record is poison', async () => {
  const { exit, out, err } = await evt('dlq', folder(), '-o', 'json')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  const result = JSON.parse(out)
  expect(result).toMatchObject({
    ...{ schema: 'evt.dlq/1', source: 'aws/lambda', queue: null, from: null, seen: 5, others: 1 },
    ...{ partial: false, unseen: 0, ended: null, lossInMs: null, messageGroups: null },
  })
  expect(result.groups).toMatchObject([
    {
      ...{ type: 'OrderPlaced', source: 'shop', messages: 2, receives: { least: 3, most: 3 } },
      failure: { code: 'PriceError', message: 'no price for 1', target: functionArn },
      examples: [
        'aws/lambda/async/bill/2026/11/26/2026-11-26T10.00.00-1',
        'aws/lambda/async/bill/2026/11/26/2026-11-26T10.00.01-2',
      ],
    },
    { type: null, messages: 2, failure: { condition: 'RetryAttemptsExhausted' } },
    { type: null, messages: 1, failure: { condition: 'EventAgeExceeded' } },
  ])
  expect(result.ages.map(({ messages }: { messages: number }) => messages)).toEqual([0, 4, 1, 0])
  const record = (n: number) => ({ sequence: numberOf(n), id: `e-${n}`, type: 'OrderPlaced' })
  expect(result.streams).toMatchObject([
    {
      ...{ kind: 'kinesis', from: numberOf(100), to: numberOf(102), batch: 3, missing: null },
      ...{ recordsFrom: 'payload', records: [record(100), record(101), record(102)] },
      poison: numberOf(101),
    },
    { from: numberOf(101), records: [record(101)], poison: numberOf(101) },
  ])
})

test('as text it says what it is, and that evt replay sends it', async () => {
  const { out } = await evt('dlq', folder())
  expect(out).toMatch(/^aws\/lambda {3}left by Lambda {3}5 invocations {3}as of /)
  expect(out).toMatch(/\nfailures {2}type {17}failed .* called /)
  expect(out).toMatch(/\n {7}1 {2}cannot be decoded {4}EventAgeExceeded: Unhandled /)
  expect(out).toMatch(/PriceError: no price for 1 +bill +3×/)
  expect(out).toContain('! beside them 1 record of something else')
  expect(out).toContain(`! one record blocked the shard: ${numberOf(101)}`)
  expect(out.trimEnd()).toMatch(/next {2}evt replay aws\/lambda --to - --dry-run$/)
  const line = ['replay', 'aws/lambda', '--to', 'again.ndjson', '--yes', '--quiet', '-o', 'json']
  const replayed = JSON.parse((await evt(...line, '--type', 'OrderPlaced')).out)
  // Of the record that is poison both batches tell.
  expect(replayed.sent).toMatchObject({ sent: 6, failed: 0 })
})

test('a limit, what does not go with files, and files of something else', async () => {
  const limited = await evt('dlq', folder(), '--limit', '2', '-o', 'json')
  expect(JSON.parse(limited.out)).toMatchObject({ seen: 2, partial: true, ended: '2 were seen' })
  expect(await evt('dlq', 'aws/lambda', '--to', 'parked/')).toEqual({
    ...{ exit: 2, out: '' },
    err:
      'evt: --to is for queues: what is in aws/lambda stays there\n' +
      '     evt replay aws/lambda sends it\n',
  })
  writeFileSync(join(at.work, 'events.ndjson'), `${JSON.stringify(order(1))}\n`)
  expect(await evt('dlq', 'events.ndjson')).toEqual({
    ...{ exit: 5, out: '' },
    err:
      'evt: there are no dead letters in events.ndjson: 1 record read, of which none is what ' +
      'Lambda leaves\n' +
      '     evt dlq takes sqs://QUEUE, its ARN or its URL, or where Lambda leaves\n' +
      '     what it gave up: s3://BUCKET/PREFIX, or a folder\n',
  })
  writeFileSync(join(at.work, 'aws/lambda/cut.gz'), Buffer.from('1f8b0800000000000003ab56', 'hex'))
  const cut = await evt('dlq', 'aws/lambda', '-o', 'json')
  expect(cut.exit).toBe(3)
  expect(JSON.parse(cut.out)).toMatchObject({ seen: 5, partial: true })
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('in S3', () => {
  test('objects are read, and records that they lack are asked of the stream', async () => {
    const moto = await startMoto()
    try {
      at = { ...at, env: { ...at.env, ...moto.env } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'failures', CreateBucketConfiguration })
      const bare = batch(200, 201, 0)
      for (const [key, value] of [...objects, ['b8a2/bare', bare] as const]) {
        const Key = `aws/lambda/${key}`
        const Body = JSON.stringify(value)
        await moto.call('s3', 'put_object', { Bucket: 'failures', Key, Body })
      }
      const { exit, out, err } = await evt('dlq', 's3://failures/aws/lambda/', '-o', 'json')
      expect({ exit, err }).toEqual({ exit: 0, err: '' })
      const { seen, streams, groups } = JSON.parse(out)
      expect(seen).toBe(6)
      expect(groups[0].examples[0]).toMatch(/^s3:\/\/failures\/aws\/lambda\//)
      expect(streams).toMatchObject([
        { recordsFrom: 'payload', batch: 3, poison: numberOf(101) },
        { recordsFrom: 'payload', batch: 1 },
        { recordsFrom: 'stream', records: null, missing: 'the stream, or the shard, is gone' },
      ])
    } finally {
      await moto.stop()
    }
  })
})
