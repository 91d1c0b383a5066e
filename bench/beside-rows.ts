import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { KinesisDouble } from '../test/testbed/kinesis-double.js'
import { Refusal, StreamModel } from '../test/testbed/stream-model.js'

const SHARD_READS = 5
const SECOND_MS = 1_000
const PUT_EACH_MS = 50

interface Beside {
  evtRun(...args: string[]): readonly string[]
  /** For how long each is measured. */
  seconds: number
}

interface Seen {
  /** From put to received, in the mean. */
  delayMs: number
  records: number
  throttled: number
}

/** The ways evt reads a stream, and what it is heard by that it has begun. */
const ways = [
  ['polls', [], (double: KinesisDouble) => double.count('GetRecords') >= 2],
  ['fan-out', ['--fan-out'], ({ subscriptions }: KinesisDouble) => subscriptions.begun > 0],
] as const

/**
 * A consumer of Kinesis that polls its shard, alone and beside evt, which polls as well or is a
 * consumer of its own: how much later it has records, and how often it is throttled, where a shard
 * gives five reads a second to all.
 */
export async function benchBeside({ evtRun, seconds }: Beside): Promise<void> {
  console.log(`\na consumer of one shard, beside evt, ${seconds} s each`)
  for (const reads of [1, 2, 4]) {
    const alone = await consumed(reads, seconds, undefined)
    const text = ({ delayMs, records, throttled }: Seen) =>
      `${delayMs.toFixed(0)} ms, ${throttled} throttled of ${records} records`
    console.log(`${reads} reads/s: alone ${text(alone)}`)
    for (const [way, flags, hasBegun] of ways) {
      const command = evtRun('tail', 'kinesis://orders', '-o', 'ndjson', ...flags)
      const beside = await consumed(reads, seconds, { command, hasBegun })
      const ratio = (beside.delayMs / alone.delayMs).toFixed(2)
      console.log(`  evt ${way}: ${text(beside)}; ${ratio} times`)
    }
  }
}

interface Other {
  command: readonly string[]
  hasBegun(double: KinesisDouble): boolean
}

async function consumed(reads: number, seconds: number, evt: Other | undefined): Promise<Seen> {
  const model = new StreamModel('orders', 1)
  const double = new KinesisDouble(model)
  await double.start()
  double.fault = limited()
  const other = evt && started(evt.command, double.url)
  // Once it reads, so that both are there for all of the time.
  while (other?.exitCode === null && !evt?.hasBegun(double)) await setTimeout(PUT_EACH_MS)
  if (other && other.exitCode !== null) throw new Error(`evt ended with ${other.exitCode}`)
  const seen: Seen = { delayMs: 0, records: 0, throttled: 0 }
  const endMs = performance.now() + seconds * SECOND_MS
  const producing = produce(model, endMs)
  await consume(double.url, { reads, endMs, seen })
  await producing
  if (other) {
    other.kill('SIGTERM')
    await once(other, 'close')
  }
  await double.stop()
  return { ...seen, delayMs: seen.delayMs / Math.max(1, seen.records) }
}

function started([program = '', ...args]: readonly string[], url: string) {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const env = { ...process.env, ...credentials, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: url }
  return spawn(program, args, { env, stdio: 'ignore' })
}

/** Five reads in any second. */
function limited(): KinesisDouble['fault'] {
  let reads: number[] = []
  return ({ operation, atMs }) => {
    if (operation !== 'GetRecords') return undefined
    reads = reads.filter((one) => one > atMs - SECOND_MS)
    if (reads.length >= SHARD_READS) {
      return new Refusal('ProvisionedThroughputExceededException', 'Rate exceeded for shard')
    }
    reads.push(atMs)
    return undefined
  }
}

async function produce(model: StreamModel, endMs: number): Promise<void> {
  for (let n = 0; performance.now() < endMs; n++) {
    model.put(`k${n}`, JSON.stringify({ id: n, putMs: performance.now() }))
    await setTimeout(PUT_EACH_MS)
  }
}

async function consume(
  url: string,
  { reads, endMs, seen }: { reads: number; endMs: number; seen: Seen },
): Promise<void> {
  const call = async (operation: string, body: object) => {
    const target = { 'x-amz-target': `Kinesis_20131202.${operation}` }
    const headers = { 'content-type': 'application/x-amz-json-1.1', ...target }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return answer.ok ? JSON.parse(await answer.text()) : undefined
  }
  const { Shards } = await call('ListShards', { StreamName: 'orders' })
  const at = { StreamName: 'orders', ShardId: Shards[0].ShardId, ShardIteratorType: 'LATEST' }
  let { ShardIterator } = await call('GetShardIterator', at)
  for (let nextMs = performance.now(); performance.now() < endMs; ) {
    nextMs += SECOND_MS / reads
    const page = await call('GetRecords', { ShardIterator })
    if (page === undefined) seen.throttled += 1
    else ShardIterator = page.NextShardIterator
    for (const { Data } of page?.Records ?? []) {
      const { putMs } = JSON.parse(Buffer.from(Data, 'base64').toString())
      seen.delayMs += performance.now() - putMs
      seen.records += 1
    }
    await setTimeout(Math.max(0, nextMs - performance.now()))
  }
}
