import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allParts, readManifest } from '../../src/archive-index/manifest.js'
import { createMapping } from '../../src/event/mapping.js'
import { testFolder, write } from '../archives/files.js'
import { answerOf, build, objectsIn, opened } from './small-index.js'

test('a question that is interrupted is not asked again without the index', async () => {
  const small = { folder: testFolder(), mapping: createMapping({ maps: ['id=$.id'] }) }
  write(small.folder, 'archive/a.ndjson', '{"id":"1"}')
  const objects = await objectsIn(small)
  await build(small, objects)
  const { index } = await opened(small, objects)
  expect(index).toBeDefined()
  // Of some hours.
  const sql = `SELECT count(*) FROM range(100000000000) t(i), (SELECT count(*) AS n FROM events)
    WHERE i % 7 = n`
  const interruption = new AbortController()
  setTimeout(() => interruption.abort(), 500)
  const asked = { ...small, objects, index, signal: interruption.signal }
  await expect(answerOf({ statement: { sql, values: {} } }, asked)).rejects.toMatchObject({
    message: 'interrupted before there was a row',
    code: 'interrupted',
  })
})

test.each([0, 40, 150])(
  'a build that is interrupted after %i ms leaves what was there',
  async (afterMs) => {
    const small = { folder: testFolder(), mapping: createMapping({ maps: ['id=$.id'] }) }
    write(small.folder, 'archive/a.ndjson', '{"id":"1"}\n{"id":"2"}')
    await build(small, await objectsIn(small))
    // Some tenths of a second for SQL.
    const lines = Array.from(
      { length: 100_000 },
      (_, n) => `{"id":"b${n}","n":"${'x'.repeat(90)}"}`,
    )
    write(small.folder, 'archive/b.ndjson', lines.join('\n'))
    const objects = await objectsIn(small)
    const interruption = new AbortController()
    setTimeout(() => interruption.abort(), afterMs)
    await build({ ...small, signal: interruption.signal }, objects)

    const { index } = await opened(small, objects)
    expect(index?.covered[0]?.indexed).toMatchObject({ events: 2 })
    const manifest = await readManifest(join(small.folder, 'archive.evt-index'))
    if (typeof manifest === 'string') throw new Error(manifest)
    const there = allParts(manifest).map(({ file }) =>
      existsSync(join(small.folder, 'archive.evt-index', file)),
    )
    expect(there).not.toContain(false)
    const statement = { sql: 'SELECT count(*), count(DISTINCT id) FROM events', values: {} }
    const { found } = await answerOf({ statement }, { ...small, objects, index })
    expect(found).toEqual([[100_002, 100_002]])
  },
)
