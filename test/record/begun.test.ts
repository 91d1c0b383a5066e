import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { type EvtProcess, startEvt } from '../testbed/evt-process.js'
import { partsIn, recordsIn } from './recorded.js'

let at: Stage
beforeAll(() => {
  at = stage()
})
afterAll(() => at.remove())

const children: EvtProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await child.end
  }
})
function evt(args: readonly string[]): EvtProcess {
  const child = startEvt(args, at)
  children.push(child)
  return child
}

/** As soon as the recording knows where this source begins. */
function hasBegun(source: string, recording: string, child: EvtProcess): Promise<void> {
  const file = join(at.work, recording, '_evt', 'begun')
  return vi.waitFor(
    () => {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
      if (!text.includes(source)) throw new Error(`${source} has not begun: ${child.err.text}`)
    },
    { timeout: 100_000, interval: 20 },
  )
}

test('a source that begins late does not move the place of one that gave already', async () => {
  await writeFile(join(at.work, 'a.ndjson'), '{"id":"a1"}\n{"id":"a2"}\n')
  await writeFile(join(at.work, 'late.ndjson'), '')
  const line = ['record', 'a.ndjson', 'late.ndjson', '--to', 'recorded']
  const child = evt([...line, '--roll-every', '1h'])
  await hasBegun('late.ndjson', 'recorded', child)
  await setTimeout(1_000)
  child.kill('SIGKILL')
  await child.end
  const again = evt([...line, '--no-follow'])
  expect(await again.end).toEqual({ exit: 0, signal: null })
  const ids = recordsIn(partsIn(join(at.work, 'recorded'))).map(({ records }) => records?.[0]['id'])
  expect(ids).toEqual(['a1', 'a2'])
})

test('a time to begin from stays that of the first run', async () => {
  const lines = (...of: readonly [string, number][]) =>
    of.map(([id, time]) => `${JSON.stringify({ id, time })}\n`).join('')
  const nowMs = Date.now()
  const [oldMs, newMs] = [nowMs - 3_600_000, nowMs]
  await writeFile(join(at.work, 'evt.yaml'), "events:\n  '*': { id: $.id, time: $.time }\n")
  await writeFile(join(at.work, 'c.ndjson'), lines(['c1', oldMs], ['c2', newMs]))
  // Of this nothing is of late enough yet.
  await writeFile(join(at.work, 'd.ndjson'), lines(['d1', oldMs], ['d2', oldMs]))
  const line = ['record', 'c.ndjson', 'd.ndjson', '--to', 'timed', '--from', '20s']
  const child = evt([...line, '--roll-every', '1h'])
  await hasBegun('d.ndjson', 'timed', child)
  child.kill('SIGKILL')
  await child.end
  const ids = () =>
    recordsIn(partsIn(join(at.work, 'timed'))).map(({ records }) => records?.[0]['id'])
  await setTimeout(21_000)
  const again = evt([...line, '--no-follow'])
  expect(await again.end, again.err.text).toEqual({ exit: 0, signal: null })
  expect(ids()).toEqual(['c2'])
  // It goes on awaiting it, also behind what it has looked at.
  appendFileSync(join(at.work, 'd.ndjson'), lines(['d3', oldMs], ['d4', newMs + 1], ['d5', oldMs]))
  const third = evt([...line, '--no-follow'])
  expect(await third.end).toEqual({ exit: 0, signal: null })
  expect(ids()).toEqual(['c2', 'd4', 'd5'])
}, 240_000)
