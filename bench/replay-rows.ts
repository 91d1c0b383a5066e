import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contender, Measured } from './measure.js'
import { report } from './report.js'

interface ReplayBench {
  root: string
  evtRun(...args: string[]): Contender['command']
  events: number
  rounds: number
}

const PACED = 500
const SPACING_MS = 10
const P99 = 0.99

/** What evt sends to a queue that answers at once, beside a bare loop; and how well it keeps the
 * pace of what came. */
export async function benchReplay({ root, evtRun, events, rounds }: ReplayBench): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'evt-bench-replay-'))
  const queue = await startQueue()
  try {
    const file = join(folder, 'o.ndjson')
    const how = ['--to', `${queue.url}/123456789012/orders`, '--yes', '--no-mark', '-o', 'json']
    const run = (source: string, ...more: string[]) => {
      const journal = ['--journal', join(folder, `${performance.now()}.ndjson`)]
      const time = ['--map', 'receivedAt=$.receivedAt']
      return told(evtRun('replay', source, ...how, ...journal, ...time, ...more))
    }
    writeEvents(file, events, 1)
    const [evt, floor]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const loop = [`${root}bench/send-loop.mjs`, file, queue.url]
      floor.push(Number(await told([process.execPath, ...loop])))
      evt.push(JSON.parse(await run(file)).sent.durationMs)
    }
    const paced = join(folder, 'paced.ndjson')
    writeEvents(paced, PACED, SPACING_MS)
    queue.times.length = 0
    await run(paced, '--speed', '1x')
    const [a, b] = [measured('evt', median(evt)), measured('loop', median(floor))]
    const off = measured('pace', quantile(errorsOf(queue.times), P99))
    report(
      [
        { what: 'sending, against a bare loop of the SDK', ...{ a, b, limit: 1.25 } },
        {
          what: `p99 of the error of --speed 1x, an event each ${SPACING_MS} ms`,
          ...{ a: off, b: measured('none', 0), limitMs: 50 },
        },
      ],
      `${events.toLocaleString('en')} events to a local queue`,
    )
  } finally {
    queue.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeEvents(file: string, events: number, spacingMs: number): void {
  const lines = Array.from({ length: events }, (_, n) => {
    const receivedAt = new Date(1.79e12 + n * spacingMs).toISOString()
    return JSON.stringify({ id: `e-${n}`, type: 'order.placed', receivedAt, text: 'x'.repeat(300) })
  })
  writeFileSync(file, `${lines.join('\n')}\n`)
}

/** A queue that has everything, and when it came. */
async function startQueue() {
  const times: number[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { Entries } = JSON.parse(text)
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    if (!Entries) {
      const Attributes = { QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:orders' }
      return void response.end(JSON.stringify({ Attributes }))
    }
    const Successful = (Entries as { Id: string; MessageBody: string }[]).map((entry) => {
      times.push(performance.now())
      const MD5OfMessageBody = createHash('md5').update(entry.MessageBody).digest('hex')
      return { Id: entry.Id, MessageId: `m-${times.length}`, MD5OfMessageBody }
    })
    response.end(JSON.stringify({ Successful }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    times,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What a process prints. */
async function told([program, ...args]: Contender['command']): Promise<string> {
  const aws = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-west-1' }
  const env = { ...process.env, ...aws }
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (part) => {
    text += part
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return text
}

function errorsOf(times: readonly number[]): number[] {
  const [first = 0] = times
  return times.map((at, n) => Math.abs(at - first - n * SPACING_MS))
}

function measured(name: string, ms: number): Measured {
  return { name, wallS: ms / 1_000, cpuS: Number.NaN, peakMb: Number.NaN, failed: false }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
