import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EvtError } from '../../src/errors.js'
import { type Outcome, Sender, type SenderOptions } from '../../src/sinks/sender.js'
import type { OpenSink, Sent, SinkEntry } from '../../src/sinks/sink.js'
import { campaign } from '../helpers/campaign.js'

const BATCH_BYTES = 100
const limits = { entries: 4, entryBytes: 60, batchBytes: BATCH_BYTES }
const waitMs = { first: 1, most: 4 }

const entryOf = (id: number, key: string | null = null, size = 10): SinkEntry => ({
  ...{ body: 'x'.repeat(size), attributes: {}, source: 's', type: 't', timeUs: null, key },
  sendId: `${id}`,
})

const sent = (messageId: string): Sent => ({ isSent: true, messageId })
const fails = (more: { isTemporary?: boolean; isOfAll?: boolean } = {}): Sent => ({
  ...{ isSent: false, error: 'no', isTemporary: true, isOfAll: false },
  ...more,
})

/** A target that keeps what arrives; `answer` says what becomes of each. */
function double(
  answer: (entry: SinkEntry, call: number) => Sent | Promise<Sent>,
  { keepsOrder = false }: { keepsOrder?: boolean } = {},
) {
  const arrived: SinkEntry[] = []
  const batches: (readonly SinkEntry[])[] = []
  const sink: OpenSink<SinkEntry> = {
    ...{ target: 'the double', limits, keepsOrder },
    prepare: (entry) => ({ message: entry, sizeBytes: entry.body.length }),
    async send(batch) {
      const call = batches.push(batch)
      await new Promise((resolve) => setTimeout(resolve, 0))
      const results = await Promise.all(batch.map((entry) => answer(entry, call)))
      arrived.push(...batch.filter((_, n) => results[n]?.isSent))
      return results
    },
    close: () => {},
  }
  return { sink, arrived, batches }
}

async function sending(
  sink: OpenSink<SinkEntry>,
  entries: readonly SinkEntry[],
  more: Partial<SenderOptions<SinkEntry>> = {},
) {
  const outcomes = new Map<string, Outcome>()
  const sender = new Sender(sink, {
    signal: new AbortController().signal,
    waitMs,
    onOutcome({ sendId }, outcome) {
      expect(outcomes.has(sendId)).toBe(false)
      outcomes.set(sendId, outcome)
    },
    ...more,
  })
  const ended = (async () => {
    for (const entry of entries) await sender.add(entry)
    await sender.end()
  })()
  return { outcomes, ended }
}

