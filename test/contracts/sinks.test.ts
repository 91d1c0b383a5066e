import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sinkFor, sinks } from '../../src/sinks/index.js'
import { type Outcome, Sender } from '../../src/sinks/sender.js'
import type { OpenSink, SinkEntry } from '../../src/sinks/sink.js'
import { describeWith } from '../helpers/needs.js'
import { type CalledDouble, startCalled } from '../testbed/called-double.js'
import { type FaultyAws, faults, faultsBefore } from '../testbed/faults.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type Arrived, bed, stdoutTarget, type Target, targets } from './sink-targets.js'

let moto: Moto
let aws: FaultyAws
let called: CalledDouble
let folder: string

const entryOf = (n: number, more: Partial<SinkEntry> = {}): SinkEntry => ({
  ...{ body: JSON.stringify({ n, text: 'ä'.repeat(10) }), attributes: { kind: 'test' } },
  ...{ source: 'shop', type: 'order.placed', timeUs: 1.7e15 },
  ...{ key: `k ${n % 3}`, sendId: `send ${n}` },
  ...more,
})

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

async function opened({ isCalled }: Target, address: string): Promise<OpenSink> {
  const sink = await sinkFor(address)
  const endpointUrl = isCalled ? called.url : aws.url
  const options = {
    aws: { region: moto.region, endpointUrl },
    signal: new AbortController().signal,
  }
  return sink.open(address, options)
}

async function sendAll(sink: OpenSink, entries: readonly SinkEntry[]) {
  const outcomes = new Map<string, Outcome>()
  const { signal } = new AbortController()
  const waitMs = { first: 1, most: 5 }
  const onOutcome = (entry: SinkEntry, outcome: Outcome) => outcomes.set(entry.sendId, outcome)
  const sender = new Sender(sink, { signal, waitMs, onOutcome, concurrency: 2 })
  for (const entry of entries) await sender.add(entry)
  await sender.end()
  return entries.map(({ sendId }) => outcomes.get(sendId))
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('sinks', () => {
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
    moto = await startMoto()
    aws = await faultsBefore(moto.url)
    called = await startCalled()
    folder = mkdtempSync(join(tmpdir(), 'evt-sinks-'))
    Object.assign(bed, { moto, called, folder })
  })
  afterAll(async () => {
    await aws.close()
    await called.stop()
    rmSync(folder, { recursive: true, force: true })
    await moto.stop()
  })
  beforeEach(() => moto.reset())

  test.each(sinks.map(({ name }) => name))(
    '%s says what it keeps, repeats and costs',
    async (name) => {
      const sink = await sinks.find((each) => each.name === name)?.load()
      expect(sink?.name).toBe(name)
      for (const text of [sink?.order, sink?.repeated, sink?.cost])
        expect(text).toMatch(/^[A-Z].*\.$/)
      expect(targets[name]?.length).toBeGreaterThan(0)
    },
  )

  const all = Object.values(targets).flat()
  describe.each(all.map((target) => [target.name ?? target.address, target] as const))(
    '%s',
    (_, target) => {
      test('takes every entry, gives its message id, and keeps the order it promises', async () => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        expect(sink.keepsOrder).toBe(target.isFifo)
        const outcomes = await sendAll(
          sink,
          numbers(target.count).map((n) => entryOf(n)),
        )
        const found = await arrived()
        const idOf = new Map(found.map(({ messageId, body }) => [body['n'], messageId]))
        for (const [n, outcome] of outcomes.entries()) {
          expect(outcome).toMatchObject({ status: 'sent', messageId: idOf.get(n), attempts: 1 })
        }
        expect(found).toHaveLength(target.count)
        if (target.isFifo) expectOrder(found, target)
      })

      test.each(target.isLocal ? [] : faults)('recovers from %s', async (fault) => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        const failing = target.isCalled ? called : aws
        failing.next(fault, fault, fault)
        const outcomes = await sendAll(
          sink,
          numbers(target.count).map((n) => entryOf(n)),
        )
        expect(new Set(outcomes.map((outcome) => outcome?.status))).toEqual(new Set(['sent']))
        expect(outcomes.some((one) => one?.status === 'sent' && one.attempts > 1)).toBe(true)
        const found = await arrived()
        const seen = new Set(found.map(({ body }) => body['n']))
        expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(numbers(target.count))
        const mayRepeat = fault === 'lost' && (!target.isFifo || target.mayRepeat === true)
        if (!mayRepeat) expect(found).toHaveLength(target.count)
        if (target.isFifo) expectOrder(found, target)
      })

      // Standard output is always there.
      const asked = target === stdoutTarget ? [] : [target]
      test.each(asked)('is looked for before anything is sent', async () => {
        await expect(opened(target, target.missing)).rejects.toMatchObject({
          ...{ message: target.absent, code: target.absentIs ?? 'usage' },
        })
      })

      test.each(target.isLocal ? [] : [target])('tells what it can never take', async () => {
        const { arrived } = await target.make()
        const sink = await opened(target, target.address)
        const huge = entryOf(1, {
          body: JSON.stringify({ text: 'x'.repeat((target.mostBytes ?? 1_048_576) + 50_000) }),
        })
        const outcomes = await sendAll(sink, [entryOf(0), huge, entryOf(2)])
        expect(outcomes.map((outcome) => outcome?.status)).toEqual(['sent', 'failed', 'sent'])
        expect(outcomes[1]).toMatchObject({ error: /^it has [\d,]+ bytes, and \S+ / })
        expect(await arrived()).toHaveLength(2)
      })
    },
  )
})

function expectOrder(found: readonly Arrived[], { groups: named }: Target): void {
  const groups = new Set(found.map(({ group }) => group))
  expect(groups.size).toBe(3)
  for (const name of groups) {
    // A blank is no character of a group's name.
    expect(name).toMatch(named ?? /^[0-9a-f]{64}$/)
    const of = found.filter(({ group }) => group === name)
    const order = of.map(({ body }) => Number(body['n']))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  }
}
