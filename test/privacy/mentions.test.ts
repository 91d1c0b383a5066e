import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { Eraser } from '../../src/privacy/eraser.js'
import { Mentions } from '../../src/privacy/mentions.js'
import type { Subject } from '../../src/privacy/subject.js'

const about = (id: string, more: Partial<Subject> = {}): Subject => ({
  ...{ entities: [`user:${id}`, `of:${id}`], values: [], ignoreCase: false, deep: true },
  ...more,
})
const mapping = createMapping({ maps: ['entities.user=$.u', 'entities.of=$.subject'] })
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

const headers = ({ subject = '' }: { subject?: unknown }) => ({
  ...{ 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/s', 'ce-type': 't' },
  'content-type': 'application/json',
  'ce-subject': encodeURIComponent(String(subject)),
})
const inBytes = (one: object) =>
  Object.entries(headers(one)).map(([name, text]) => ({
    [name.replace('-', '_')]: [...Buffer.from(decodeURIComponent(text))],
  }))
const wrappings = [
  (_: object, text: string) => text,
  (_: object, text: string) => JSON.stringify({ awslogs: { data: base64(text) } }),
  (_: object, text: string) => JSON.stringify({ awslogs: { data: base64(base64(text)) } }),
  (_: object, text: string) => JSON.stringify({ awslogs: { data: base64(` ${base64(text)}`) } }),
  (_: object, text: string) => JSON.stringify({ topic: 't', offset: 1, value: base64(text) }),
  (_: object, Body: string) => JSON.stringify({ MessageId: 'm', ReceiptHandle: 'r', Body }),
  (_: object, text: string) =>
    JSON.stringify({ MessageId: 'm', ReceiptHandle: 'r', Body: ` ${base64(text)}` }),
  (_: object, text: string) =>
    JSON.stringify({ Records: [{ eventSource: 'aws:kinesis', kinesis: { data: base64(text) } }] }),
  (one: object) =>
    JSON.stringify({
      requestContext: {},
      headers: headers(one),
      body: '{}',
      isBase64Encoded: false,
    }),
  (one: object, text: string) =>
    JSON.stringify({
      ...{ requestContext: {}, headers: headers(one), isBase64Encoded: true, body: base64(text) },
    }),
  (one: object, text: string) => {
    const record = { topic: 't', partition: 0, offset: 1, timestampType: 'CREATE_TIME' }
    const records = { 't-0': [{ ...record, value: base64(text), headers: inBytes(one) }] }
    return JSON.stringify({ eventSource: 'aws:kafka', records })
  },
]

function eraserOf(id: string): Eraser {
  const subject = about(id)
  const more = { mode: 'default' as const, mentions: true, isHeld: () => false, key: 'k' }
  return new Eraser({ subject, mapping, decode, ...more })
}

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

  test('is any record that the eraser would do something to, or tell of', async () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>('42', 42, '~', 'submitted', 'Jürgen', true, 1.5),
      fc.string({ maxLength: 8 }),
      fc.base64String({ maxLength: 16 }),
    )
    const about = fc.record({ u: value, subject: value }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(about, value, fc.constantFrom(...wrappings), async (one, id, wrap) => {
        const text = wrap(one, JSON.stringify(one))
        const quick = await eraserOf(String(id)).judge(text)
        const look = vi.spyOn(Mentions.prototype, 'mayBeIn').mockReturnValue(true)
        const closely = await eraserOf(String(id)).judge(text)
        look.mockRestore()
        expect(quick, text).toEqual(closely)
      }),
      { numRuns: 10_000 },
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
    ['in base64 again', `{"data":"${base64(base64('{"u":"~"}'))}"}`],
    ['between blanks', `{"Body":" ${base64('{"u":"ada"}')} "}`],
    ['of more than a word', `{"data":"${'A1'.repeat(10)}"}`],
  ])('is what is packed %s', (_, text) => {
    expect(new Mentions(about('ada'), false).mayBeIn(text)).toBe(true)
  })
})