test('whatever fails, each is sent once, those of a key in order, within the limits', async () => {
  const entry = fc.record({ key: fc.constantFrom('a', 'b', 'c', null), size: fc.nat(60) })
  const fault = fc.constantFrom('none', 'none', 'entry', 'throttled', 'call')
  const runs = fc.record({
    keepsOrder: fc.boolean(),
    entries: fc.array(entry, { maxLength: 60 }),
    faults: fc.array(fault, { maxLength: 40 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(runs, async ({ keepsOrder, entries, faults, concurrency }) => {
      const left = [...faults]
      let failing = 0
      const { sink, arrived, batches } = double(
        (_, call) => {
          if (failing === call) return fails({ isOfAll: true })
          const next = left.shift() ?? 'none'
          if (next === 'call') failing = call
          return next === 'none' ? sent('m') : fails({ isOfAll: next !== 'entry' })
        },
        { keepsOrder },
      )
      const all = entries.map(({ key, size }, id) => entryOf(id, key, size))
      const { outcomes, ended } = await sending(sink, all, { concurrency, attempts: 1_000 })
      await ended
      expect(outcomes.size).toBe(all.length)
      expect(arrived).toHaveLength(all.length)
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(limits.entries)
        const bytes = batch.reduce((sum, { body }) => sum + body.length, 0)
        expect(bytes).toBeLessThanOrEqual(BATCH_BYTES)
      }
      if (!keepsOrder) return
      for (const of of ['a', 'b', 'c']) {
        const ids = arrived.filter(({ key }) => key === of).map(({ sendId }) => Number(sendId))
        expect(ids).toEqual([...ids].sort((a, b) => a - b))
      }
    }),
    { numRuns: campaign(50) },
  )
})

test('failed entries of a batch are sent again alone', async () => {
  const { sink, batches } = double(({ sendId }, call) =>
    call <= 2 && sendId === '2' ? fails() : sent(`m${sendId}`),
  )
  const entries = [0, 1, 2, 3, 4].map((id) => entryOf(id))
  const { outcomes, ended } = await sending(sink, entries, { concurrency: 1 })
  await ended
  const ids = batches.map((batch) => batch.map(({ sendId }) => sendId).join(''))
  expect(ids).toEqual(['0', '1234', '2'])
  expect(outcomes.get('2')).toMatchObject({ status: 'sent', messageId: 'm2', attempts: 2 })
})

test('what fails for good, too often, or is too large is told with its error', async () => {
  const { sink } = double(({ sendId }) =>
    sendId === '1' ? fails({ isTemporary: false }) : sendId === '2' ? fails() : sent('m'),
  )
  const entries = [entryOf(0), entryOf(1), entryOf(2), entryOf(3, null, 61)]
  const { outcomes, ended } = await sending(sink, entries, { attempts: 3 })
  await ended
  expect([...outcomes].sort()).toMatchObject([
    ['0', { status: 'sent' }],
    ['1', { status: 'failed', error: 'no', attempts: 1 }],
    ['2', { status: 'failed', error: 'no', attempts: 3 }],
    ['3', { status: 'failed', error: 'it has 61 bytes, and the double takes 60', attempts: 0 }],
  ])
})

test('a failure of all ends the sending; what was in no call is not sent', async () => {
  const gone = new EvtError('there is no queue', { code: 'usage' })
  const { sink } = double((_, call) => {
    if (call === 2) throw gone
    return sent('m')
  })
  const entries = Array.from({ length: 50 }, (_, id) => entryOf(id, 'k'))
  const { outcomes, ended } = await sending({ ...sink, keepsOrder: true }, entries)
  await expect(ended).rejects.toBe(gone)
  const statuses = [...outcomes.values()].map(({ status }) => status)
  expect(statuses.filter((status) => status === 'sent')).toHaveLength(1)
  expect(outcomes.get('1')).toEqual({
    ...{ status: 'failed', error: 'there is no queue', attempts: 1 },
  })
  expect(statuses.filter((status) => status === 'not sent')).toHaveLength(outcomes.size - 2)
})

test('interrupted, it waits for the answers of what is under way and sends no more', async () => {
  const stop = new AbortController()
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { sink, batches } = double(() => answered.then(() => sent('m')))
  const entries = Array.from({ length: 10 }, (_, id) => entryOf(id))
  const { outcomes, ended } = await sending(sink, entries, { signal: stop.signal, concurrency: 1 })
  await new Promise((resolve) => setTimeout(resolve, 10))
  stop.abort()
  answer()
  await ended
  expect(batches).toHaveLength(1)
  const { 0: first, ...others } = Object.fromEntries(outcomes)
  expect(first).toMatchObject({ status: 'sent' })
  expect(Object.values(others)).toEqual(Array(9).fill({ status: 'not sent' }))
})

test.each([
  { skipsRefused: false, ids: ['0', '1', '4', '6'], last: 'not sent' },
  { skipsRefused: true, ids: ['0', '1', '3', '4', '5', '6'], last: 'sent' },
])('behind one that cannot be sent nothing of its key goes: $skipsRefused', async (given) => {
  const { skipsRefused, ids, last } = given
  const { sink, arrived } = double(({ sendId }) => sent(sendId), { keepsOrder: true })
  const keys = ['a', 'b', 'a', 'a', 'b', 'a', null]
  // The third is larger than the target takes.
  const entries = keys.map((key, n) => entryOf(n, key, n === 2 ? 61 : 10))
  const { outcomes, ended } = await sending(sink, entries, { holdsKeys: true, skipsRefused })
  await ended
  expect(arrived.map(({ sendId }) => sendId).sort()).toEqual(ids)
  expect(outcomes.get('2')).toMatchObject({ status: 'failed', attempts: 0 })
  expect(outcomes.get('5')).toMatchObject({ status: last })
})
