import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Journal, unlock } from '../../src/privacy/journal.js'

/** No process has it: Linux counts to 2^22. */
const NOBODY = 2 ** 30

let folder: string
let plan: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-lock-'))
  plan = join(folder, 'plan')
})
afterEach(() => rmSync(folder, { recursive: true }))

const left = (text: string) => writeFileSync(`${plan}.lock`, text)

test('of many at once one applies a plan, also where a killed one held it', async () => {
  for (let round = 0; round < 40; round += 1) {
    if (round % 2 === 1) left(JSON.stringify({ pid: NOBODY, host: hostname() }))
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => Journal.open(plan)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of all) {
      if (one.status === 'rejected') expect(one.reason.message).toMatch(/^another evt applies/)
    }
    await unlock(plan)
    expect(readdirSync(folder)).toEqual([])
  }
})

test('a lock that says nothing yet is held, unless it is old', async () => {
  left('')
  await expect(Journal.open(plan)).rejects.toThrow('another evt applies this plan')
  const before = new Date(Date.now() - 60_000)
  utimesSync(`${plan}.lock`, before, before)
  await expect(Journal.open(plan)).resolves.toBeDefined()
})
