import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { partsIn, recordsIn } from './recorded.js'

let at: Stage
beforeAll(() => {
  at = stage()
})
afterAll(() => at.remove())

test('a source that begins late does not move the place of one that gave already', async () => {
  await writeFile(join(at.work, 'a.ndjson'), '{"id":"a1"}\n{"id":"a2"}\n')
  await writeFile(join(at.work, 'late.ndjson'), '')
  const line = ['record', 'a.ndjson', 'late.ndjson', '--to', 'recorded']
  const child = startEvt([...line, '--roll-every', '1h'], at)
  const begun = join(at.work, 'recorded', '_evt', 'begun')
  while (!existsSync(begun) || !readFileSync(begun, 'utf8').includes('late')) await setTimeout(20)
  await setTimeout(1_000)
  child.kill('SIGKILL')
  await child.end
  const again = startEvt([...line, '--no-follow'], at)
  expect(await again.end).toEqual({ exit: 0, signal: null })
  const ids = recordsIn(partsIn(join(at.work, 'recorded'))).map(({ records }) => records?.[0]['id'])
  expect(ids).toEqual(['a1', 'a2'])
})
