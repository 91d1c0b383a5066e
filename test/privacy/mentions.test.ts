import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { Mentions } from '../../src/privacy/mentions.js'
import type { Subject } from '../../src/privacy/subject.js'

const about = (id: string, more: Partial<Subject> = {}): Subject => ({
  ...{ entities: [`user:${id}`], values: [], ignoreCase: false, deep: true },
  ...more,
})
const mapping = createMapping({ maps: ['id=$.id', 'entities.user=$.u'] })
const decode = createDecoder({ mapping })
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64')

/** Ways to write a document with an id in it, as senders do. */
const written = fc.constantFrom(
  (id: string) => `{"u":"${id}"}`,
  (id: string) => `{"u" : ${/^\d+$/.test(id) ? Number(id).toExponential() : `"${id}"`} }`,
  (id: string) => `{"u":"\\u00${id.charCodeAt(0).toString(16)}${id.slice(1)}"}`,
)
const wrapped = fc.constantFrom(
  (text: string) => text,
  (text: string) => JSON.stringify({ data: base64(text) }),
  (text: string) => JSON.stringify({ data: base64(text).replace(/=+$/, '') }),
  (text: string) => JSON.stringify({ data: base64(gzipSync(text)) }),
  (text: string) => JSON.stringify({ data: base64(JSON.stringify({ d: base64(text) })) }),
  (text: string) => JSON.stringify({ Body: text }),
  (text: string) => `{"list":[1,"${base64(text)}"]}`,
)

describe('a text that may hold an identifier', () => {
  const ids = fc.constantFrom('a', '7', '42', 'ad', 'ada', 'u-4711', '1000', 'é', 'Ärger')

  test('is found in each way to write and to wrap it', () => {
    fc.assert(
      fc.property(ids, written, wrapped, fc.string(), (id, write, wrap, noise) => {
        const text = wrap(write(id))
        const beside = `{"noise":${JSON.stringify(noise)},"is":${text}}`
        const mentions = new Mentions(about(id), false)
        expect(mentions.mayBeIn(text), text).toBe(true)
        expect(mentions.mayBeIn(beside), beside).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })

  test('is any text of which the decoder makes an event about it', () => {
    const value = fc.oneof(
      fc.constantFrom('42', 'ada', 42, 'submitted', 'published', 'corporate', 'aaaaaaaa'),
      fc.string({ maxLength: 20 }),
      fc.base64String({ maxLength: 24 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    const document = fc.record({ id: value, u: value, kind: value }, { requiredKeys: ['u'] })
    const record = fc.oneof(
      document,
      document.map((one) => ({ data: base64(JSON.stringify(one)) })),
      document.map((one) => ({ Records: [{ kinesis: { data: base64(JSON.stringify(one)) } }] })),
    )
    fc.assert(
      fc.property(record, (one) => {
        const text = JSON.stringify(one)
        const position = { path: '', record: 1 }
        const read = { value: JSON.parse(text), position, sizeBytes: 1, head: new Uint8Array() }
        for (const found of decode(read)) {
          for (const entity of found.kind === 'event' ? found.event.entities : []) {
            const mentions = new Mentions(about(entity.slice('user:'.length)), false)
            expect(mentions.mayBeIn(text), `${entity} in ${text}`).toBe(true)
          }
        }
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    ['{"detail-type":"application.submitted","status":"published","n":1.5}', 'ad-10000001'],
    ['{"time":"2026-01-05T09:00:00.000Z","score":0.25,"session":"e79f374f89cd"}', '4711'],
    ['{"correlationId":"988aa5a2-8ca0-4f4d-a784-ee26c1bcee12","price":12.50}', '31337'],
  ])('is none of words and numbers of others: %s', (text, id) => {
    expect(new Mentions(about(id), false).mayBeIn(text)).toBe(false)
  })

  test.each([
    [
      'with a head of its own',
      `{"data":"${base64(Buffer.from([40, 181, 47, 253, 1, 2, 3, 4, 5]))}"}`,
    ],
    ['by a registry', `{"data":"${base64(Buffer.from([0, 0, 0, 0, 7, 84]))}"}`],
    ['of more than a word', `{"data":"${'A1'.repeat(10)}"}`],
  ])('is what is packed %s', (_, text) => {
    expect(new Mentions(about('ada'), false).mayBeIn(text)).toBe(true)
  })
})
