import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/event/event.js'
import { parseJson } from '../../src/event/json.js'
import { campaign } from '../helpers/campaign.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'

const folder = testFolder()

type Layout = 'lines' | 'array' | 'array over lines' | 'concatenated' | 'pretty'

interface Archive {
  layout: Layout
  /** Each as it stands in the text, and where it ends there, with its line end where it has one. */
  documents: string[]
  ends: number[]
  text: Buffer
}

const lineEnd = fc.constantFrom('\n', '\r\n')
const document = fc.oneof(
  fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
  fc.record({ id: fc.nat(), detail: fc.jsonValue() }),
)

const archive: fc.Arbitrary<Archive> = fc
  .record({
    documents: fc.array(document, { maxLength: 30 }),
    layout: fc.constantFrom<Layout>('lines', 'array', 'array over lines', 'concatenated', 'pretty'),
    end: lineEnd,
    bom: fc.boolean(),
  })
  .map(({ documents, layout, end, bom }) => {
    const texts = documents.map((value) => JSON.stringify(value, null, layout === 'pretty' ? 2 : 0))
    // An object that fills its line looks like NDJSON.
    if (layout === 'pretty') texts.unshift('{\n}')
    const isArray = layout.startsWith('array')
    const between = {
      lines: end,
      array: ',',
      'array over lines': `,${end}`,
      concatenated: '',
      pretty: end,
    }
    let text = `${bom ? '\ufeff' : ''}${isArray ? '[' : ''}`
    const ends: number[] = []
    texts.forEach((one, i) => {
      text += one + (i < texts.length - 1 || layout === 'lines' ? between[layout] : '')
      ends.push(Buffer.byteLength(text))
    })
    return { layout, documents: texts, ends, text: Buffer.from(text + (isArray ? ']' : '')) }
  })

const chunkBytes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(undefined))

/** Gzip in members, cut at shares of the whole. */
function zipped(text: Buffer, shares: readonly number[]): Buffer {
  const cuts = shares.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b)
  const starts = [0, ...cuts]
  return Buffer.concat(starts.map((start, i) => gzipSync(text.subarray(start, starts[i + 1]))))
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 })

function values({ documents }: Archive): unknown[] {
  return documents.map((text) => parseJson(text))
}

describe('random documents in a random layout', () => {
  test('are read back equal, plain or in gzip, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(archive, fc.option(shares), chunkBytes, async (made, members, size) => {
        const bytes = members ? zipped(made.text, members) : made.text
        const { records, faults } = await readAll(write(folder, 'x', bytes), { chunkBytes: size })
        expect(faults).toEqual([])
        expect(records.map(short)).toEqual(values(made))
        expect(records.map((record) => 'sizeBytes' in record && record.sizeBytes)).toEqual(
          made.documents.map((text) => Buffer.byteLength(text)),
        )
      }),
      { numRuns: campaign(150) },
    )
  })

  test('in a cut gzip: the whole ones, and one that is cut', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(archive, share, chunkBytes, async (made, left, size) => {
        const whole = gzipSync(made.text)
        const bytes = whole.subarray(0, 10 + Math.floor(left * (whole.length - 11)))
        const { length } = gunzipSync(bytes, { finishFlush: 2 })
        const { records, faults } = await readAll(write(folder, 'x', bytes), { chunkBytes: size })
        const count = made.documents.filter((text, i) => {
          const before = made.ends[i - 1] ?? made.text.indexOf(text)
          return before + Buffer.byteLength(text) <= length
        }).length
        expect(faults).toEqual([{ reason: 'cut', detail: 'ends before its gzip data does' }])
        expect(records.map(short)).toEqual([...values(made).slice(0, count), 'cut'])
      }),
      { numRuns: campaign(150) },
    )
  })
})

describe('random bytes changed', () => {
  const changes = fc.array(
    fc.record({
      share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
    }),
    { minLength: 1, maxLength: 3 },
  )

  test('what precedes them is read, and chunks make no difference', async () => {
    await fc.assert(
      fc.asyncProperty(archive, changes, chunkBytes, async (made, places, size) => {
        const bytes = Buffer.from(made.text)
        if (bytes.length === 0) return
        const offsets = places.map(({ share }) => Math.floor(share * bytes.length))
        places.forEach(({ byte }, i) => {
          bytes[offsets[i] ?? 0] = byte
        })
        const object = write(folder, 'x', bytes)
        const { records } = await readAll(object)
        const count = made.ends.filter((end) => end <= Math.min(...offsets)).length
        expect(records.map(short).slice(0, count)).toEqual(values(made).slice(0, count))
        expect(records.map(({ record }) => record)).toEqual(records.map((_, i) => i + 1))
        const inChunks = await readAll(object, { chunkBytes: size })
        expect(inChunks.records.map(plainRecord)).toEqual(records.map(plainRecord))
      }),
      { numRuns: campaign(300) },
    )
  })

  test('in gzip: never thrown, and a fault is one undecodable at the end', async () => {
    await fc.assert(
      fc.asyncProperty(archive, changes, async (made, places) => {
        const bytes = gzipSync(made.text)
        for (const { share, byte } of places) {
          bytes[10 + Math.floor(share * (bytes.length - 10))] = byte
        }
        const { records, faults } = await readAll(write(folder, 'x', bytes))
        expect(faults.length).toBeLessThanOrEqual(1)
        if (faults.length > 0) expect(short(records.at(-1) as never)).toBe('cut')
      }),
      { numRuns: campaign(100) },
    )
  })
})

test('the same documents in every layout give the same records', async () => {
  const documents: JsonObject[] = Array.from({ length: 5000 }, (_, i) => ({
    id: i,
    text: '},{"id":',
  }))
  const texts = documents.map((value) => JSON.stringify(value))
  for (const text of [
    texts.join('\n'),
    texts.join(''),
    `[${texts.join(',')}]`,
    `[${texts.join(',\n')}\n]`,
  ]) {
    const { records } = await readAll(write(folder, 'x', text))
    expect(records.map(short)).toEqual(documents)
  }
})
