import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { deflateSync, gzipSync, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { PeekedStream } from '../../src/archives/peeked-stream.js'
import { readRecords } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { codecs } from '../../src/envelopes/codecs/index.js'
import { contentsOf } from '../../src/envelopes/content.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { complete } from '../../src/envelopes/missing.js'
import { jsonText, parseBytes } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import { HdrBuckets } from '../../src/meters/hdr-buckets.js'
import { readHdr, writeHdr } from '../../src/meters/hdr-v2.js'
import { readHlogLine } from '../../src/meters/hlog-text.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'
import { executions, seed } from '../helpers/campaign.js'
import { createRandom, mutant } from './mutants.js'

/* Bytes that nobody wrote: every decoder takes them for what they are, quickly and in little
 * memory. A failure prints the seed and the bytes. */

const MOST_MS = 1_000
const MOST_MORE_BYTES = 512 * 1024 * 1024
const MEMORY_EVERY = 4_096

const maps = ['key=$.detail.orderId', 'sequence=$.detail.version', 'entities.order=$.id']
const decode = createDecoder({ mapping: createMapping({ maps }) })
const fixtures = eventFixtures().map(({ bytes }) => Buffer.from(bytes))

// What has to be fetched first, such as libzstd, is there then.
for (const bytes of fixtures) await complete(() => decodeRecord(bytes))

function decodeRecord(bytes: Buffer): void {
  const reading = parseBytes(bytes)
  if (!reading.ok) return
  const position = { path: 'a', record: 1 }
  decode({ value: reading.value, position, sizeBytes: bytes.length, head: bytes })
}

/** The bytes that stand in the fixtures as base64, and some that any fixture makes. */
function encodedBodies(): Buffer[] {
  const texts = fixtures.flatMap((bytes) => bytes.toString().match(/[A-Za-z0-9+/]{24,}={0,2}/g))
  const found = texts.map((text) => Buffer.from(text ?? '', 'base64'))
  const known = found.filter((bytes) => codecs.some((codec) => codec.recognises(bytes, {})))
  return [...known, ...fixtures.slice(0, 5).map((bytes) => gzipSync(bytes))]
}

/** What stands compressed in a histogram of HdrHistogram. */
function histograms(): Buffer[] {
  const few = new HdrBuckets(3, 0, 2n ** 45n)
  const many = new HdrBuckets(5, 10, 2n ** 62n)
  for (let n = 0; n < 100; n++) {
    few.addAt(n * n, n)
    many.addAt(n * 9_001, n + 1)
  }
  return [few, many].map((histogram) => inflateSync(packedOf(histogram).subarray(OUTER_BYTES)))
}

const OUTER_BYTES = 8

function packedOf(histogram: HdrBuckets): Buffer {
  return Buffer.from(writeHdr(histogram), 'base64')
}

/** As it is, and compressed so that only its inside is wrong. */
function readHistogram(bytes: Buffer): void {
  readHdr(bytes.toString('base64'))
  const contents = deflateSync(bytes, { level: 1 })
  const outer = Buffer.alloc(OUTER_BYTES)
  outer.writeInt32BE(0x1c849304, 0)
  outer.writeInt32BE(contents.length, 4)
  readHdr(Buffer.concat([outer, contents]).toString('base64'))
}

function archives(): Buffer[] {
  const lines = fixtures.map((bytes) => bytes.toString().replaceAll('\n', ' ').trim())
  const text = Buffer.from(lines.slice(0, 8).join('\n'))
  const file = (path: string) => readFileSync(new URL(`../fixtures/${path}`, import.meta.url))
  return [
    text,
    Buffer.from(`[${lines.slice(0, 8).join(',\n')}]`),
    Buffer.from(lines.slice(0, 8).join('')),
    Buffer.from(`{"Records":[${lines.slice(0, 4).join()}]}`),
    gzipSync(text),
    Buffer.concat([gzipSync(text), gzipSync(text)]),
    file('zstd/lines.ndjson.zst'),
    file('avro/snappy.avro'),
    Buffer.from(
      `#[StartTime: 1 (seconds since epoch)]\n1.0,1.0,2.0,${writeHdr(new HdrBuckets(3, 0, 2n))}`,
    ),
  ]
}

async function readObject(bytes: Buffer): Promise<void> {
  const stream = new PeekedStream(Readable.from([bytes]), 'a')
  const object = { kind: 'stream', path: 'a', stream } as const
  const sniffed = await sniff(object)
  // DuckDB reads Parquet, and histograms are read line by line.
  if (['parquet', 'hlog', 'hgrm'].includes(sniffed.format)) return
  for await (const batch of readRecords(object, sniffed)) {
    for (const raw of batch) if ('value' in raw) decodeRecord(Buffer.from(jsonText(raw.value)))
  }
}

/** Mutants of the seeds, each to be taken in time. */
async function attack(
  seeds: readonly Buffer[],
  runs: number,
  run: (bytes: Buffer) => void | Promise<void>,
): Promise<void> {
  const random = createRandom(seed)
  const before = process.memoryUsage().rss
  for (let n = 0; n < runs; n++) {
    const bytes = mutant(seeds[random(seeds.length)] ?? Buffer.alloc(0), seeds, random)
    const start = performance.now()
    try {
      const running = run(bytes)
      if (running) await running
    } catch (error) {
      throw new Error(`seed ${seed}, run ${n}: ${bytes.toString('base64')}`, { cause: error })
    }
    const ms = performance.now() - start
    if (ms > MOST_MS && (await cpuMs(bytes, run)) > MOST_MS) {
      throw new Error(`run ${n} took ${ms} ms: ${bytes.toString('base64')}`)
    }
    if (n % MEMORY_EVERY > 0) continue
    // What zlib failed at, Node lets go when nothing runs.
    await setImmediate()
    const more = process.memoryUsage().rss - before
    if (more > MOST_MORE_BYTES) throw new Error(`run ${n}: ${more} bytes more`)
  }
}

/** What a run takes of the processor: the other work of a machine makes it longer, not dearer. */
async function cpuMs(bytes: Buffer, run: (bytes: Buffer) => void | Promise<void>): Promise<number> {
  const start = process.cpuUsage()
  await run(bytes)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

const patience = { timeout: 6 * 3_600_000 }

test('records', patience, async () => {
  await attack(fixtures, executions(30_000) * 0.54, decodeRecord)
})

test('encoded bodies', patience, async () => {
  const bodies = encodedBodies()
  expect(bodies.length).toBeGreaterThan(5)
  await attack(bodies, executions(30_000) * 0.3, (bytes) => {
    contentsOf(bytes.toString('base64'), 'base64')
    contentsOf(bytes.toString('latin1'), 'text')
  })
})

test('histograms', patience, async () => {
  await attack(histograms(), executions(30_000) * 0.1, readHistogram)
})

test('lines of histogram logs', patience, async () => {
  const row = `Tag=a,1.5,1.0,2.0,${writeHdr(new HdrBuckets(3, 0, 2n ** 20n))}`
  const seeds = [row, '#[StartTime: 1793541727.1 (seconds since epoch)]', '#[BaseTime: 0.0]']
  await attack(seeds.map(Buffer.from), executions(30_000) * 0.05, (bytes) => {
    const line = readHlogLine(bytes.toString('latin1'))
    if (line.kind === 'row') readHdr(line.row.base64)
  })
})

test('objects', patience, async () => {
  await attack(archives(), executions(30_000) * 0.01, readObject)
})
