import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { metricAddress } from '../../src/gate/from-cloudwatch.js'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const PATIENCE_MS = 100_000

const maps = ['id', 'time'].flatMap((name) => ['--map', `${name}=$.${name}`])
const mapped = [...maps, '--map', 'receivedAt=$.at']

/** 1,200 events, 20 to 40 ms late, times a factor. */
function write(at: Stage, name: string, slow = 1): void {
  const start = Date.UTC(2026, 10, 1, 10)
  const lines = Array.from({ length: 1_200 }, (_, n) => {
    const us = Math.floor(20_000 * (1 + ((n * 7_919) % 1_201) / 1_201) * slow)
    const second = new Date(start + n * 1_000).toISOString().slice(0, 19)
    const micros = (more: number) => `${second}.${String(more).padStart(6, '0')}Z`
    return `${JSON.stringify({ id: `e-${n}`, time: micros(1), at: micros(1 + us) })}\n`
  })
  writeFileSync(join(at.work, name), lines.join(''))
}

async function evt(at: Stage, ...words: string[]) {
  const run = startEvt(words, at)
  const { exit } = await run.end
  return { exit, out: run.out.text, err: run.err.text }
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'saved runs in S3',
  () => {
    let moto: Moto
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
    }, PATIENCE_MS)
    afterAll(() => moto.stop())
    beforeEach(async () => {
      await moto.reset()
      at = stage({ ...moto.env, GITHUB_SHA: '3f2a91c0de', GITHUB_REF_NAME: 'main' })
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      write(at, 'a.ndjson')
      write(at, 'slow.ndjson', 1.3)
    }, PATIENCE_MS)
    afterEach(() => at.remove())

    const to = 's3://acme/ci/runs'
    const save = (seconds: number, ...more: string[]) => {
      at.env['SOURCE_DATE_EPOCH'] = `${1_790_000_000 + seconds}`
      return evt(at, 'baseline', 'save', 'a.ndjson', '--to', to, ...mapped, ...more)
    }
    const rule = ['--rule', 'latency.p99 vs baseline < +10%', ...mapped]
    const keys = async () => {
      const { Contents = [] } = await moto.call('s3', 'list_objects_v2', { Bucket: 'acme' })
      return (Contents as { Key: string }[]).map(({ Key }) => Key)
    }

    test(
      'are saved, listed, shown, compared with and pruned as those of a folder',
      async () => {
        const first = await evt(at, 'check', 'a.ndjson', '--baseline', to, ...rule)
        expect(first).toMatchObject({ exit: 5, out: expect.stringContaining('no baseline') })
        const names = ['2026-09-21T141320Z-3f2a91c', '2026-09-21T141320Z-3f2a91c-2']
        for (const name of names) {
          const saved = await save(0)
          expect(saved).toMatchObject({ exit: 0, err: '' })
          expect(saved.out).toContain(`saved  ${to}/${name}.json   1,200 events   main 3f2a91c`)
        }
        expect((await save(60)).exit).toBe(0)
        expect(await keys()).toHaveLength(3)
        const list = JSON.parse((await evt(at, 'baseline', 'list', to, '--json')).out)
        expect(list.runs.map(({ file }: { file: string }) => file)).toEqual([
          ...[`${to}/${names[1]}.json`, `${to}/${names[0]}.json`],
          `${to}/2026-09-21T141420Z-3f2a91c.json`,
        ])
        for (const run of [to, `${to}/${names[0]}.json`]) {
          const shown = JSON.parse((await evt(at, 'baseline', 'show', run, '--json')).out)
          expect(shown).toMatchObject({ schema: 'evt.run/1', total: { events: 1_200 } })
          expect((await evt(at, 'check', 'a.ndjson', '--baseline', run, ...rule)).exit).toBe(0)
          expect((await evt(at, 'check', 'slow.ndjson', '--baseline', run, ...rule)).exit).toBe(4)
        }
        const pruned = await evt(at, 'baseline', 'prune', to, '--keep', '1', '--yes')
        expect(pruned).toMatchObject({ exit: 0, err: '2 of 3 saved runs are older\n' })
        expect(await keys()).toEqual(['ci/runs/2026-09-21T141420Z-3f2a91c.json'])
      },
      3 * PATIENCE_MS,
    )

    test(
      'and a prefix of events is measured as any SOURCE',
      async () => {
        const Body = readFileSync(join(at.work, 'a.ndjson'), 'utf8')
        await moto.call('s3', 'put_object', { Bucket: 'acme', Key: 'before/11/a.ndjson', Body })
        const words = ['--baseline', 's3://acme/before/', ...rule]
        expect(await evt(at, 'check', 'a.ndjson', ...words)).toMatchObject({ exit: 0, err: '' })
        expect(await evt(at, 'check', 'slow.ndjson', ...words)).toMatchObject({ exit: 4 })
      },
      3 * PATIENCE_MS,
    )

    test(
      'that are not there, not such, or not to be reached are told apart',
      async () => {
        const compared = (baseline: string) =>
          evt(at, 'check', 'a.ndjson', '--baseline', baseline, ...rule)
        const cut = '{"schema":"evt.run/1","a":'
        await moto.call('s3', 'put_object', { Bucket: 'acme', Key: 'x/a.json', Body: cut })
        const [odd, gone, none, badly] = [
          await compared('s3://acme/x'),
          await compared('s3://acme/x/b.json'),
          await compared('s3://acme-nowhere/runs'),
          await compared('s3://A/runs'),
        ]
        const line = 'evt: s3://acme/x/a.json is corrupt: it is not JSON\n'
        expect(odd).toMatchObject({ exit: 2, err: line })
        expect(gone).toMatchObject({ exit: 5, out: expect.stringContaining('no baseline') })
        expect(none.exit).toBe(2)
        expect(none.err).toContain('acme-nowhere')
        expect(badly).toMatchObject({ exit: 2, err: expect.stringContaining('names no bucket') })
        expect(await evt(at, 'baseline', 'show', 's3://acme/x/b.json')).toMatchObject({
          ...{ exit: 2, err: 'evt: there is no saved run s3://acme/x/b.json\n' },
        })
        expect(await evt(at, 'baseline', 'list', 's3://acme/y')).toMatchObject({ exit: 2 })
      },
      2 * PATIENCE_MS,
    )
  },
)

