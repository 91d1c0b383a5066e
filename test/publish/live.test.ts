import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { type EvtProcess, startEvt } from '../testbed/evt-process.js'
import { denied, type Faulty, startFaulty } from '../testbed/faulty.js'
import { metricCalls } from '../testbed/metric-calls.js'

const SECOND_MS = 1_000

describe('evt metrics publish --every', () => {
  let faulty: Faulty
  let at: Stage
  beforeAll(async () => {
    faulty = await startFaulty('http://127.0.0.1:9')
  })
  beforeEach(() => {
    faulty.asked.length = 0
    faulty.fault = () => taken
    at = stage({
      ...{ AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' },
      AWS_ENDPOINT_URL: faulty.url,
    })
    writeFileSync(join(at.work, 'o.ndjson'), '')
  })
  afterEach(() => at.remove())
  afterAll(() => faulty.stop())

  const taken = { status: 200, body: {} }

  const start = (...more: string[]): EvtProcess => {
    const fields = ['id', 'type', 'time', 'receivedAt']
    const map = fields.flatMap((field) => ['--map', `${field}=$.${field}`])
    const every = ['--every', '1s', '--window', '1s']
    if (!more.includes('--journal')) every.push('--journal', 'j')
    return startEvt(['metrics', 'publish', 'o.ndjson', ...map, ...every, ...more], at)
  }

  let next = 0
  const lineAt = (receivedMs: number) => {
    const [time, receivedAt] = [receivedMs - 7, receivedMs].map((ms) => new Date(ms).toISOString())
    return `${JSON.stringify({ id: `e${next++}`, type: 'paid', time, receivedAt })}\n`
  }
  const append = (text: string) => appendFileSync(join(at.work, 'o.ndjson'), text)

  /** Of one metric of all types, by the start of the window in ms: every value that was sent. */
  const ledger = (metric: string, asked = faulty.asked) => {
    const found = new Map<number, number[]>()
    for (const { datums } of metricCalls(asked)) {
      for (const { MetricName, Dimensions, Timestamp, Values } of datums) {
        if (MetricName !== metric || Dimensions.length > 0) continue
        const startMs = Timestamp * SECOND_MS
        found.set(startMs, [...(found.get(startMs) ?? []), ...Values])
      }
    }
    return found
  }

  const until = async (isThere: () => boolean, child: EvtProcess) => {
    for (let tries = 0; !isThere(); tries++) {
      if (tries > 1_000) throw new Error(`nothing came: ${child.out.text}${child.err.text}`)
      await setTimeout(100)
    }
  }

  const sum = (values: Iterable<number[]>) => [...values].flat().reduce((a, b) => a + b, 0)

  test('each window is told once it is over, an empty one as 0', async () => {
    const child = start('--yes', '-o', 'json')
    await child.said('o.ndjson')
    await setTimeout(2_500)
    append(`${lineAt(Date.now()).repeat(2)}{bad\n${lineAt(Date.now() - 3_600_000)}`)
    const isAll = () => ledger('Deliveries').size > 6 && sum(ledger('Deliveries').values()) > 1
    await until(isAll, child)
    child.kill('SIGINT')
    const { exit } = await child.end
    expect(exit).toBe(130)
    const deliveries = ledger('Deliveries')
    const starts = [...deliveries.keys()].sort((a, b) => a - b)
    expect(starts).toEqual(starts.map((_, n) => (starts[0] ?? 0) + n * SECOND_MS))
    expect([...deliveries.values()].filter(([value]) => value !== 0)).toEqual([[2]])
    expect(sum(ledger('Duplicates').values())).toBe(1)
    expect(sum(ledger('Undecodable').values())).toBe(1)
    const freshness = sum([...ledger('Freshness').values()].slice(0, 1))
    expect(freshness).toBeGreaterThan(0)
    const result = JSON.parse(child.out.text)
    expect(result).toMatchObject({ schema: 'evt.metrics/1', everyMs: 1_000, undecodable: 1 })
    // The one of an hour ago is of no window of this run.
    expect(result.windows).toMatchObject({ published: starts.length, cut: 1, inDoubt: 0 })
  })

  test('after kill -9 no window counts twice, and none is lost but what is in doubt', async () => {
    const windows = 1_200
    const firstMs = Math.floor(Date.now() / SECOND_MS) * SECOND_MS - 1_300 * SECOND_MS
    for (let n = 0; n < windows; n++) append(lineAt(firstMs + n * SECOND_MS + 100).repeat(3))
    let calls = 0
    let victim: EvtProcess | undefined
    const seen: typeof faulty.asked = []
    faulty.fault = (asked) => {
      calls += 1
      // Every other one is taken before the process is gone.
      const isTaken = calls % 2 === 0
      if (isTaken || calls > 4) seen.push(asked)
      if (calls <= 4) victim?.kill('SIGKILL')
      return isTaken || calls > 4 ? taken : 'cut'
    }
    for (let run = 0; run < 4; run++) {
      victim = start('--yes', '--from', 'beginning')
      expect((await victim.end).signal).toBe('SIGKILL')
    }
    victim = start('--yes', '--from', 'beginning', '--duration', '12s', '-o', 'json')
    expect((await victim.end).exit).toBe(0)
    const { windows: told } = JSON.parse(victim.out.text)
    const deliveries = ledger('Deliveries', seen)
    for (const [startMs, values] of deliveries) {
      const isOfEvents = startMs < firstMs + windows * SECOND_MS
      expect(values).toEqual([isOfEvents ? 3 : 0])
    }
    const missing = Array.from({ length: windows }, (_, n) => firstMs + n * SECOND_MS).filter(
      (startMs) => !deliveries.has(startMs),
    )
    expect(told.inDoubt).toBeGreaterThan(0)
    expect(missing.length).toBeGreaterThan(0)
    expect(missing.length).toBeLessThanOrEqual(told.inDoubt)
    expect(missing.length).toBeLessThan(windows / 2)
  }, 200_000)

  test('what is refused for a while is told later; what is refused at first ends it', async () => {
    let calls = 0
    faulty.fault = (asked) => (++calls === 2 ? denied(asked) : taken)
    const child = start('--yes')
    await until(() => calls > 2, child)
    child.kill('SIGINT')
    await child.end
    expect(child.err.text).toContain('wait for the next time')
    const sent = metricCalls(faulty.asked)
    const ofSecond = sent[1]?.datums.map(({ Timestamp }) => Timestamp) ?? []
    expect(sent[2]?.datums.map(({ Timestamp }) => Timestamp)).toEqual(
      expect.arrayContaining(ofSecond),
    )
    faulty.fault = denied
    const refused = start('--yes', '--journal', 'k')
    expect((await refused.end).exit).toBe(3)
    expect(refused.err.text).toContain('cloudwatch:PutMetricData is not allowed')
  })

  test('what still waits when the time is over was not published, and that is said', async () => {
    let calls = 0
    faulty.fault = (asked) => (++calls === 1 ? taken : denied(asked))
    const child = start('--yes', '--duration', '10s', '-o', 'json')
    expect((await child.end).exit).toBe(3)
    expect(calls).toBeGreaterThan(1)
    const { windows } = JSON.parse(child.out.text)
    expect(windows).toMatchObject({
      published: ledger('Deliveries', faulty.asked.slice(0, 1)).size,
    })
    expect(child.err.text).toMatch(
      /\d+ windows? (was|were) not published: cloudwatch:PutMetricData is not allowed/,
    )
  })

  test('at the end of its source what is over is told at once, and the rest is said', async () => {
    const firstMs = Math.floor(Date.now() / SECOND_MS) * SECOND_MS - 60 * SECOND_MS
    for (const n of [0, 0, 3]) append(lineAt(firstMs + n * SECOND_MS))
    append(lineAt(Date.now() + 3_600_000))
    const map = ['id', 'type', 'time', 'receivedAt'].map((of) => `--map ${of}=$.${of}`).join(' ')
    const how = '--window 1s --every 60s --yes -o json'
    const line = `cat o.ndjson | evt metrics publish - ${map} --from beginning ${how}`
    const child = startEvt(['-c', line.replaceAll('$', '\\$')], at, 'sh')
    expect((await child.end).exit).toBe(0)
    expect([...ledger('Deliveries').values()].slice(0, 4)).toEqual([[2], [0], [0], [1]])
    const { windows } = JSON.parse(child.out.text)
    expect(windows).toMatchObject({ open: 1, cut: 0, inDoubt: 0 })
  })

  test('the price is said first, and without a yes nobody is told', async () => {
    const dry = start('--dry-run')
    expect((await dry.end).exit).toBe(0)
    expect(dry.out.text).toBe(
      'to publish to Evt in eu-west-1 every 1 s, in windows of 1 s\n' +
        '  up to 46 metrics\n' +
        '  at list price up to $13.80 a month, $25.92 more for calls\n',
    )
    const unasked = start()
    expect((await unasked.end).exit).toBe(2)
    expect(unasked.err.text).toContain('there is no terminal to ask on')
    expect(faulty.asked.length).toBe(0)
  })
})
