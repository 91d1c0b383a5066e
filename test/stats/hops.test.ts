import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { loadConfig } from '../../src/config/load.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { EventRecord } from '../../src/event/event.js'
import { parseJson } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import type { HopFigures } from '../../src/meters/figures.js'
import { archiveStats, type StatsOptions } from '../../src/stats/stats.js'
import { type Given, generated } from '../generate/given.js'
import { campaign } from '../helpers/campaign.js'
import { naiveHops } from '../laws/naive-hops.js'
import { archive, iso, lines, statsOf, statsOnce } from './findings/archive.js'

const START_MS = Date.parse(iso(0))
const maps = ['id', 'source', 'type', 'time'].map((name) => `${name}=$.${name}`)
const hops = true
const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 6 })

interface Sent {
  id: number | undefined
  source: string
  type: string
  time: number | undefined
  chain: string
  at: readonly (number | undefined)[]
}

/** Few ids: most deliveries are repeats, with times of their own. */
const sent: fc.Arbitrary<Sent> = fc.record({
  id: rarely(fc.integer({ min: 0, max: 40 })),
  source: fc.constantFrom('shop', 'billing'),
  type: fc.constantFrom('placed', 'paid', 'ping'),
  time: rarely(fc.integer({ min: 0, max: 30_000 }).map((us) => us / 10)),
  chain: fc.constantFrom('plain', 'sqs', 'sns', 'sqs sns', 'logs sqs', 'logs sqs sns', 'kinesis'),
  at: fc.array(rarely(fc.integer({ min: 0, max: 5_000 })), { minLength: 4, maxLength: 4 }),
})

let numbers = 0

/** A line of an archive; times are ms after the start, in the clocks that the services have. */
function delivery({ chain, at, time, ...event }: Sent): unknown {
  const [sns, sentAt, received, ingested] = at
  const clock = (ms: number | undefined) => (ms === undefined ? undefined : String(START_MS + ms))
  let document: unknown = { ...event, time: time === undefined ? undefined : iso(time) }
  for (const layer of chain.split(' ').reverse()) {
    const text = JSON.stringify(document)
    const MessageId = `m-${++numbers}`
    if (layer === 'sns') {
      const Timestamp = sns === undefined ? undefined : iso(sns)
      document = { Type: 'Notification', MessageId, TopicArn: 't', Message: text, Timestamp }
    } else if (layer === 'sqs') {
      const ApproximateFirstReceiveTimestamp = clock(received)
      const Attributes = { SentTimestamp: clock(sentAt), ApproximateFirstReceiveTimestamp }
      document = { MessageId, Body: text, Attributes }
    } else if (layer === 'logs') {
      const ingestionTime = clock(ingested) ?? 'never'
      document = { logStreamName: 's', eventId: MessageId, message: text, ingestionTime }
    } else if (layer === 'kinesis') {
      const ApproximateArrivalTimestamp = sentAt === undefined ? undefined : iso(sentAt)
      const Data = Buffer.from(text).toString('base64')
      const place = { PartitionKey: MessageId, SequenceNumber: '1' }
      document = { ...place, ApproximateArrivalTimestamp, Data }
    }
  }
  return document
}

const decode = createDecoder({ mapping: createMapping({ maps }) })

/** Deliveries in order of position, without what is told of hops. */
function decoded(files: readonly (readonly unknown[])[]): EventRecord[] {
  return files.flatMap((file, n) =>
    file.flatMap((document, i) => {
      const position = { path: `${n}.ndjson`, record: i + 1 }
      const value = parseJson(JSON.stringify(document))
      return decode({ value, position, sizeBytes: 1, head: new Uint8Array() }).flatMap((one) =>
        one.kind === 'event' ? [one.event] : [],
      )
    }),
  )
}

const named = (files: readonly (readonly unknown[])[]) =>
  archive(Object.fromEntries(files.map((file, n) => [`${n}.ndjson`, lines(file)])))

const bare = (figures: HopFigures | undefined) =>
  figures &&
  Object.fromEntries(Object.entries(figures).map(([leg, f]) => [leg, f && { ...f, hdr: null }]))

const given = fc.record({
  by: fc.constantFrom('type' as const, 'source' as const),
  windowUs: fc.constantFrom(null, 1e6),
  content: fc.constant(false),
})

test('the legs are those of the naive model, however they are read and kept', async () => {
  const files = fc.array(fc.array(sent, { minLength: 1, maxLength: 50 }), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(
      files,
      given,
      fc.integer({ min: 1, max: 60 }),
      async (parts, how, heldRows) => {
        const documents = parts.map((part) => part.map(delivery))
        const folder = named(documents)
        const held = await statsOnce(folder, { ...how, maps, hops })
        const model = naiveHops(decoded(documents), ({ type, source }) =>
          how.by === 'type' ? `${source}/${type}` : source,
        )
        const rows = held.types.map((row) => {
          return [how.by === 'type' ? `${row.source}/${row.type}` : row.source, bare(row.hops)]
        })
        expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(model.rows))
        expect(bare(held.total.hops)).toEqual(model.total)
        const ways = [{ heldRows }, { threads: 2, sqlFromBytes: 0 }]
        for (const way of ways) {
          expect(await statsOnce(folder, { ...how, ...way, maps, hops })).toEqual(held)
        }
      },
    ),
    { numRuns: campaign(40) },
  )
}, 300_000)

