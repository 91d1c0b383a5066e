import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { root } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const MINUTE_MS = 60_000
const title = 'as CloudWatch counts it, '
const denied = { __type: 'AccessDeniedException', message: 'no' }

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt reconcile --counts cloudwatch',
  () => {
    let moto: Moto
    let faulty: Faulty
    let at: Stage
    /** The minute that events are of, an hour ago. */
    let startMs: number
    beforeAll(async () => {
      moto = await startMoto()
      faulty = await startFaulty(moto.url)
    })
    beforeEach(async () => {
      faulty.fault = () => undefined
      await moto.reset()
      at = stage()
      startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 60 * MINUTE_MS
      writeFileSync(join(at.work, 'sent.ndjson'), events(3))
      writeFileSync(join(at.work, 'got.ndjson'), events(2))
      await figures('AWS/SQS', { QueueName: 'orders' }, 'NumberOfMessagesSent', [3, 4, 100])
      await figures('AWS/SQS', { QueueName: 'orders' }, 'NumberOfMessagesDeleted', [2, 0, 100])
      const rule = { EventBusName: 'shop', RuleName: 'billing' }
      await figures('AWS/Events', rule, 'MatchedEvents', [7])
      await figures('AWS/Events', rule, 'FailedInvocations', [1])
    })
    afterEach(() => at.remove())
    afterAll(async () => {
      await faulty.stop()
      await moto.stop()
    })

    /** One every forty seconds. */
    const events = (count: number) =>
      Array.from({ length: count }, (_, n) => {
        const time = new Date(startMs + n * 40_000).toISOString()
        return `${JSON.stringify({ id: `e-${n}`, time })}\n`
      }).join('')

    async function figures(
      Namespace: string,
      of: Record<string, string>,
      MetricName: string,
      values: readonly number[],
    ) {
      const Dimensions = Object.entries(of).map(([Name, Value]) => ({ Name, Value }))
      const MetricData = values.map((Value, n) => ({
        ...{ MetricName, Dimensions, Value },
        Timestamp: new Date(startMs + n * MINUTE_MS).toISOString(),
      }))
      await moto.call('cloudwatch', 'put_metric_data', { Namespace, MetricData })
    }

    async function reconcile(...more: string[]) {
      const sides = ['--sent', 'sent.ndjson', '--received', 'got.ndjson']
      const argv = [
        'reconcile',
        ...sides,
        '--map',
        'id=$.id',
        '--map',
        'time=$.time',
        '--counts',
        'cloudwatch',
      ]
      const env = { ...at.env, ...moto.env, AWS_ENDPOINT_URL: faulty.url }
      const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv, ...more], {
        ...{ env, cwd: at.work },
      })
      const texts = { stdout: '', stderr: '' }
      child.stdout.on('data', (data) => {
        texts.stdout += data
      })
      child.stderr.on('data', (data) => {
        texts.stderr += data
      })
      const [code] = await once(child, 'close')
      return { code, ...texts }
    }

    const iso = (minute: number) => new Date(startMs + minute * MINUTE_MS).toISOString()
    const of = ['--counts-of', 'sqs://orders', '--counts-of', 'eventbridge://shop/billing']

    test('sums of the minutes that the stages are of, by window too', async () => {
      const { code, stdout, stderr } = await reconcile(...of, '--window', '1m', '-o', 'json')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(JSON.parse(stdout).counts).toEqual({
        ...{ from: iso(0), to: iso(2), periodMs: MINUTE_MS },
        sources: [
          {
            ...{ source: 'sqs://orders', kind: 'queue' },
            counts: { sent: 7, received: null, deleted: 2 },
            windows: [
              { start: iso(0), end: iso(1), counts: { sent: 3, received: null, deleted: 2 } },
              { start: iso(1), end: iso(2), counts: { sent: 4, received: null, deleted: 0 } },
            ],
          },
          {
            ...{ source: 'eventbridge://shop/billing', kind: 'rule' },
            counts: { matched: 7, invoked: null, failed: 1 },
            windows: [
              { start: iso(0), end: iso(1), counts: { matched: 7, invoked: null, failed: 1 } },
            ],
          },
        ],
        gaps: [],
      })
    })

    test('the sample of the README is what comes out', async () => {
      await moto.reset()
      const queue = { QueueName: 'orders' }
      await figures('AWS/SQS', queue, 'NumberOfMessagesSent', [520, 480])
      await figures('AWS/SQS', queue, 'NumberOfMessagesReceived', [520, 483])
      await figures('AWS/SQS', queue, 'NumberOfMessagesDeleted', [519, 481])
      const rule = { EventBusName: 'shop', RuleName: 'billing' }
      await figures('AWS/Events', rule, 'MatchedEvents', [520, 480])
      await figures('AWS/Events', rule, 'Invocations', [520, 480])
      await figures('AWS/Events', rule, 'FailedInvocations', [0, 0])
      const { stdout } = await reconcile(...of)
      const [, sample = ''] = readFileSync(`${root}README.md`, 'utf8').split(title)
      const [expected = ''] = sample.split('\n```')
      const [, section = ''] = stdout.split(title)
      expect(section.split('\n').slice(1, 4)).toEqual(expected.split('\n').slice(1))
    })

    test('the page has the counts, by window too', async () => {
      faulty.fault = ({ operation }) =>
        operation === 'ListRules' ? { status: 403, body: denied } : undefined
      const others = ['--counts-of', 'eventbridge://shop', '--window', '1m', '-o', 'html']
      const { stdout } = await reconcile(...of, ...others)
      const [, section = ''] = stdout.split('<caption class="unseen">As CloudWatch counts it')
      const [table = '', rest = ''] = section.split('</table>')
      const rows = [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
        [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, text = '']) =>
          text.replace(/<[^>]*>/g, '').trim(),
        ),
      )
      const [head, orders, first] = rows
      expect(head?.slice(0, 4)).toEqual(['source', 'from', 'sent', 'received'])
      expect(orders?.slice(0, 5)).toEqual(['sqs://orders', 'all', '7', '–', '2'])
      expect(first?.slice(2, 5)).toEqual(['3', '–', '2'])
      expect(rest).toContain('<li>eventbridge://shop: events:ListRules is not allowed on the bus')
    })

    test('what may not be asked is named, and the rest goes on', async () => {
      faulty.fault = ({ operation }) =>
        operation === 'ListRules' ? { status: 403, body: denied } : undefined
      const { code, stdout } = await reconcile(...of, '--counts-of', 'eventbridge://shop')
      expect(code).toBe(3)
      const [, section = ''] = stdout.split('as CloudWatch counts it')
      const lines = section.split('\n').map((line) => line.replace(/ +/g, ' ').trim())
      expect(lines.slice(0, 5)).toEqual([
        expect.stringMatching(/^, .* UTC$/),
        'sent received deleted matched invoked failed',
        'sqs://orders 7 – 2',
        'eventbridge://shop/billing 7 – 1 !',
        '· eventbridge://shop: events:ListRules is not allowed on the bus shop',
      ])
    })
  },
)
