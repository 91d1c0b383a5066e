import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { runTrace, type TraceRequest } from '../../src/loops/run-trace.js'
import { logsOf } from '../../src/loops/trace-logs.js'
import type { TracedEvent } from '../../src/loops/trace-result.js'
import { renderTrace } from '../../src/ui/trace-output.js'
import { evt } from '../helpers/cli.js'
import { startBeside } from '../testbed/beside-double.js'

// What AWS does not tell of a chain, or tells badly: the rest stands, and what is missing is named.

const timeoutMs = 200_000
const START_MS = Date.UTC(2026, 10, 1, 10)
const cwd = mkdtempSync(join(tmpdir(), 'evt-trace-gaps-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const fields = { id: 'id', type: 'type', time: 'at', causationId: 'cause', traceId: 'trace' }
const maps = Object.entries(fields).map(([field, name]) => `${field}=$.${name}`)

interface Step {
  id: string
  atS: number
  cause?: string | undefined
  trace?: string
}

function write(steps: readonly Step[]): void {
  const lines = steps.map(({ atS, ...rest }) => {
    return JSON.stringify({ type: 'step', ...rest, at: new Date(ms(atS)).toISOString() })
  })
  writeFileSync(join(cwd, 'a.ndjson'), `${lines.join('\n')}\n`)
}

const ms = (atS: number) => START_MS + atS * 1_000
const rootText = (n: number) => `1-6905d1a0-${n.toString(16).padStart(24, '0')}`

type Beside = Parameters<typeof startBeside>
let double: Awaited<ReturnType<typeof startBeside>> | undefined
afterEach(() => {
  double?.stop()
  double = undefined
  vi.unstubAllEnvs()
})

async function started(groups: Beside[0], traces: Beside[1] = {}) {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
  double = await startBeside(groups, traces)
  return double
}

function traced(id: string, url: string, more: Partial<TraceRequest>) {
  return runTrace({
    ...{ given: ['a.ndjson'], config: undefined, cwd, env: {}, maps, presets: undefined },
    ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
    ...{ types: [], entities: [], memoryLimitBytes: 1e9, allowPartial: false, id },
    ...{ aws: { region: 'eu-west-1', endpointUrl: url }, onProgress: () => {}, ...more },
  })
}

const style = { color: false, unicode: true, width: 200, timeZone: 'UTC' }
const two: Step[] = [
  { id: 'ev-1', atS: 0, trace: rootText(1) },
  { id: 'ev-2', atS: 2, cause: 'ev-1', trace: rootText(1) },
]

test(
  'a group that may not be read or is not there takes no lines from the others',
  async () => {
    write(two)
    const { url } = await started({
      '/may-not': { lines: [], refusal: 'AccessDeniedException' },
      '/shop': { lines: [{ atMs: ms(1), message: 'made ev-1' }] },
    })
    const groups = ['/may-not', '/none', '/shop', '/shop']
    const { result, failure } = await traced('ev-1', url, { logs: groups })
    expect(result.logs?.map(({ message }) => message)).toEqual(['made ev-1'])
    expect(result.partial).toBe(true)
    expect(result.gaps).toHaveLength(2)
    expect(result.gaps?.[0]).toContain('/may-not')
    expect(result.gaps?.[1]).toContain('/none')
    expect(failure?.message).toBe(result.gaps?.[0])
    const text = renderTrace(result, 'text', style)
    for (const gap of result.gaps ?? []) expect(text).toContain(gap.slice(0, 60))
    expect(text).toContain('partial')
    expect(text).toContain('· log: made ev-1')
  },
  timeoutMs,
)

test(
  'on the command line it is exit 3, with the tree, its lines and what is missing on stdout',
  async () => {
    write(two)
    const { url } = await started({
      '/may-not': { lines: [], refusal: 'AccessDeniedException' },
      '/shop': { lines: [{ atMs: ms(1), message: 'made ev-1' }] },
    })
    const beside = ['--logs', '/may-not', '--logs', '/shop']
    const aws = ['--endpoint-url', url, '--region', 'eu-west-1']
    const mapped = maps.flatMap((map) => ['--map', map])
    const archive = join(cwd, 'a.ndjson')
    const ran = await evt(['trace', 'ev-1', archive, ...mapped, ...beside, ...aws, '-o', 'json'])
    expect(ran.code).toBe(3)
    const said = JSON.parse(ran.stdout)
    expect(said).toMatchObject({ partial: true, logs: [{ event: 0, message: 'made ev-1' }] })
    expect(said.gaps).toHaveLength(1)
    expect(JSON.parse(ran.stderr).error.message).toBe(said.gaps[0])
  },
  timeoutMs,
)

test(
  'ids with quotes and backslashes are looked for, as they are and as JSON writes them',
  async () => {
    const odd = 'a"b\\c'
    write([
      { id: odd, atS: 0 },
      { id: 'ev-2', atS: 2, cause: odd },
    ])
    const { url } = await started({
      '/shop': {
        lines: [
          { atMs: ms(0.5), message: `plain ${odd} there` },
          { atMs: ms(1), message: JSON.stringify({ id: odd }) },
          { atMs: ms(1.5), message: 'a"b\\cd is another' },
        ],
      },
    })
    const { result, failure } = await traced('ev-2', url, { logs: ['/shop'] })
    expect(failure).toBeUndefined()
    expect(result.logs?.map(({ event, message }) => [event, message])).toEqual([
      [0, `plain ${odd} there`],
      [0, JSON.stringify({ id: odd })],
    ])
    expect(result).toMatchObject({ gaps: [], partial: false })
  },
  timeoutMs,
)

test(
  'ids that no pattern can have are named, and the others are looked for',
  async () => {
    const long = 'x'.repeat(1_100)
    write([
      { id: 'a\u0000b', atS: 0 },
      { id: long, atS: 1, cause: 'a\u0000b' },
      { id: 'c', atS: 2, cause: long },
    ])
    const { url } = await started({ '/shop': { lines: [{ atMs: ms(2), message: 'c' }] } })
    const { result } = await traced('c', url, { logs: ['/shop'] })
    expect(result.logs).toMatchObject([{ event: 2, message: 'c' }])
    expect(result.gaps).toHaveLength(2)
    expect(result.gaps?.[0]).toContain('the id a\u0000b may be missing')
    expect(result.gaps?.[1]).toContain(`the id ${'x'.repeat(100)} may be missing`)
    expect(renderTrace(result, 'text', style)).not.toContain('\u0000')
    expect(result.partial).toBe(true)
  },
  timeoutMs,
)

function eventOf(id: string, atS: number, traceId: string | null = null): TracedEvent {
  return {
    ...{ id, source: '', type: 'step', correlationId: null, causationId: null, traceId },
    ...{ entities: [], position: { path: 'a', record: 1 }, receivedAt: null, depth: 0 },
    ...{ time: new Date(ms(atS)).toISOString(), cause: null, isCritical: false },
    ...{ afterCauseMs: null, afterFirstMs: null },
  }
}

const asking = (url: string) => ({
  aws: { region: 'eu-west-1', endpointUrl: url },
  signal: new AbortController().signal,
})

test(
  'a group whose pages do not end is left after so many calls, and the next is asked',
  async () => {
    const { url, asked } = await started({
      '/endless': { lines: [], isEndless: true },
      '/shop': { lines: [{ atMs: ms(1), message: 'ev-1' }] },
    })
    const events = [eventOf('ev-1', 0)]
    const given = { ...asking(url), mostCalls: 7 }
    const { found, gaps, failure } = await logsOf(events, ['/endless', '/shop'], given)
    expect(asked.map(({ group }) => group)).toEqual([...Array(7).fill('/endless'), '/shop'])
    expect(found.map(({ message }) => message)).toEqual(['ev-1'])
    expect(gaps).toEqual(['the search in /endless stopped after 7 calls, before its end'])
    expect(failure).toBeUndefined()
  },
  timeoutMs,
)

test(
  'a thousand lines are kept, and that there may be more is said',
  async () => {
    const lines = Array.from({ length: 1_500 }, (_, n) => {
      return { atMs: ms(n / 100), message: `ev-1 line ${n}` }
    })
    const { url, asked } = await started({ '/shop': { lines, pageSize: 100 } })
    const { found, gaps } = await logsOf([eventOf('ev-1', 0)], ['/shop'], asking(url))
    expect(found.map(({ message }) => message)).toEqual(
      lines.slice(0, 1_000).map(({ message }) => message),
    )
    expect(asked).toHaveLength(10)
    expect(gaps).toEqual(['there may be more lines than 1000 in /shop, where the search stopped'])
  },
  timeoutMs,
)

test(
  'ids of hundreds of events go into as many patterns as CloudWatch takes',
  async () => {
    const events = Array.from({ length: 300 }, (_, n) => eventOf(`"quoted" ${n}`, n))
    const lines = events.map(({ id }, n) => ({ atMs: ms(n), message: `did ${id}.` }))
    const { url, asked } = await started({ '/shop': { lines } })
    const { found, gaps, failure } = await logsOf(events, ['/shop'], asking(url))
    expect(failure).toBeUndefined()
    expect(gaps).toEqual([])
    expect(found.map(({ event }) => event)).toEqual(events.map((_, n) => n))
    // The double takes none of more than 1,024 characters.
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.length).toBeLessThan(25)
  },
  timeoutMs,
)

test(
  'a line of a trace stands beside what was last in time, not last in the tree',
  async () => {
    const trace = rootText(7)
    const events = [eventOf('a', 0, trace), eventOf('b', 9, trace), eventOf('c', 3, trace)]
    const lines = [
      { atMs: ms(4), message: `of ${trace}` },
      { atMs: ms(-2), message: `before ${trace}` },
      { atMs: ms(20), message: `of ${trace} and c` },
    ]
    const { url } = await started({ '/shop': { lines } })
    const { found } = await logsOf(events, ['/shop'], asking(url))
    expect(found.map(({ event, message }) => [message, event])).toEqual([
      [`before ${trace}`, 0],
      [`of ${trace}`, 2],
      [`of ${trace} and c`, 2],
    ])
  },
  timeoutMs,
)

const segment = (name: unknown, atS: number, more: object = {}) => {
  return JSON.stringify({ id: 'f', name, start_time: ms(atS) / 1_000, ...more })
}

test(
  'documents that are no segments are none, and hostile names are shown as what they are',
  async () => {
    write(two)
    const documents = [
      ...['null', '[]', '7', '"text"', '{', '', '{"__proto__":{"name":"x","start_time":1}}'],
      ...[segment(7, 0), segment('late', 1e300), segment('huge', 0, { start_time: 1e300 })],
      segment('\u001b[31mred\u202e', 1, { end_time: 'soon', fault: 'yes', error: true }),
      segment('n'.repeat(5_000), 2, { end_time: ms(3) / 1_000, id: 7 }),
    ]
    const { url } = await started({}, { documents: { [rootText(1)]: documents } })
    const { result, failure } = await traced('ev-1', url, { xray: true })
    expect(failure).toBeUndefined()
    expect(result.xray?.segments).toMatchObject([
      { event: 0, name: '\u001b[31mred\u202e', durationMs: null, faults: ['error'] },
      { event: 1, id: null, durationMs: 1_000, faults: [] },
    ])
    expect(result).toMatchObject({ gaps: [], partial: false })
    const text = renderTrace(result, 'text', style)
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('\u202e')
    expect(text).not.toContain('n'.repeat(201))
  },
  timeoutMs,
)

test(
  'what X-Ray leaves unprocessed is asked once more, and then is no trace that it does not have',
  async () => {
    const ids = [1, 2, 3].map(rootText)
    write(
      ids.map((trace, n) => ({ id: `e${n}`, atS: n, trace, cause: n === 0 ? undefined : 'e0' })),
    )
    const documents = { [rootText(2)]: [segment('second', 1)] }
    const unprocessed = { [rootText(2)]: 1, [rootText(3)]: 2 }
    const { url, asked } = await started({}, { documents, unprocessed })
    const { result, failure } = await traced('e0', url, { xray: true })
    expect(asked.map(({ traceIds }) => traceIds)).toEqual([ids, ids.slice(1)])
    expect(failure).toBeUndefined()
    expect(result.xray?.segments).toMatchObject([{ name: 'second' }])
    expect(result.xray?.missing).toEqual([rootText(1)])
    expect(result.gaps).toEqual([`X-Ray did not look for some traces: ${rootText(3)}`])
    expect(result.partial).toBe(true)
  },
  timeoutMs,
)

test(
  'what X-Ray told before it refused is kept, and what it was not asked is named',
  async () => {
    const ids = Array.from({ length: 12 }, (_, n) => rootText(n))
    write(
      ids.map((trace, n) => ({ id: `e${n}`, atS: n, trace, cause: n === 0 ? undefined : 'e0' })),
    )
    const documents = { [rootText(0)]: [segment('first', 0)] }
    const { url } = await started({}, { documents, refusesFrom: 2 })
    const { result, failure } = await traced('e0', url, { xray: true })
    expect(failure?.message).toContain('xray:BatchGetTraces')
    expect(result.xray?.segments).toMatchObject([{ name: 'first' }])
    expect(result.xray?.missing).toEqual(ids.slice(1, 5))
    expect(result.gaps?.[0]).toBe(failure?.message)
    expect(result.gaps?.[1]).toContain(rootText(5))
    expect(result.gaps?.[1]).not.toContain(rootText(4))
  },
  timeoutMs,
)

test(
  'X-Ray is asked about a thousand traces at most, however their ids are written',
  async () => {
    const trace = (n: number) => (n === 0xab ? rootText(n).toUpperCase() : rootText(n))
    const steps = Array.from({ length: 1_100 }, (_, n) => {
      return { id: `e${n}`, atS: n, trace: trace(n), cause: n === 0 ? undefined : 'e0' }
    })
    write(steps)
    const documents = { [rootText(0xab)]: [segment('upper', 0xab)] }
    const { url, asked } = await started({}, { documents })
    const { result } = await traced('e0', url, { xray: true })
    expect(asked).toHaveLength(200)
    expect(result.xray?.segments).toMatchObject([{ event: 0xab, name: 'upper' }])
    expect(result.xray?.missing).toHaveLength(999)
    expect(result.gaps).toEqual(['X-Ray was asked about 1000 of 1100 traces'])
    const text = renderTrace(result, 'text', style)
    expect(text).toContain('and 989 more')
  },
  timeoutMs,
)
