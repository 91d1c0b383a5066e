import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runReconcile } from '../../src/reconcile/run.js'
import { campaign } from '../helpers/campaign.js'
import { type Delivered, naiveReconcile } from './naive-reconcile.js'
import { reconcileSides } from './reconcile-sides.js'

const timeoutMs = 1_800_000
const startUs = Date.UTC(2026, 10, 1) * 1_000
const graceUs = 30e6

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-reconcile-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An event and what happens to it: how often it is sent and comes, when, and how it is
 * acknowledged. Seldom it has no id, no time or no time of arrival. */
const event = fc.record({
  id: fc.integer({ min: 0, max: 30 }),
  kind: fc.integer({ min: 0, max: 5 }),
  sends: fc.constantFrom(1, 1, 1, 1, 0, 2),
  atUs: fc.integer({ min: 0, max: 120e6 }),
  status: fc.constantFrom('ok', 'ok', 'ok', 'failed', null),
  isTimed: fc.constantFrom(true, true, true, true, false),
  arrivals: fc.array(
    fc.record({
      afterUs: fc.oneof(
        fc.integer({ min: -5e6, max: 10e6 }),
        fc.integer({ min: 29e6, max: 31e6 }),
        fc.integer({ min: 0, max: 90e6 }),
      ),
      isTimed: fc.constantFrom(true, true, true, true, true, false),
    }),
    { maxLength: 3 },
  ),
  isNamed: fc.constantFrom(true, true, true, true, true, true, true, false),
})

interface Sides {
  sent: Delivered[]
  received: Delivered[]
}

const workload: fc.Arbitrary<Sides> = fc
  .tuple(
    fc.array(event, { minLength: 1, maxLength: 40 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 1e6 })),
  )
  .map(([events, chance]) => {
    const sent: Delivered[] = []
    const received: Delivered[] = []
    for (const { id, kind, sends, atUs, status, isTimed, arrivals, isNamed } of events) {
      const of = {
        id: isNamed ? `id-${id}` : null,
        ...{ source: kind % 2 ? 'shop' : 'depot', type: `t.${kind % 3}` },
      }
      const timeUs = isTimed ? startUs + atUs : null
      const send = { ...of, timeUs, receivedUs: null, status: status as Delivered['status'] }
      for (let n = 0; n < sends; n++) sent.push(send)
      for (const arrival of arrivals) {
        const receivedUs = arrival.isTimed ? startUs + atUs + arrival.afterUs : null
        received.push({ ...of, timeUs, receivedUs, status: null })
      }
    }
    const shuffled = received
      .map((one) => ({ one, rank: Number(chance.next().value) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ one }) => one)
    return { sent, received: shuffled }
  })

const { write, request } = reconcileSides(() => folder, graceUs)

const byName = (rows: readonly { type: string; source: string }[]) =>
  [...rows].sort((a, b) => (`${a.source}/${a.type}` < `${b.source}/${b.type}` ? -1 : 1))

test(
  'what is reconciled equals a naive model, read by SQL or decoded, in one part or many',
  async () => {
    await fc.assert(
      fc.asyncProperty(workload, fc.constantFrom(0, 1e9), async ({ sent, received }, sqlFrom) => {
        const stages: [string, string][] = [
          ['sent', write('sent', sent, 2)],
          ['received', write('received', received, 3)],
        ]
        const more = { sqlFromBytes: sqlFrom, arrivalsAtOnce: 7 }
        const { result } = await runReconcile(request(stages, more))
        const { total, types } = naiveReconcile(sent, received, { graceUs, hasStatus: true })
        expect(result.total).toEqual(total)
        expect(byName(result.types)).toEqual(byName(types))
        const sum = (name: 'sent' | 'unexpected' | 'duplicated' | 'inFlight') =>
          (result.windows ?? []).reduce((all, row) => all + row[name], 0)
        for (const name of ['sent', 'unexpected', 'duplicated', 'inFlight'] as const) {
          expect(sum(name)).toBe(total[name])
        }
      }),
      { numRuns: campaign(20), endOnFailure: true },
    )
  },
  timeoutMs,
)

test(
  'a range of time chooses among what the whole of both sides says',
  async () => {
    const range = { sinceUs: startUs + 30e6, untilUs: startUs + 80e6 }
    await fc.assert(
      fc.asyncProperty(workload, async ({ sent, received }) => {
        const stages: [string, string][] = [
          ['sent', write('sent', sent)],
          ['received', write('received', received)],
        ]
        const { result } = await runReconcile(request(stages, { range }))
        const options = { graceUs, hasStatus: true, ...range }
        expect(result.total).toEqual(naiveReconcile(sent, received, options).total)
      }),
      { numRuns: campaign(5), endOnFailure: true },
    )
  },
  timeoutMs,
)

test(
  'of three stages, each two beside each other and the whole way are what two of them say',
  async () => {
    await fc.assert(
      fc.asyncProperty(workload, workload, async (first, second) => {
        const all = [first.sent, first.received, second.received]
        const stages = all.map((one, n): [string, string] => [`s${n}`, write(`s${n}`, one)])
        const { result } = await runReconcile(request(stages))
        const naive = (from: number, to: number) =>
          naiveReconcile(all[from] ?? [], all[to] ?? [], { graceUs, hasStatus: from === 0 }).total
        expect(result.total).toEqual(naive(0, 2))
        expect(result.hops?.map(({ total }) => total)).toEqual([naive(0, 1), naive(1, 2)])
        const lost = result.hops?.reduce((sum, { lostHere }) => sum + lostHere, 0)
        expect(lost).toBe(result.total.lost ?? 0)
      }),
      { numRuns: campaign(5), endOnFailure: true },
    )
  },
  timeoutMs,
)

test(
  'nothing depends on how deliveries lie in files, on threads, or on memory',
  async () => {
    const [{ sent, received }] = fc.sample(workload, 1) as [Sides]
    // One identity has one type: which of several counts is told by positions.
    const plain = (all: readonly Delivered[]) => all.map((one) => ({ ...one, type: 't' }))
    const results = []
    for (const [files, threads, arrivalsAtOnce] of [
      [1, 1, 1e6],
      [3, 2, 1],
      [2, 2, 5],
    ] as const) {
      const order = files === 1 ? 1 : -1
      const ordered = (all: readonly Delivered[]) =>
        order === 1 ? plain(all) : [...plain(all)].reverse()
      const stages: [string, string][] = [
        ['sent', write('sent', ordered(sent), files)],
        ['received', write('received', ordered(received), files)],
      ]
      const run = await runReconcile(request(stages, { threads, arrivalsAtOnce, sqlFromBytes: 0 }))
      const { total, types, windows } = run.result
      results.push({ total, types, windows })
    }
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
  },
  timeoutMs,
)
