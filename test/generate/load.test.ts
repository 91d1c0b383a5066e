import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SentResult } from '../../src/generate/live/plan.js'
import type { SentTruth } from '../../src/generate/live/truth.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { isLong } from '../helpers/campaign.js'
import { evtProcess, root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type ElasticMq, jars, startElasticMq } from '../testbed/elasticmq.js'

const EVENTS = isLong ? 100_000 : 20_000
const TO = 'sqs://load.fifo'
const faults = ['--duplicates=0.5%', '--conflicts=0.1%', '--reorder=1%', '--loss=0.2%']
const workload = ['--to', TO, '--events', `${EVENTS}`, '--rate=1M/s', ...faults]

/** The fields that both of them know. */
interface Line {
  id: string
  source: string
  type: string
  key: string
  sequence: string | number
  time: string
}
interface Sent extends Line {
  n: number | null
  status: string
  messageId: string
  calledAt: string
  answeredAt: string
}
interface Tailed extends Line {
  receivedAt: string
  stamps: { name: string; time: string }[]
  position: { path: string }
}

const read = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describeWith('ElasticMQ (node scripts/testbed.mjs)', jars !== undefined)('load', () => {
  let sqs: ElasticMq
  let folder: string
  let tailed: Tailed[]
  let sent: Sent[]
  let result: SentResult
  let truth: SentTruth

  const evt = (args: readonly string[], out: string): ChildProcess =>
    spawn(process.execPath, [`${root}bin/run.js`, ...args], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: '', ...sqs.env },
      stdio: ['ignore', openSync(join(folder, out), 'w'), 'inherit'],
    })

  beforeAll(async () => {
    sqs = await startElasticMq()
    folder = mkdtempSync(join(tmpdir(), 'evt-load-'))
    const made = 'Action=CreateQueue&QueueName=load.fifo&Attribute.1.Name=FifoQueue'
    await fetch(`${sqs.url}/?${made}&Attribute.1.Value=true`)
    const planned = evtProcess(['generate', ...workload, '--dry-run', '--json'], {
      ...{ env: { ...sqs.env }, cwd: folder },
    })
    const { messages } = JSON.parse(planned.stdout)
    const startedMs = performance.now()
    const send = evt(['generate', ...workload, '--yes', '--json'], 'sent.json')
    const maps = ['time', 'key', 'sequence'].flatMap((field) => ['--map', `${field}=${at[field]}`])
    const how = ['--intrusive=fifo', '--consume', '-o', 'ndjson', '--quiet']
    const tail = evt(['tail', TO, ...how, ...maps, '--limit', `${messages}`], 'tail.ndjson')
    const codes = await Promise.all([send, tail].map((child) => once(child, 'exit')))
    expect(codes.map(([code]) => code)).toEqual([0, 0])
    const seconds = (performance.now() - startedMs) / 1_000
    result = JSON.parse(readFileSync(join(folder, 'sent.json'), 'utf8'))
    console.log(
      `${messages} messages in ${seconds.toFixed(1)} s, ${(messages / seconds).toFixed(0)}/s; ` +
        `sent at ${result.ratePerSecond.reached?.toFixed(0)}/s`,
    )
    tailed = read(join(folder, 'tail.ndjson'))
    const ledger = read<Sent>(join(folder, 'ledger', 'ledger.ndjson'))
    sent = ledger.filter(({ status }) => status === 'sent')
    expect(ledger.filter(({ status }) => status === 'lost')).toHaveLength(result.planted.lost)
    truth = JSON.parse(readFileSync(join(folder, 'ledger', 'truth.json'), 'utf8'))
  }, 600_000)
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await sqs.stop()
  })

  const messageOf = ({ position: { path } }: Tailed) => path.slice(path.lastIndexOf('/') + 1)

  test('every message that the producer sent is seen once, with what it says', () => {
    expect(result.messages).toMatchObject({ failed: 0, notSent: 0, sent: tailed.length })
    expect(sent).toHaveLength(tailed.length)
    expect(truth.total.events).toBe(tailed.length)
    const seen = new Map(tailed.map((line) => [messageOf(line), line]))
    expect(seen.size).toBe(tailed.length)
    for (const { messageId, id, source, type, key, sequence, time } of sent) {
      expect(seen.get(messageId)).toMatchObject({
        ...{ id, source, type, key, sequence: `${sequence}`, time },
      })
    }
  })

  test('in each group they come in the order in which they were sent', () => {
    const order = (lines: readonly { key: string; message: string }[]) => {
      const byKey: Record<string, string[]> = {}
      for (const { key, message } of lines) {
        byKey[key] ??= []
        byKey[key].push(message)
      }
      return byKey
    }
    const inOrder = [...sent].sort((a, b) => (a.n ?? 0) - (b.n ?? 0))
    expect(order(tailed.map((line) => ({ key: line.key, message: messageOf(line) })))).toEqual(
      order(inOrder.map(({ key, messageId }) => ({ key, message: messageId }))),
    )
    const greatest = new Map<string, number>()
    const ids = new Set<string>()
    let reordered = 0
    for (const { id, key, sequence } of tailed) {
      if (ids.has(id)) continue
      ids.add(id)
      const before = greatest.get(key) ?? 0
      if (Number(sequence) < before) reordered += 1
      greatest.set(key, Math.max(before, Number(sequence)))
    }
    expect(truth.total).toMatchObject({ distinct: ids.size, ordering: { reordered } })
    expect(reordered).toBe(result.planted.reordered)
    expect(reordered).toBeGreaterThan(EVENTS / 500)
  })

  test('latencies are those between the ledger and the queue', () => {
    const sends = new Map(sent.map((line) => [line.messageId, line]))
    const [ofTap, ofLedger] = [new LatencyHistogram(), new LatencyHistogram()]
    for (const line of tailed) {
      const { time = '', calledAt, answeredAt } = sends.get(messageOf(line)) ?? {}
      const stamp = line.stamps.find(({ name }) => name === 'SentTimestamp')?.time ?? ''
      expect([calledAt, stamp, answeredAt]).toEqual([calledAt, stamp, answeredAt].sort())
      ofTap.record(us(line.receivedAt) - us(line.time))
      ofLedger.record(us(stamp) - us(time))
    }
    expect(ofTap.figures()).toEqual(ofLedger.figures())
    expect(ofTap.figures().count).toBe(tailed.length)
  })
})

const at: Readonly<Record<string, string>> = {
  time: '$.detail.metadata.occurredAt',
  key: '$.detail.jobAdId',
  sequence: '$.detail.metadata.sequence',
}

function us(text: string): number {
  return Date.parse(text) * 1_000
}
