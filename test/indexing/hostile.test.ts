import { expect, test } from 'vitest'
import { MAX_TIME_US } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { testFolder, write } from '../archives/files.js'
import { campaign } from '../helpers/campaign.js'
import { answerOf, build, objectsIn, opened, type Question, type Small } from './small-index.js'

const maps = ['id=$.id', 'time=$.time', 'entities.order=$.order']

/** Builds an index, and holds answers with it to those without it. */
async function expectSame(small: Small, questions: Readonly<Record<string, Question>>) {
  const objects = await objectsIn(small)
  await build(small, objects)
  const { state, index } = await opened(small, objects)
  expect(state).toBe('fresh')
  for (const [name, question] of Object.entries(questions)) {
    const found = await answerOf(question, { ...small, objects, index })
    const read = await answerOf(question, { ...small, objects })
    expect(found.searched, name).toEqual(read.searched)
    expect(found.found.length, name).toBe(read.found.length)
    const different = found.found.findIndex((row, n) => !isSame(row, read.found[n]))
    expect({ name, different }).toEqual({ name, different: -1 })
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

const inOrder = (columns: string) => ({
  sql: `SELECT ${columns} FROM events ORDER BY pos`,
  values: {},
})

test('an entity of many events, on more days than have a folder each', async () => {
  const small = { folder: testFolder(), mapping: createMapping({ maps }), buildFromBytes: 0 }
  const lines = Array.from({ length: campaign(12_000) }, (_, n) => {
    const time = new Date(Date.UTC(2015, 0, 1 + (n % 3_000))).toISOString()
    return JSON.stringify({ id: `e${n}`, time, order: n % 2 === 0 ? 'hot' : `o${n}` })
  })
  write(small.folder, 'archive/a.ndjson', `${lines.join('\n')}\n`)
  await expectSame(small, {
    all: { statement: inOrder('id, event_time_us, entities, position, copy_number') },
    hot: { statement: inOrder('*'), chosen: { entities: ['order:hot'] } },
    one: { statement: inOrder('*'), chosen: { entities: ['order:o4711'] } },
    none: { statement: inOrder('*'), chosen: { entities: ['order:o4712'] } },
  })
}, 120_000)

test('events about many entities', async () => {
  const kinds = Array.from({ length: 1_000 }, (_, n) => `k${n}`)
  const mapping = createMapping({ maps: kinds.map((kind) => `entities.${kind}=$.${kind}`) })
  const small = { folder: testFolder(), mapping }
  const event = (id: string) => JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, id])))
  write(small.folder, 'archive/a.ndjson', ['a', 'b', 'a', '{}'].map(event).join('\n'))
  await expectSame(small, {
    all: { statement: inOrder('entities, position') },
    'the last': { statement: inOrder('*'), chosen: { entities: ['k999:a'] } },
    several: { statement: inOrder('*'), chosen: { entities: ['k0:a', 'k7:b', 'k8:c'] } },
  })
}, 120_000)

test('times at the ends of what can be, and records of many megabytes', async () => {
  const small = { folder: testFolder(), mapping: createMapping({ maps }), buildFromBytes: 0 }
  const ends = [MAX_TIME_US, -MAX_TIME_US, 0, -1].map((us) => us / 1e6)
  const times = [...ends, 1e300, '9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', 'never']
  const lines = times.map((time, n) => JSON.stringify({ id: n, time, order: `\uffff${n % 2}` }))
  const large = JSON.stringify({ id: 'large', order: 'large', note: 'x'.repeat(20_000_000) })
  write(small.folder, 'archive/a.ndjson', `${lines.join('\n')}\n`)
  write(small.folder, 'archive/b.ndjson', `${large}\n${lines[0]}\n`)
  await expectSame(small, {
    all: { statement: inOrder('id, event_time_us, event_time, entities, position, bytes, faults') },
    undecodable: { statement: { sql: 'FROM undecodable ORDER BY position', values: {} } },
    about: { statement: inOrder('*'), chosen: { entities: ['order:\uffff1'] } },
    large: {
      statement: inOrder('id, length(document), position'),
      chosen: { entities: ['order:large'] },
    },
  })
}, 120_000)
