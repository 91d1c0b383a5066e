import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { loadConfig } from '../../src/config/load.js'
import { type Envelope, shapeName } from '../../src/envelopes/envelope.js'
import { envelopes as allEnvelopes } from '../../src/envelopes/index.js'
import { createMapping } from '../../src/event/mapping.js'
import { parseChains } from '../../src/generate/chain.js'
import { generateArchive } from '../../src/generate/generate.js'
import type { GivenSettings } from '../../src/generate/settings.js'
import type { StatsResult } from '../../src/stats/result.js'
import { archiveStats } from '../../src/stats/stats.js'

const envelopes = [
  'json',
  'eventbridge',
  'cloudevents',
  'sns',
  'sqs',
  'sqs>sns',
  'sqs>eventbridge',
  'sqs>sns>eventbridge',
  'sqs>sns>cloudevents',
]
const writable = allEnvelopes.filter(({ wrap }) => wrap !== undefined)
/** Every transport that is written, around every document, and every wrapper of several. */
const everyPair = chainsOf(
  writable.filter(({ entries }) => entries !== undefined),
  writable.filter(({ inner }) => inner !== undefined),
  writable.filter(({ inner, entries }) => (inner ?? entries) === undefined),
).filter((chain) => !envelopes.includes(chain))
/** Those whose messages have numbers that say which was first. */
const numbered = [
  'sqs-fifo',
  'sqs-fifo>sns-fifo>eventbridge',
  'sqs-fifo>cloudevents-batch',
  'records>sqs-lambda-fifo>eventbridge',
  'dynamodb',
  'records>dynamodb',
  'kafka>eventbridge',
  'kafka>array>json',
]
/** Encodings, and what is nested deeper. */
const deeper = [
  'kinesis>kpl>eventbridge',
  'kinesis>kpl>gzip>json',
  'kinesis>gzip>cloudevents',
  'kinesis>zstd>eventbridge',
  'kinesis>base64>gzip>json',
  'kinesis>lines>json',
  'kinesis>gzip>logs>eventbridge',
  'kinesis>confluent>json',
  'kinesis>glue>eventbridge',
  'sqs>base64>eventbridge',
  'sqs>gzip>eventbridge',
  'sqs>sns>zstd>json',
  'sqs>kpl>json',
  'sqs>array>eventbridge',
  'sqs>cloudevents-batch',
  'sqs>cloudevents-binary',
  'sqs>sns>cloudevents-binary',
  'sns>cloudevents-binary',
  'sns-fifo>eventbridge',
  'sns-lambda>cloudevents-binary',
  'http>cloudevents-binary',
  'http>cloudevents-batch',
  'records>sqs-lambda>gzip>cloudevents',
  'records>kinesis-lambda>kpl>eventbridge',
  'records>kinesis-lambda>gzip>logs>eventbridge',
  'records-messages>sqs-fifo>json',
  'logs-lambda>gzip>logs>eventbridge',
  'firehose>gzip>logs>json',
  'cloudtrail',
  'emf',
  'debezium',
  'dms',
  'kafka>kafka-connect>debezium',
  'logs-lambda>gzip>logs>emf',
]
const textFormats = ['ndjson', 'array', 'concatenated', 'mixed'] as const
const seeds = Array.from({ length: 20 }, (_, n) => n + 1)
const timeoutMs = 300_000
const everyFormat = { format: 'mixed', compression: 'mixed', files: 8 } as const
const small = { seed: 1, events: 150 }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-truth-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(envelopes)('%s', (envelope) => {
  test.each([...textFormats, 'parquet'] as const)(
    'in %s is measured as its truth says, for 20 seeds',
    async (format) => {
      for (const seed of seeds) await expectTruth(settings({ envelope, format, seed }))
    },
    timeoutMs,
  )
})

// One folder has files of every format, packed and not: a small one for each chain.
describe.each([...everyPair, ...numbered, ...deeper])('%s', (envelope) => {
  test('in every format is measured as its truth says', () =>
    expectTruth(settings({ ...small, envelope, ...everyFormat })))

  test('in Avro is measured as its truth says', () =>
    expectTruth(settings({ ...small, envelope, format: 'avro', members: 1 })))
})

test.each(numbered)(
  '%s is measured by its numbers, whatever order files are in',
  async (envelope) => {
    const crowded = { ratePerSecond: 5_000, keys: 4, shuffledShare: 0.3 }
    for (const seed of [1, 2, 3]) {
      await expectTruth(settings({ envelope, ...everyFormat, ...crowded, seed }))
    }
  },
)

test.each(['records>sqs-lambda', 'kinesis>kpl>eventbridge', 'logs>json', 'sqs>cloudevents-batch'])(
  'undecodable entries of %s stand where its truth says',
  async (envelope) => {
    const given = settings({ envelope, format: 'ndjson', files: 1, undecodableShare: 0.02 })
    const { result, truth } = await measured(given)
    const places = ({ findings }: StatsResult) =>
      findings
        .filter(({ kind }) => kind === 'undecodable')
        .flatMap(({ witnesses }) => witnesses.map(({ position }) => position?.record))
    // Truth has the first five; of each reason there are some in the findings.
    const [planted, found] = [places(truth), places(result)]
    const among = found.filter((record) => Number(record) <= Number(planted.at(-1)))
    expect(among.length).toBeGreaterThan(2)
    expect(planted).toEqual(expect.arrayContaining(among))
  },
)

