import { afterEach, expect, test, vi } from 'vitest'
import { progressFor } from '../../src/cli/progress.js'

afterEach(() => void vi.restoreAllMocks())

/** What is written of one step where stderr is no terminal. */
async function writtenOf(flags: { progress: boolean; quiet: boolean }): Promise<string> {
  let text = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((piece) => {
    text += String(piece)
    return true
  })
  const progress = await progressFor(flags)
  const counts = { bytesTotal: 10, records: 3, objectsDone: 0, objectsTotal: 1 }
  progress.update({ label: 'reading archive/', bytesDone: 5, ...counts })
  progress.stop()
  return text
}

test('progress is told where it is asked for', async () => {
  expect(await writtenOf({ progress: true, quiet: false })).toContain('reading archive/  50%')
})

test.each([
  { progress: false, quiet: false },
  { progress: true, quiet: true },
])('and not with %o', async (flags) => {
  expect(await writtenOf(flags)).toBe('')
})
