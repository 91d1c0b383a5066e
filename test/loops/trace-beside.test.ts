import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTrace, type TraceRequest } from '../../src/loops/run-trace.js'
import { renderTrace } from '../../src/ui/trace-output.js'
import { describeWith } from '../helpers/needs.js'
import { bodyOf } from '../testbed/body.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

// What AWS knows beside the events of a chain: log lines by moto, X-Ray by a double over the wire.

const timeoutMs = 200_000
/** Logs of longer ago are not taken. */
const START_MS = Math.floor(Date.now() / 1_000) * 1_000 - 7_200_000
const ROOT = '1-6905d1a0-a006649127e371903a2de979'
const GONE = '1-6905d1a1-a006649127e371903a2de979'
const cwd = mkdtempSync(join(tmpdir(), 'evt-trace-beside-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const fields = { id: 'id', type: 'type', time: 'at', causationId: 'cause', traceId: 'trace' }
const maps = Object.entries(fields).map(([field, name]) => `${field}=$.${name}`)

const lines = [
  { id: 'ev-1', type: 'placed', at: 0, trace: `Root=${ROOT};Parent=b;Sampled=1` },
  { id: 'ev-2', type: 'billed', at: 2, cause: 'ev-1', trace: `Root=${ROOT};Lineage=1:a87bd80c:0` },
  { id: 'ev-3', type: 'sent', at: 4, cause: 'ev-2', trace: `Root=${GONE};Lineage=1:a87bd80c:0` },
]

function requestOf(url: string, more: Partial<TraceRequest>): TraceRequest {
  const texts = lines.map(({ at, ...rest }) => {
    return JSON.stringify({ ...rest, at: new Date(START_MS + at * 1_000).toISOString() })
  })
  writeFileSync(join(cwd, 'a.ndjson'), `${texts.join('\n')}\n`)
  return {
    ...{ given: ['a.ndjson'], config: undefined, cwd, env: {}, maps, presets: undefined },
    ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
    ...{ types: [], entities: [], memoryLimitBytes: 1e9, allowPartial: false, id: 'ev-2' },
    ...{ aws: { region: 'eu-west-1', endpointUrl: url }, onProgress: () => {}, ...more },
  }
}

const style = { color: false, unicode: true, width: 160, timeZone: 'UTC' }

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test'
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test'
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('--logs', () => {
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
    const group = { logGroupName: '/shop', logStreamName: 's' }
    await moto.call('logs', 'create_log_group', { logGroupName: '/shop' })
    await moto.call('logs', 'create_log_stream', group)
    const said = [
      [0.5, 'placed ev-1'],
      [2.5, 'ERROR billing of {"id":"ev-2"} failed\n  at bill.js'],
      [3, `a line of the trace ${ROOT}`],
      [3, 'about ev-22, which is another'],
      [-3_600, 'long before: ev-1'],
    ] as const
    const logEvents = said.map(([atS, message]) => ({
      ...{ timestamp: START_MS + atS * 1_000, message },
    }))
    logEvents.sort((a, b) => a.timestamp - b.timestamp)
    await moto.call('logs', 'put_log_events', { ...group, logEvents })
  }, timeoutMs)
  afterAll(() => moto.stop())

  test(
    'lines that carry an id stand beside their events',
    async () => {
      const { result, failure } = await runTrace(requestOf(moto.url, { logs: ['/shop'] }))
      expect(failure).toBeUndefined()
      expect(result.logs?.map(({ event, message }) => [event, message])).toEqual([
        [0, 'placed ev-1'],
        [1, 'ERROR billing of {"id":"ev-2"} failed\n  at bill.js'],
        [1, `a line of the trace ${ROOT}`],
      ])
      expect(result.withoutLineage).toBe(1)
      const text = renderTrace(result, 'text', style)
      expect(text).toMatch(/billed +ev-2\n.*· log: ERROR billing of \{"id":"ev-2"\} failed !\n/)
      expect(text).toContain("so that AWS's own guard against loops is blind: 1")
    },
    timeoutMs,
  )

  test(
    'a group that is not there fails, and the trace is shown all the same',
    async () => {
      const { result, failure } = await runTrace(requestOf(moto.url, { logs: ['/none'] }))
      expect(failure?.message).toMatch(/none/)
      expect(result.events).toHaveLength(3)
      expect(result.partial).toBe(true)
    },
    timeoutMs,
  )
})

/** BatchGetTraces, a page for each segment. */
function startXray(isAllowed: boolean) {
  const asked: object[] = []
  const segment = (name: string, atS: number, more: object) =>
    JSON.stringify({ id: name, name, start_time: START_MS / 1_000 + atS, ...more })
  const pages = [
    segment('billing', 2.25, { end_time: START_MS / 1_000 + 2.75, fault: true }),
    segment('shop', 0, { parent_id: 'client' }),
    'no JSON',
  ]
  const server = createServer(async (request, response) => {
    const { NextToken, ...rest } = JSON.parse(String(await bodyOf(request)))
    asked.push({ path: request.url, ...rest, ...(NextToken && { NextToken }) })
    const page = Number(NextToken ?? 0)
    response.writeHead(isAllowed ? 200 : 403, {
      'content-type': 'application/json',
      ...(isAllowed ? {} : { 'x-amzn-errortype': 'AccessDeniedException' }),
    })
    const Segments = [{ Id: `${page}`, Document: pages[page] }]
    const next = page + 1 < pages.length ? { NextToken: `${page + 1}` } : {}
    const answer = { Traces: [{ Id: ROOT, Segments }], UnprocessedTraceIds: [], ...next }
    response.end(JSON.stringify(isAllowed ? answer : { message: 'may not' }))
  })
  return { server, asked }
}

async function withXray(isAllowed: boolean) {
  const { server, asked } = startXray(isAllowed)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const run = await runTrace(requestOf(`http://127.0.0.1:${port}`, { xray: true }))
  server.closeAllConnections()
  server.close()
  return { ...run, asked }
}

test(
  'segments of X-Ray stand beside the events of their trace',
  async () => {
    const { result, failure, asked } = await withXray(true)
    expect(failure).toBeUndefined()
    expect(asked[0]).toEqual({ path: '/Traces', TraceIds: [ROOT, GONE] })
    expect(asked).toHaveLength(3)
    const { segments = [], missing } = result.xray ?? {}
    expect(segments).toMatchObject([
      { event: 0, name: 'shop', parentId: 'client', durationMs: null, faults: [] },
      { event: 1, name: 'billing', parentId: null, durationMs: 500, faults: ['fault'] },
    ])
    expect(missing).toEqual([GONE])
    const text = renderTrace(result, 'text', style)
    expect(text).toMatch(/· X-Ray: billing 500 ms fault/)
    expect(text).toContain(`traces that X-Ray does not have: ${GONE}`)
  },
  timeoutMs,
)

test(
  'where X-Ray may not be asked that is said, and the trace is shown all the same',
  async () => {
    const { result, failure } = await withXray(false)
    expect(failure?.message).toContain('xray:BatchGetTraces')
    expect(result.events).toHaveLength(3)
    expect(result.partial).toBe(true)
  },
  timeoutMs,
)
