import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LiveReconcileRequest, reconcileLive } from '../../src/reconcile/live.js'
import { acknowledgedWords } from '../../src/reconcile/sent-status.js'

const timeoutMs = 100_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-reconcile-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const maps = ['id=$.id', 'type=$.type', 'time=$.time', 'receivedAt=$.at']

function request(more: Partial<LiveReconcileRequest> = {}): LiveReconcileRequest {
  return {
    stages: [
      { name: 'sent', given: ['sent.ndjson'], maps: [...maps, 'sentStatus=$.status'] },
      { name: 'received', given: ['got.ndjson'], maps },
    ],
    choices: {
      ...{ graceUs: 30e6, windowUs: null, types: [], identity: 'source+id', allowPartial: false },
      ...{ acknowledged: acknowledgedWords, memoryLimitBytes: 500e6 },
    },
    ...{ range: { sinceUs: null, untilUs: null }, start: 'beginning', follow: false },
    ...{ presets: undefined, config: undefined, cwd: folder, env: {}, grep: undefined },
    ...{ limit: null, durationMs: null, redact: [], consents: new Set(), filter: undefined },
    stdin: (async function* () {})(),
    nowMs: () => Date.UTC(2026, 10, 1, 10, 1),
    signal: new AbortController().signal,
    onNote: () => undefined,
    onOpen: () => undefined,
    ...more,
  }
}

function write(name: string, ...events: object[]): void {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  writeFileSync(join(folder, name), text)
}

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1, 10) + seconds * 1_000).toISOString()

test(
  'what was sent can be received until now',
  async () => {
    write(
      'sent.ndjson',
      { id: '1', type: 't', time: at(0), status: null },
      { id: '2', type: 't', time: at(0), status: 'ok' },
      { id: '3', type: 't', time: at(59), status: 'ok' },
    )
    write('got.ndjson', { id: '1', type: 't', at: at(1) }, { id: '9', type: 't', at: at(2) }, {})
    const { result, failure } = await reconcileLive(request())
    expect(failure).toBeUndefined()
    expect(result.end).toEqual({ time: '2026-11-01T10:01:00.000Z', by: 'now' })
    expect(result.total).toEqual({
      ...{ sent: 3, received: 2, lost: 1, unexpected: 1, duplicated: 0, late: 0, recovered: 1 },
      ...{ inFlight: 1, lostUnacknowledged: 0 },
    })
    const shown = result.findings.map(({ kind, witnesses }) => [
      kind,
      ...witnesses.map(({ position, id }) => `${id} ${position?.path}:${position?.record}`),
    ])
    expect(shown).toEqual([
      ['lost', '2 sent.ndjson:2'],
      ['unexpected', '9 got.ndjson:2'],
      ['recovered', '1 sent.ndjson:1', '1 got.ndjson:1'],
      ['inFlight', '3 sent.ndjson:3'],
      ['noIdentity', 'null got.ndjson:3'],
    ])
  },
  timeoutMs,
)

test(
  'an interruption ends both sides, and the result is partial',
  async () => {
    write('sent.ndjson', { id: '1', type: 't', time: at(0) })
    write('got.ndjson', { id: '1', type: 't', at: at(1) })
    const stop = new AbortController()
    const follow = request({ follow: true, signal: stop.signal, pollMs: 20 })
    let reads = 0
    const nowMs = () => {
      reads += 1
      // Both events have been seen.
      if (reads === 2) stop.abort()
      return Date.UTC(2026, 10, 1, 10, 1)
    }
    const { result, failure } = await reconcileLive({ ...follow, nowMs })
    expect(result.partial).toBe(true)
    expect(failure?.code).toBe('interrupted')
  },
  timeoutMs,
)

test(
  'places on the way are set beside each other as it comes, too',
  async () => {
    write('sent.ndjson', ...['1', '2', '3'].map((id) => ({ id, type: 't', time: at(0) })))
    write('bus.ndjson', ...['1', '2'].map((id) => ({ id, type: 't', time: at(0), at: at(1) })))
    write('got.ndjson', { id: '1', type: 't', time: at(0), at: at(2) })
    const asked = request()
    const [first, last] = asked.stages
    if (!first || !last) throw new Error('there are two stages')
    const bus = { ...last, name: 'bus', given: ['bus.ndjson'] }
    const { result } = await reconcileLive({ ...asked, stages: [first, bus, last] })
    expect(result.total).toMatchObject({ sent: 3, received: 1, lost: 2 })
    expect(result.hops?.map(({ from, to, total: { lost } }) => [from, to, lost])).toEqual([
      ['sent', 'bus', 1],
      ['bus', 'received', 1],
    ])
  },
  timeoutMs,
)
