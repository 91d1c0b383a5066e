import { expect, test } from 'vitest'
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