test(
  'wrappings and formats mixed in one folder, for 20 seeds',
  async () => {
    for (const seed of seeds) {
      const mixed = { envelope: 'mixed', format: 'mixed', compression: 'mixed' } as const
      await expectTruth(settings({ ...mixed, seed, files: 6 }))
    }
  },
  timeoutMs,
)

test.each(
  envelopes.flatMap((envelope) => [
    { envelope, compression: 'none' as const },
    { envelope, compression: 'gzip' as const },
  ]),
)('Avro of $envelope, packed: $compression, is measured as its truth says', async (given) => {
  for (const seed of [1, 2, 3]) {
    await expectTruth(settings({ format: 'avro', members: 1, seed, ...given }))
  }
})

test.each(textFormats)('zstd of %s is measured as its truth says', async (format) => {
  const packed = { compression: 'zstd', members: 1 } as const
  for (const seed of [1, 2, 3]) {
    await expectTruth(settings({ envelope: 'eventbridge', format, ...packed, seed }))
  }
})

test('what does not fit into memory is measured as its truth says', async () => {
  const given = settings({ envelope: 'eventbridge', format: 'ndjson', seed: 3, events: 3_000 })
  await expectTruth(given, { heldRows: 700 })
})

test('without SQL the decoder alone measures the same', async () => {
  const given = settings({ envelope: 'sqs>sns>eventbridge', format: 'ndjson', seed: 4 })
  await expectTruth(given, { sqlFromBytes: Number.POSITIVE_INFINITY })
})

interface Options {
  heldRows?: number
  sqlFromBytes?: number
}

async function expectTruth(given: GivenSettings, options: Options = {}): Promise<void> {
  const { result, truth } = await measured(given, options)
  const figures = ({ span, read, total, types, partial }: StatsResult) =>
    ({ span, read, total, types, partial }) as const
  expect(figures(result), `${given.envelope}, ${given.format}, seed ${given.seed}`).toEqual(
    figures(truth),
  )
}

async function measured(given: GivenSettings, options: Options = {}) {
  const to = join(folder, `${given.envelope}-${given.format}-${given.seed}`)
  const { signal } = new AbortController()
  await generateArchive(given, { to, force: false, signal, onProgress: () => {} })
  const config = await loadConfig({ env: {}, cwd: to, firstSource: to })
  const { objects } = await resolveSources([to], { aliases: {}, cwd: to })
  const { result } = await archiveStats({
    sources: [to],
    objects,
    mapping: createMapping({ events: config.events }),
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: null,
    content: false,
    memoryLimitBytes: 2e9,
    // Every file of lines goes through SQL, however small.
    sqlFromBytes: 0,
    ...options,
    signal,
    onProgress: () => {},
  })
  const truth: StatsResult = JSON.parse(await readFile(join(to, 'truth.json'), 'utf8'))
  await rm(to, { recursive: true })
  return { result, truth }
}

function chainsOf(
  wrappers: readonly Envelope[],
  transports: readonly Envelope[],
  documents: readonly Envelope[],
): string[] {
  const pairs = transports.flatMap((transport) =>
    documents.map((document) => `${shapeName(transport)}>${shapeName(document)}`),
  )
  const entries = wrappers.flatMap((wrapper) =>
    // What holds anything is around one thing.
    (wrapper.entryIs ? ['eventbridge'] : transports.map((each) => `${shapeName(each)}>json`)).map(
      (inside) => `${shapeName(wrapper)}>${inside}`,
    ),
  )
  return [...pairs, ...entries.filter(isWritten)].map((chain) => chain.replace(/>json$/, ''))
}

/** A wrapper goes around what tells it, and around nothing else. */
function isWritten(chain: string): boolean {
  try {
    return parseChains(chain).length === 1
  } catch {
    return false
  }
}

function settings(given: Partial<GivenSettings> & Pick<GivenSettings, 'envelope' | 'format'>) {
  const { envelope, format } = given
  const chains = parseChains(envelope)
  const countsAttempts = chains.some((chain) => chain.countsAttempts)
  const namesReplays = chains.some((chain) => chain.namesReplays)
  const base: GivenSettings = {
    seed: 1,
    events: 300,
    types: 5,
    sources: 3,
    keys: 40,
    hotShare: 0.2,
    rates: {
      duplicates: 0.02,
      redeliveries: countsAttempts ? 0.02 : 0,
      replays: namesReplays ? 0.02 : 0,
      conflicts: 0.01,
      publishedTwice: 0.01,
      reorder: 0.05,
      loss: 0.02,
      skew: 0.01,
    },
    silence: [],
    startUs: Date.UTC(2026, 0, 5) * 1_000,
    ratePerSecond: 50,
    latency: { medianUs: 20_000, p99Us: 180_000 },
    clockUs: 1,
    envelope,
    format,
    compression: 'gzip',
    layout: 'flat',
    files: 3,
    members: format === 'parquet' ? 1 : 2,
    shuffledShare: 0.05,
    undecodableShare: format === 'parquet' || format === 'avro' ? 0 : 0.01,
    eventBytes: 500,
  }
  return { ...base, ...given }
}