/* moto has no percentiles: this answers GetMetricStatistics alone, as CloudWatch does. */
describe('a metric of CloudWatch as a baseline', () => {
  let server: Server
  let at: Stage
  let asked: Record<string, unknown>[] = []
  let has: { unit: string; samples: number; percentiles: Record<string, number> } | undefined
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const call = JSON.parse(body)
      asked.push(call)
      const figures = call.Statistics
        ? { SampleCount: has?.samples }
        : { ExtendedStatistics: has?.percentiles }
      const Datapoints = has ? [{ Timestamp: 1_790_000_000, Unit: has.unit, ...figures }] : []
      response.setHeader('content-type', 'application/x-amz-json-1.0')
      response.end(JSON.stringify({ Label: 'Latency', Datapoints }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))
  beforeEach(() => {
    asked = []
    has = { unit: 'Milliseconds', samples: 5_000, percentiles: { p50: 30, p99: 39.8 } }
    const { port } = server.address() as AddressInfo
    at = stage({
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'eu-west-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ AWS_EC2_METADATA_DISABLED: 'true', SOURCE_DATE_EPOCH: '1790000000' },
    })
    write(at, 'a.ndjson')
    write(at, 'slow.ndjson', 1.3)
  })
  afterEach(() => at.remove())

  const metric = 'cloudwatch://AWS/ApiGateway/Latency?ApiName=shop%20a&Stage=prod&over=7d'
  const rules = (...texts: string[]) => [...texts.flatMap((text) => ['--rule', text]), ...mapped]
  const check = (source: string, baseline: string, ...texts: string[]) =>
    evt(at, 'check', source, '--baseline', baseline, ...rules(...texts), '-o', 'json')

  test(
    'judges the percentiles that it has, and says of the rest why not',
    async () => {
      const limit = 'latency.p99 vs baseline < +10%'
      const { exit, out } = await check(
        ...['a.ndjson', metric, limit, 'latency.p50 vs baseline < +10%'],
        ...['events vs baseline > -10%', 'latency.p90 vs baseline < +10%'],
      )
      expect(exit).toBe(5)
      const verdicts = JSON.parse(out).rules.map(
        ({ verdict, explain }: { verdict: string; explain: string }) => [verdict, explain],
      )
      expect(verdicts).toEqual([
        ['pass', '39.8 ms → 39.8 ms'],
        ['pass', '30 ms → 30 ms'],
        ['inconclusive', 'the baseline has percentiles alone'],
        ['inconclusive', 'the baseline: latency.p90 is not known of what was measured'],
      ])
      expect(asked).toMatchObject([
        {
          ...{ Namespace: 'AWS/ApiGateway', MetricName: 'Latency', Period: 604_800 },
          ...{ Statistics: ['SampleCount'], EndTime: 1_790_000_000 },
          ...{ StartTime: 1_790_000_000 - 604_800 },
          Dimensions: [
            { Name: 'ApiName', Value: 'shop a' },
            { Name: 'Stage', Value: 'prod' },
          ],
        },
        { ExtendedStatistics: ['p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99'] },
      ])
      expect((await check('slow.ndjson', metric, limit)).exit).toBe(4)
    },
    PATIENCE_MS,
  )

  test(
    'in seconds, in no unit, with too few samples, with nothing',
    async () => {
      const limit = 'latency.p99 vs baseline < +10%'
      has = { unit: 'Seconds', samples: 5_000, percentiles: { p99: 0.0398 } }
      expect((await check('a.ndjson', metric, limit)).exit).toBe(0)
      has = { unit: 'None', samples: 5_000, percentiles: { p99: 39_800 } }
      const refused = await check('a.ndjson', metric, limit)
      expect(refused.exit).toBe(2)
      expect(refused.err).toContain('its unit is None, which is no time')
      expect((await check('a.ndjson', `${metric}&unit=us`, limit)).exit).toBe(0)
      has = { unit: 'Milliseconds', samples: 900, percentiles: { p99: 39.8 } }
      const few = await check('a.ndjson', metric, limit)
      expect(few.exit).toBe(5)
      expect(few.out).toContain('the baseline: p99 needs 1,000 samples, there are 900')
      has = undefined
      const nothing = await check('a.ndjson', metric, limit)
      expect(nothing.exit).toBe(2)
      expect(nothing.err).toContain('CloudWatch has nothing of')
    },
    2 * PATIENCE_MS,
  )

  test.each([
    ['cloudwatch://Latency', 'names no metric'],
    ['cloudwatch://AWS/X/Latency?over=3h', 'is no time from 1d to 30d'],
    ['cloudwatch://AWS/X/Latency?over=31d', 'is no time from 1d to 30d'],
    ['cloudwatch://AWS/X/Latency?unit=ns', 'is none of us, ms and s'],
  ])('%s is wrong', (address, why) => {
    expect(() => metricAddress(address)).toThrow(why)
  })
})