describe('what was generated', () => {
  const both = async (settings: Given) => {
    const { folder, truth } = await generated({ events: 1_500, rates, ...settings })
    const { events } = await loadConfig({ env: {}, cwd: folder, firstSource: folder })
    const listed = await resolveSources([folder], { aliases: {}, cwd: folder })
    const measured = (options: Partial<StatsOptions> = {}) =>
      archiveStats({
        ...{ sources: ['.'], objects: listed.objects, mapping: createMapping({ events }), hops },
        ...{ selection: { sinceUs: null, untilUs: null }, by: 'type', windowUs: 300e6 },
        ...{ memoryLimitBytes: 1e9, content: false, signal: new AbortController().signal },
        ...{ onProgress: () => {}, ...options },
      }).then(({ result }) => result)
    return { folder, truth, listed, measured }
  }
  const rates = { duplicates: 0.03, skew: 0.02 }

  // What is generated is sent and first received when it arrives, and published when it happens.
  test.each([
    ['sqs>eventbridge', 'producedToAccepted'],
    ['sqs>sns>eventbridge', 'acceptedToFirstReceived'],
    ['kinesis>cloudevents', 'producedToAccepted'],
    ['records>sqs-lambda>sns>cloudevents', 'acceptedToFirstReceived'],
  ] as const)('as %s has the truth of its latency in one leg', async (envelope, leg) => {
    for (const format of ['ndjson', 'parquet'] as const) {
      const { truth, measured } = await both({ envelope, format })
      const result = await measured()
      // Arrivals are whole milliseconds, which latency does not look at.
      const known = [truth.total, ...truth.types].map(({ latencyMs }) => {
        return { ...latencyMs, resolutionMs: 1 }
      })
      expect([result.total, ...result.types].map((row) => row.hops?.[leg])).toEqual(known)
      expect(truth.total.latencyMs.skewed).toBeGreaterThan(5)
      const { hops: _, ...total } = result.total
      expect(total).toEqual(truth.total)
    }
  })

  test('does not depend on threads, readers, memory and the order of listing', async () => {
    const { folder, listed, measured } = await both({ envelope: 'sqs>sns>eventbridge', files: 4 })
    const usually = await measured()
    expect(usually.total.hops?.acceptedToFirstReceived?.count).toBeGreaterThan(1_000)
    expect(usually.windows?.[0]?.hops?.acceptedToFirstReceived?.count).toBeGreaterThan(100)
    const paths = listed.objects.map(({ path }) => path).reverse()
    const { objects } = await resolveSources(paths, { aliases: {}, cwd: folder })
    const ways = [{ threads: 1 }, { sqlFromBytes: 0 }, { objects }, { heldRows: 300 }]
    for (const way of ways) expect(await measured(way)).toEqual(usually)
  })
})

const usual = { source: 'shop', type: 'placed', chain: 'sqs sns' }

describe('a leg', () => {
  const legs = async (sentOnes: readonly Sent[]) => {
    const { total } = await statsOf(named([sentOnes.map(delivery)]), { maps, hops })
    const { producedToAccepted, acceptedToFirstReceived, firstReceivedToRecorded } =
      total.hops ?? {}
    return [producedToAccepted, acceptedToFirstReceived, firstReceivedToRecorded]
  }

  test('that nobody stamped is null', async () => {
    const one = { ...usual, id: 1, time: 1, at: [3, 4, 9, undefined] }
    expect(await legs([one])).toMatchObject([{ count: 1 }, { count: 1 }, null])
    expect(await legs([{ ...one, chain: 'plain' }])).toEqual([null, null, null])
    expect(await legs([{ ...one, time: undefined }])).toMatchObject([null, { count: 1 }, null])
  })

  test('below zero is skewed and kept out', async () => {
    // A clock of milliseconds cuts the time of sending off: before the time of the event.
    const early = { ...usual, chain: 'sqs', id: 1, time: 5.7, at: [undefined, 5, 4, undefined] }
    const [accepted, received] = await legs([early])
    expect(accepted).toMatchObject({ count: 0, skewed: 1, max: null, hdr: null, resolutionMs: 1 })
    expect(received).toMatchObject({ count: 0, skewed: 1 })
    const [both] = await legs([early, { ...early, id: 2, time: 2.5 }])
    expect(both).toMatchObject({ count: 1, skewed: 1, min: 2.5, max: 2.5 })
  })

  test('counts a duplicate once, as it was first', async () => {
    const first = { ...usual, id: 1, time: 1, at: [3, 4, 9, undefined] }
    const again = { ...first, at: [50, 60, 99, undefined] }
    const [accepted, received] = await legs([again, first])
    expect(accepted).toMatchObject({ count: 1, max: 2 })
    expect(received).toMatchObject({ count: 1, max: 6 })
  })

  test('is null in percentiles below as many samples as latency needs', async () => {
    const ones = Array.from({ length: 20 }, (_, id) => {
      return { ...usual, id, time: id, at: [id + 2, id + 3, id + 7, undefined] }
    })
    expect((await legs(ones))[1]).toMatchObject({ p50: 5.003, p90: null, count: 20 })
    expect((await legs(ones.slice(1)))[1]).toMatchObject({ p50: null, count: 19 })
  })

  test('takes the coarser of two clocks as its resolution', async () => {
    const one = { ...usual, id: 1, time: 1.2, at: [3_000, 4_000, 9_001, undefined] }
    expect(await legs([one])).toMatchObject([
      { resolutionMs: 1_000 },
      { resolutionMs: 1_000 },
      null,
    ])
  })

  test('is not there where nobody asked for it', async () => {
    const one = { ...usual, id: 1, time: 1, at: [3, 4, 9, undefined] }
    const { total, types } = await statsOf(named([[delivery(one)]]), { maps })
    expect([total, ...types].filter((row) => 'hops' in row)).toEqual([])
  })
})
