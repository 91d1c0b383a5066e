import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Register } from '../../src/erased/register.js'
import { runRecord } from '../../src/record/run.js'
import { partsIn, recordRequest, recordsIn } from './recorded.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-erased-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('who is erased while evt record runs is left out from then on', async () => {
  const register = join(folder, 'register')
  writeFileSync(
    join(folder, 'evt.yaml'),
    `events: { '*': { id: $.id, entities: { user: $.user } } }\nprivacy: { register: register }\n`,
  )
  const notes: string[] = []
  const of = (id: string, user: string) => Buffer.from(`${JSON.stringify({ id, user })}\n`)
  async function* stdin() {
    yield of('e-1', 'ada')
    yield of('e-2', 'bob')
    const known = await Register.open(register)
    await known.add(await known.linesOf(['user:ada'], '2026-11-01T00:00:00.000Z'))
    for (const deadline = Date.now() + 100_000; notes.length === 0 && Date.now() < deadline; ) {
      await after(50)
    }
    yield of('e-3', 'ada')
    yield of('e-4', 'bob')
  }
  const run = await runRecord(
    recordRequest('out', folder, {
      ...{ given: ['-'], follow: true, stdin: stdin(), nowMs: Date.now },
      ...{ env: { HOME: folder }, onNote: (text) => notes.push(text) },
    }),
  )
  expect(run.failure).toBeUndefined()
  expect(run.recorded).toMatchObject({ records: 3, erased: 1 })
  const found = recordsIn(partsIn(join(folder, 'out'))).map(({ records }) => records?.[0]?.['id'])
  expect(found).toEqual(['e-1', 'e-2', 'e-4'])
  expect(notes).toEqual([
    expect.stringMatching(/^somebody was erased, who is left out from now on/),
  ])
}, 120_000)

/** @returns the file of the register */
function withPeers(): string {
  writeFileSync(
    join(folder, 'evt.yaml'),
    `events: { '*': { id: $.id, type: $.type, entities: { user: $.user, peer: $.peer } } }
privacy: { register: register }
`,
  )
  return join(folder, 'register')
}

async function recorded(given: readonly object[]) {
  async function* stdin() {
    for (const one of given) yield Buffer.from(`${JSON.stringify(one)}\n`)
  }
  const run = await runRecord(
    recordRequest('out', folder, {
      ...{ given: ['-'], stdin: stdin(), nowMs: Date.now, env: { HOME: folder } },
    }),
  )
  expect(run.failure).toBeUndefined()
  return run
}

test('what comes again of a type that is held is recorded as it is', async () => {
  const register = withPeers()
  const known = await Register.open(register)
  await known.add(await known.linesOf(['user:ada'], '2026-11-01T00:00:00.000Z', ['invoice.*']))
  const lines = [
    { id: 'e-1', type: 'invoice.sent', user: 'ada' },
    { id: 'e-2', type: 'order.placed', user: 'ada' },
    { id: 'e-3', type: 'order.placed', user: 'ada', peer: 'bob' },
    { id: 'e-4', type: 'invoice.sent', user: 'ada', peer: 'bob' },
  ]
  await recorded(lines)
  const found = recordsIn(partsIn(join(folder, 'out'))).flatMap(({ records }) => records ?? [])
  expect(found).toEqual([lines[0], { ...lines[2], user: null }, lines[3]])
})

test('what is held of one is not held of another in the same record', async () => {
  const register = withPeers()
  const at = '2026-11-01T00:00:00.000Z'
  const known = await Register.open(register)
  await known.add(await known.linesOf(['user:ada'], at, ['invoice.*']))
  await known.add(await known.linesOf(['user:bob', 'peer:bob'], at))
  const batch = (...events: object[]) => ({
    Records: events.map((one, n) => ({
      ...{ messageId: `m-${n}`, receiptHandle: 'r', eventSource: 'aws:sqs', attributes: {} },
      body: JSON.stringify(one),
    })),
  })
  const order = { id: 'e-1', type: 'order.placed', user: 'ada' }
  const invoice = { id: 'e-2', type: 'invoice.sent', user: 'ada', peer: 'bob' }
  const given = [batch(order, { ...invoice, user: 'bob' }), batch(order, invoice)]
  const run = await recorded(given)
  expect(run.recorded).toMatchObject({ erased: 1 })
  const found = recordsIn(partsIn(join(folder, 'out'))).flatMap(({ records }) => records ?? [])
  const bodies = found.flatMap((one) => one['Records'] as { body: string }[])
  expect(bodies.map(({ body }) => JSON.parse(body))).toEqual([{ ...invoice, peer: null }])
})
