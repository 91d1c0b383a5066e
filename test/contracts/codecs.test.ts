import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Codec, codecs } from '../../src/envelopes/codecs/index.js'
import { MAX_RECORD_BYTES } from '../../src/event/event.js'
import { loadZstd } from '../../src/zstd/engine.js'

beforeAll(loadZstd)

const all = codecs.map((codec): [string, Codec] => [codec.envelope.name, codec])
/** What is recognised in every encoding, those of schema registries among them. */
const content = fc.json({ maxDepth: 3 }).map((text) => Buffer.from(`{"a":${text}}`))
const text = fc.string({ maxLength: 20, unit: 'grapheme' })
const tag = fc.record({ key: text, value: text }, { requiredKeys: ['key'] })
const documents: Readonly<Record<string, fc.Arbitrary<object>>> = {
  kpl: fc.record(
    { partitionKey: text, explicitHashKey: text, tags: fc.array(tag, { minLength: 1 }) },
    { requiredKeys: ['partitionKey'] },
  ),
  glue: fc.uuid().map((schemaVersionId) => ({ schemaVersionId })),
  confluent: fc.nat({ max: 2 ** 31 - 1 }).map((schemaId) => ({ schemaId })),
}

describe.each(all)('%s', (name, codec) => {
  const piece = fc.record({ document: documents[name] ?? fc.constant({}), content })
  const several = fc.array(piece, { minLength: 1, maxLength: name === 'kpl' ? 8 : 1 })

  test('what is encoded is recognised, and decoded to the same', () => {
    fc.assert(
      fc.property(several, (some) => {
        const pieces = some.map(({ document, content: bytes }, n) => ({
          document: { ...document },
          content: bytes,
          entry: name === 'kpl' ? n : null,
        }))
        const bytes = codec.encode(pieces)
        expect(codecs.find((each) => each.recognises(bytes, {}))).toBe(codec)
        const decoded = codec.decode(bytes, MAX_RECORD_BYTES, {})
        expect(plain(decoded)).toEqual(plain(pieces))
        const again = decoded.map((each) => ({ ...each, content: each.content as Buffer }))
        expect(codec.encode(again).equals(bytes)).toBe(true)
      }),
    )
  })
})

test('what is longer than one block of zstd is encoded in several', () => {
  const long = Buffer.from(JSON.stringify({ a: 'x'.repeat(300_000) }))
  const [, zstd] = all.find(([name]) => name === 'zstd') ?? []
  const bytes = zstd?.encode([{ document: {}, content: long, entry: null }]) ?? Buffer.alloc(0)
  const [piece] = zstd?.decode(bytes, MAX_RECORD_BYTES, {}) ?? []
  expect(long.equals(piece?.content as Buffer)).toBe(true)
})

/** Buffers by their text, fields in no order, as JSON has them. */
function plain(pieces: readonly { document: object; content: unknown; entry: number | null }[]) {
  return pieces.map(({ document, content: bytes, entry }) => ({
    document: JSON.parse(JSON.stringify(document)),
    text: String(bytes),
    entry,
  }))
}
