import { appendFile, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMapping } from '../../src/event/mapping.js'
import { runRecord } from '../../src/record/run.js'
import { formats } from '../../src/record/store.js'
import { campaign } from '../helpers/campaign.js'
import { measuredIn, partsIn, recordRequest, recordsIn, START_MS } from './recorded.js'

const maps = ['id=$.id', 'type=$.type', 'time=$.time', 'key=$.key', 'sequence=$.seq']
const mapping = createMapping({ maps })
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-figures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const body = fc.record(
  {
    id: fc.integer({ min: 1, max: 12 }),
    type: fc.constantFrom('a', 'b', '__proto__'),
    // Also of the day before.
    time: fc
      .integer({ min: -60_000, max: 60_000 })
      .map((ms) => new Date(START_MS + ms).toISOString()),
    key: fc.constantFrom('k', 'l'),
    seq: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('9007199254740993')),
    note: fc.string(),
  },
  { requiredKeys: ['type'] },
)

/** A line, after which the clock of the queue has gone on by so much. */
const line = fc.record({
  body,
  as: fc.constantFrom('message', 'message', 'fifo', 'two', 'bare', 'bad', 'no object'),
  attempt: fc.integer({ min: 1, max: 2 }),
  messageId: fc.integer({ min: 1, max: 20 }),
  laterMs: fc.integer({ min: 0, max: 50 }),
  number: fc.integer({ min: 1, max: 30 }),
})

type Line = typeof line extends fc.Arbitrary<infer One> ? One : never

function textOf({ body: event, as, attempt, messageId, number }: Line, sentMs: number): string {
  if (as === 'bad') return `{"id":${messageId}`
  if (as === 'no object') return '17'
  if (as === 'bare') return JSON.stringify(event)
  const Attributes = {
    SentTimestamp: String(sentMs),
    ApproximateReceiveCount: String(attempt),
    ...(as === 'fifo' && { MessageGroupId: 'g', SequenceNumber: String(number) }),
  }
  const message = { MessageId: `m-${messageId}`, Body: JSON.stringify(event), Attributes }
  return JSON.stringify(as === 'two' ? { Messages: [message, message] } : message)
}

function textOfAll(lines: readonly Line[]): string {
  let sentMs = START_MS
  return lines
    .map((one) => {
      sentMs += one.laterMs
      return `${textOf(one, sentMs)}\n`
    })
    .join('')
}

const request = (to: string, more: Parameters<typeof recordRequest>[2]) =>
  recordRequest(to, folder, more)

const measured = (path: string) => measuredIn(folder, path, mapping)

test('what is recorded is measured as it is itself, in however many runs and parts', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
      async (lines, limits) => {
        const to = `recorded-${runs++}`
        const format = formats[runs % formats.length]
        await writeFile(join(folder, 'a.ndjson'), textOfAll(lines))
        for (const limit of limits) await runRecord(request(to, { limit, format }))
        const last = await runRecord(request(to, { rollBytes: 1 }))
        expect(last.failure).toBeUndefined()
        expect(await measured(to)).toEqual(await measured('a.ndjson'))
      },
    ),
    { numRuns: campaign(12) },
  )
}, 300_000)

test('a file that was rotated meanwhile is recorded to its end, then the new one', async () => {
  const file = join(folder, 'l.ndjson')
  const given = ['l.ndjson']
  await writeFile(file, '{"id":1}\n{"id":2}\n')
  await runRecord(request('rotated', { given }))
  await appendFile(file, '{"id":3}\n')
  await rename(file, `${file}.1`)
  await writeFile(file, '{"id":4}\n')
  const { recorded, faults } = await runRecord(request('rotated', { given }))
  expect(faults).toEqual([])
  expect(recorded.records).toBe(2)
  const ids = recordsIn(partsIn(join(folder, 'rotated'))).map(({ records }) => records?.[0]['id'])
  expect(ids).toEqual([1, 2, 3, 4])
  // Where the one before cannot be found again, it is said.
  // While it is open, nothing else gets its number.
  const held = await open(file)
  await rm(file)
  await writeFile(`${file}.new`, '{"id":5}\n')
  await rename(`${file}.new`, file)
  await rm(`${file}.1`)
  const again = await runRecord(request('rotated', { given }))
  await held.close()
  const lost = again.faults.map(({ path, fault }) => `${path} ${fault.reason}`)
  expect(lost).toEqual(['l.ndjson changed'])
  expect(again.recorded.records).toBe(1)
})
