import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { runDemo } from '../../src/demo/demo.js'

test.each([1, 2, 3])(
  'every planted fault is found, with seed %i',
  async (seed) => {
    const { signal } = new AbortController()
    const { folder, faults } = await runDemo({
      events: 30_000,
      seed,
      signal,
      onProgress: () => {},
    })
    await rm(dirname(folder), { recursive: true })
    expect(faults.map(({ what, found }) => [what, found])).toEqual(
      faults.map(({ what, planted }) => [what, planted]),
    )
    expect(faults.every(({ planted }) => planted !== 0)).toBe(true)
  },
  60_000,
)
