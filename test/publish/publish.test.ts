import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const MINUTE_MS = 60_000

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt metrics publish',
  () => {
    let moto: Moto
    let faulty: Faulty
    let at: Stage
    /** The start of a window that has been over for a while. */
    let startMs: number
    beforeAll(async () => {
      moto = await startMoto()
      faulty = await startFaulty(moto.url)
    })
    beforeEach(async () => {
      await moto.reset()
      faulty.fault = () => undefined
      faulty.asked.length = 0
      const made = stage()
      // moto reads nothing that is compressed.
      const plain = { AWS_DISABLE_REQUEST_COMPRESSION: 'true' }
      at = { ...made, env: { ...made.env, ...moto.env, ...plain, AWS_ENDPOINT_URL: faulty.url } }
      startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 30 * MINUTE_MS
      write(0, 100)
      write(1, 50)
    })
    afterEach(() => at.remove())
    afterAll(async () => {
      await faulty.stop()
      await moto.stop()
    })

    /** So many events of this minute, whose latencies are 1, 2, 3… ms. */
    const write = (minute: number, count: number) => {
      const lines = Array.from({ length: count }, (_, n) => {
        const receivedMs = startMs + minute * MINUTE_MS + n * 10
        const [time, receivedAt] = [receivedMs - n - 1, receivedMs].map((ms) =>
          new Date(ms).toISOString(),
        )
        const type = n % 4 === 0 ? 'order.paid' : 'order.placed'
        const id = `${minute}-${n}`
        return `${JSON.stringify({ id, source: 'shop', type, time, receivedAt })}\n`
      })
      appendFileSync(join(at.work, 'o.ndjson'), lines.join(''))
    }

    const publish = async (...more: string[]) => {
      const fields = ['id', 'source', 'type', 'time', 'receivedAt']
      const map = fields.flatMap((field) => ['--map', `${field}=$.${field}`])
      // Asked for a metric without dimensions, moto adds up those with any.
      const types = more.includes('--max-types') ? [] : ['--max-types', '0']
      const child = startEvt(['metrics', 'publish', 'o.ndjson', ...map, ...types, ...more], at)
      const { exit } = await child.end
      return { exit, out: child.out.text, err: child.err.text }
    }

    const statistics = async (MetricName: string, Dimensions: object[] = []) => {
      const answer = await moto.call('cloudwatch', 'get_metric_statistics', {
        ...{ Namespace: 'Evt', MetricName, Dimensions, Period: 60 },
        StartTime: new Date(startMs - MINUTE_MS).toISOString(),
        EndTime: new Date(startMs + 10 * MINUTE_MS).toISOString(),
        Statistics: ['SampleCount', 'Sum', 'Minimum', 'Maximum'],
      })
      const points = answer['Datapoints'] as Record<string, number>[]
      return points
        .sort((a, b) => String(a['Timestamp']).localeCompare(String(b['Timestamp'])))
        .map(({ SampleCount, Sum, Minimum, Maximum }) => [SampleCount, Sum, Minimum, Maximum])
    }

    const puts = () => faulty.asked.filter(({ operation }) => operation === 'PutMetricData').length

    test('what CloudWatch has is what was measured', async () => {
      const { exit, out } = await publish('--yes', '-o', 'json')
      expect(exit).toBe(0)
      const result = JSON.parse(out)
      expect(result).toMatchObject({ schema: 'evt.metrics/1', namespace: 'Evt', calls: 1 })
      expect(result.windows).toMatchObject({ published: 2, before: 0, open: 0 })
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([100, 50])
      const latencies = await statistics('Latency')
      expect(latencies.map(([count, , min, max]) => [count, min, max])).toEqual([
        [100, 1, 100],
        [50, 1, 50],
      ])
    })

    test('types have metrics of their own', async () => {
      expect((await publish('--yes', '--max-types', '20')).exit).toBe(0)
      const paid = [
        { Name: 'Source', Value: 'shop' },
        { Name: 'Type', Value: 'order.paid' },
      ]
      const latencies = await statistics('Latency', paid)
      expect(latencies.map(([count, , min, max]) => [count, min, max])).toEqual([
        [25, 1, 97],
        [13, 1, 49],
      ])
      expect((await statistics('Deliveries', paid)).map(([, sum]) => sum)).toEqual([25, 13])
      expect((await statistics('Freshness', paid)).map(([, ms]) => ms)).toEqual([59_137, 59_569])
    })

    test('a window is published once, and new ones are', async () => {
      expect((await publish('--yes')).exit).toBe(0)
      write(2, 10)
      const { out } = await publish('--yes', '-o', 'json')
      expect(JSON.parse(out).windows).toMatchObject({ published: 1, before: 2 })
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([100, 50, 10])
      expect(JSON.parse((await publish('--yes', '-o', 'json')).out).windows.published).toBe(0)
      expect(puts()).toBe(2)
    })

    test('after a lost answer windows are in doubt: only --resend publishes', async () => {
      faulty.fault = ({ operation }) => (operation === 'PutMetricData' ? 'lost' : undefined)
      expect((await publish('--yes')).exit).toBe(3)
      expect(puts()).toBe(1)
      faulty.fault = () => undefined
      const again = await publish('--yes')
      expect([again.exit, puts()]).toEqual([0, 1])
      expect(again.out).toContain('2 windows were begun by a run that did not end')
      expect((await publish('--yes', '--resend')).exit).toBe(0)
      expect(puts()).toBe(2)
    })

    test('what was refused is published by the next run', async () => {
      const refusal = { status: 400, code: 'AccessDenied', message: 'may not' }
      faulty.fault = ({ operation }) => (operation === 'PutMetricData' ? refusal : undefined)
      const denied = await publish('--yes')
      expect(denied.exit).toBe(3)
      expect(denied.err).toContain('cloudwatch:PutMetricData is not allowed')
      faulty.fault = () => undefined
      expect((await publish('--yes')).exit).toBe(0)
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([100, 50])
    })

    test('throttling is waited out', async () => {
      const throttled = { status: 400, code: 'Throttling', message: 'Rate exceeded' }
      let left = 3
      faulty.fault = ({ operation }) =>
        operation === 'PutMetricData' && left-- > 0 ? throttled : undefined
      expect((await publish('--yes')).exit).toBe(0)
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([100, 50])
    })

    test('who interrupts while CloudWatch is busy waits for nothing', async () => {
      const throttled = { status: 400, code: 'Throttling', message: 'Rate exceeded' }
      faulty.fault = ({ operation }) => (operation === 'PutMetricData' ? throttled : undefined)
      const map = ['id', 'type', 'time', 'receivedAt'].flatMap((of) => ['--map', `${of}=$.${of}`])
      const child = startEvt(['metrics', 'publish', 'o.ndjson', ...map, '--yes'], at)
      // It waits for 4 s then, and 8 s, and 16 s.
      await vi.waitFor(() => expect(puts()).toBe(5), { timeout: 100_000, interval: 20 })
      const beganMs = performance.now()
      child.kill('SIGINT')
      expect((await child.end).exit).toBe(3)
      expect(performance.now() - beganMs).toBeLessThan(3_500)
      expect(puts()).toBe(5)
      expect(child.err.text).toContain('Rate exceeded')
      faulty.fault = () => undefined
      expect((await publish('--yes')).out).toContain('published: 2 windows')
    })

    test('other events are another publication, as are those of another filter', async () => {
      const published = async (...more: string[]) => {
        const { out } = await publish('--yes', '-o', 'json', ...more)
        return JSON.parse(out).windows.published
      }
      expect(await published('--type', 'order.paid')).toBe(2)
      expect(await published('--type', 'order.placed')).toBe(2)
      expect(await published('--type', 'order.placed')).toBe(0)
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([100, 50])
      expect(await published('--filter', '{"type":["order.paid"]}')).toBe(2)
      expect(await published('--filter', '{"type":["order.placed"]}')).toBe(2)
    })

    test('a window that --since or --until cut is not published for a whole one', async () => {
      const since = new Date(startMs + 200).toISOString()
      const { out } = await publish('--yes', '--since', since, '-o', 'json')
      expect(JSON.parse(out).windows).toMatchObject({ published: 1, cut: 1 })
      expect((await statistics('Deliveries')).map(([, sum]) => sum)).toEqual([50])
    })

    test('nobody is told without a yes', async () => {
      const { exit, err } = await publish()
      expect([exit, puts()]).toEqual([2, 0])
      expect(err).toContain('nothing was published: there is no terminal to ask on')
      const dry = await publish('--dry-run')
      expect([dry.exit, puts()]).toEqual([0, 0])
      expect(dry.out).toContain('to publish: 2 windows to Evt in eu-west-1')
      const none = readdirSync(at.work).filter((name) => name !== 'o.ndjson')
      expect(none).toEqual([])
    })

    test('times that CloudWatch does not take are refused, or left out', async () => {
      const old = new Date(startMs - 20 * 86_400_000).toISOString()
      const line = JSON.stringify({ id: 'old', type: 'order.paid', time: old, receivedAt: old })
      appendFileSync(join(at.work, 'o.ndjson'), `${line}\n`)
      const { exit, err } = await publish('--yes')
      expect([exit, puts()]).toEqual([2, 0])
      expect(err).toContain('1 of 3 windows are of a time that CloudWatch does not take')
      const { out } = await publish('--yes', '--allow-late', '-o', 'json')
      expect(JSON.parse(out).windows).toMatchObject({ published: 2, refused: 1 })
    })

    test('what was never sent is not in doubt', async () => {
      const nowhere = await publish(
        '--yes',
        '--endpoint-url',
        'http://127.0.0.1:9',
        '--journal',
        'j',
      )
      expect(nowhere.exit).toBe(3)
      const { out } = await publish('--yes', '--journal', 'j', '-o', 'json')
      expect(JSON.parse(out).windows).toMatchObject({ published: 2, inDoubt: 0 })
    })

    test('a journal that was cut in the midst of a line goes on', async () => {
      expect((await publish('--yes', '--journal', 'j')).exit).toBe(0)
      const journal = join(at.work, 'j')
      writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"window":"2026-1`)
      for (let run = 0; run < 2; run++) {
        const { out } = await publish('--dry-run', '--journal', 'j', '-o', 'json')
        expect(JSON.parse(out).windows).toMatchObject({ published: 0, before: 2 })
      }
      write(2, 10)
      for (const published of [1, 0]) {
        const { out } = await publish('--yes', '--journal', 'j', '-o', 'json')
        expect(JSON.parse(out).windows).toMatchObject({ published, inDoubt: 0 })
      }
    })

    test('what was read in part alone is published only on purpose', async () => {
      const whole = gzipSync(readFileSync(join(at.work, 'o.ndjson')))
      writeFileSync(join(at.work, 'o.ndjson'), whole.subarray(0, whole.length - 100))
      const { exit, err } = await publish('--yes')
      expect([exit, puts()]).toEqual([3, 0])
      expect(err).toContain('nothing was published: ')
      expect((await publish('--emf')).out).toBe('')
      expect([(await publish('--yes', '--allow-partial')).exit, puts()]).toEqual([0, 1])
    })

    test('a file that is no journal is left as it is', async () => {
      for (const mine of ['mine\n', 'mine']) {
        writeFileSync(join(at.work, 'j'), mine)
        const { exit, err } = await publish('--yes', '--journal', 'j')
        expect([exit, puts()]).toEqual([2, 0])
        expect(err).toContain('is no journal of evt metrics publish')
        expect(readFileSync(join(at.work, 'j'), 'utf8')).toBe(mine)
      }
    })

    test('what was lost, how fresh it is, and what runs in circles, in its window', async () => {
      const at0 = (ms: number) => new Date(startMs + ms).toISOString()
      // The 100th and two more were sent in the first minute; the last is too young to be lost.
      const sent = [0, 1, 2].map((n) => ({ id: `0-${98 + n}`, time: at0(500 + n) }))
      const young = { id: 'young', time: at0(2 * MINUTE_MS - 1_000) }
      const lines = [...sent, { id: '9', time: at0(900) }, young].map((of) =>
        JSON.stringify({ ...of, source: 'shop', type: 'order.paid' }),
      )
      writeFileSync(join(at.work, 'sent.ndjson'), lines.join('\n'))
      // a → b → a …, in the third minute alone.
      for (let n = 0; n < 12; n++) {
        const time = at0(2 * MINUTE_MS + n * 1_000)
        const cause = n === 0 ? undefined : `loop-${n - 1}`
        const type = n % 2 === 0 ? 'ping' : 'pong'
        const of = { id: `loop-${n}`, source: 'shop', type, time, receivedAt: time, cause }
        appendFileSync(join(at.work, 'o.ndjson'), `${JSON.stringify(of)}\n`)
      }
      const more = ['--sent', 'sent.ndjson', '--grace', '5s', '--loops', '--max-types', '0']
      const { exit, out, err } = await publish(
        ...['--emf', '--map', 'causationId=$.cause', '--map', 'correlationId=$.corr', ...more],
      )
      expect([exit, err]).toEqual([0, ''])
      const told = (metric: string) =>
        out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
          .flatMap((line) => (metric in line ? [[line._aws.Timestamp, line[metric]]] : []))
      const minute = (n: number) => startMs + n * MINUTE_MS
      // 0-100 and 9. The third minute is not settled before grace is over, and is not told.
      expect(told('Lost')).toEqual([
        [minute(0), 2],
        [minute(1), 1],
      ])
      expect(told('Freshness').map(([, ms]) => ms)).toEqual([59_110, 59_560])
      expect(told('Loops')).toEqual([
        [minute(0), 0],
        [minute(1), 0],
      ])
      const all = await publish('--emf', '--map', 'causationId=$.cause', '--loops')
      const loops = all.out.split('\n').filter((line) => line.includes('"Loops":'))
      expect(loops.map((line) => JSON.parse(line).Loops)).toEqual([0, 0, 1])
    })

    test('the embedded metric format needs nobody', async () => {
      const { exit, out } = await publish('--emf', '--dimension', 'Stage=prod')
      expect([exit, puts()]).toEqual([0, 0])
      const lines = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      const deliveries = lines.filter((line) => 'Deliveries' in line)
      expect(deliveries.map((line) => [line._aws.Timestamp, line.Stage, line.Deliveries])).toEqual([
        [startMs, 'prod', 100],
        [startMs + MINUTE_MS, 'prod', 50],
      ])
      const latencies = lines.filter((line) => 'Latency' in line && !('Type' in line))
      const counts = latencies.flatMap((line) => line.Latency.Counts as number[])
      expect(counts.reduce((a, b) => a + b, 0)).toBe(150)
      expect(latencies.every((line) => line.Latency.Values.length <= 100)).toBe(true)
    })
  },
)
