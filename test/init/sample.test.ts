import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { sampleArchive } from '../../src/init/sample.js'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'evt-sample-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const limits = { records: 20, objects: 4, mostObjects: 8, bytes: 1024 * 1024 }

/** The numbers that were sampled of files with that many lines each. */
async function sampled(files: number, lines: number, with_: Partial<typeof limits> = {}) {
  const folder = mkdtempSync(join(root, 'archive-'))
  for (let file = 0; file < files; file++) {
    const all = Array.from({ length: lines }, (_, n) => `{"n":${file * 100 + n}}\n`)
    writeFileSync(join(folder, `${String(file).padStart(3, '0')}.ndjson`), all.join(''))
  }
  const { objects } = await resolveSources([folder], { aliases: {}, cwd: root })
  const sample = await sampleArchive(objects, new AbortController().signal, {
    ...limits,
    ...with_,
  })
  const runs = new Map<number, unknown[]>()
  for (const { value, run } of sample.records) runs.set(run, [...(runs.get(run) ?? []), value['n']])
  return { runs: [...runs.values()], objects: sample.objects, of: sample.objectsTotal }
}

test('all of what is small, in one run', async () => {
  expect(await sampled(1, 5)).toEqual({ runs: [[0, 1, 2, 3, 4]], objects: 1, of: 1 })
})

test('the first and the last records of what is large', async () => {
  const { runs } = await sampled(1, 90)
  expect(runs.map((run) => [run[0], run.at(-1)])).toEqual([
    [0, 9],
    [80, 89],
  ])
})

test('objects all over the archive share the records', async () => {
  const { runs, objects, of } = await sampled(9, 50)
  expect({ objects, of }).toEqual({ objects: 4, of: 9 })
  expect(runs.map(([first]) => first)).toEqual([0, 47, 200, 247, 400, 447, 600, 647])
})

test('more objects where these have too few records', async () => {
  const { runs, objects } = await sampled(40, 1)
  expect(objects).toBe(8)
  expect(runs).toEqual([[0], [500], [1000], [1500], [2000], [2500], [3000], [3500]])
})

test('no more text than may be read', async () => {
  const { objects } = await sampled(4, 90, { bytes: 100 })
  expect(objects).toBe(1)
})
