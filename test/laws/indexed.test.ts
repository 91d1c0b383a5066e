import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenIndex } from '../../src/archive-index/open-index.js'
import type { ArchiveObject } from '../../src/archives/object.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import type { Statement } from '../../src/engines/engine.js'
import { eventColumns } from '../../src/engines/event-columns.js'
import { wellFormedJson } from '../../src/engines/event-rows.js'
import { createMapping, type Mapping } from '../../src/event/mapping.js'
import { readCatalogue } from '../../src/questions/catalogue.js'
import type { Chosen } from '../../src/questions/chosen.js'
import { boundValues } from '../../src/questions/parameters.js'
import { querySql } from '../../src/questions/query.js'
import { keptOrMeasured } from '../../src/stats/kept-stats.js'
import { mappings } from '../engines/mappings.js'
import { campaign } from '../helpers/campaign.js'
import {
  type Asked,
  answerOf,
  build,
  objectsIn,
  opened,
  type Question,
  type Small,
} from '../indexing/small-index.js'
import { type OddFile, oddArchives, writeOddFile } from './odd-archives.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

const fields = ['id', 'source', 'type', 'time', 'receivedAt', 'key', 'sequence', 'causationId']
const paths = [...fields.map((name) => `${name}=$.${name}`), 'entities.order=$.orderId']
const rich = [...paths, 'entities.customer=$.customer']
const readings: readonly Mapping[] = [
  createMapping({ maps: rich }),
  createMapping({ maps: [...rich, 'sequenceType=text', 'sequencePer=source+key'] }),
  mappings['typical'] ?? createMapping({}),
]

const { document: _, payload: __, ...narrow } = eventColumns
const judged = ['copy_number', 'duplicate', 'reordered', 'extent', 'late_us', 'pos']
const columns = [...Object.keys(narrow), ...judged].map((name) => `"${name}"`).join(', ')
const everything: Statement = { sql: `SELECT ${columns} FROM events ORDER BY pos`, values: {} }
const undecodable: Statement = { sql: 'FROM undecodable ORDER BY position', values: {} }
const whole: Statement = { sql: 'FROM events ORDER BY pos', values: {} }
const entities: Statement = {
  sql: 'SELECT DISTINCT unnest(entities) AS e FROM events ORDER BY e',
  values: {},
}

interface Named extends Question {
  name: string
}

async function questionsFor(at: Asked, dice: readonly number[]): Promise<Named[]> {
  const [a = 0, b = 0, c = 0] = dice
  const { found } = await answerOf({ statement: entities }, at)
  const names = found.flat().map(String)
  const entity = names[a % Math.max(1, names.length)] ?? 'order:o-1'
  const about = { entities: [entity] }
  const catalogue = (await readCatalogue()).filter(
    ({ name, parameters }) =>
      !name.startsWith('flows/') && parameters.every(({ fallback }) => fallback !== undefined),
  )
  const shipped = [catalogue[b % catalogue.length], catalogue[c % catalogue.length]].flatMap(
    (question) => question ?? [],
  )
  const timeline = await querySql('audit/timeline')
  const selections: Partial<Chosen>[] = [
    { types: ['order*'] },
    { keys: ['k1', "k'3"] },
    { sinceUs: 1_793_200_000_000_000, untilUs: 1_793_400_000_000_000 },
    { sinceUs: 1_793_200_000_000_000, clock: 'time' },
  ]
  const chosen = selections[b % selections.length] ?? {}
  return [
    { name: 'everything', statement: everything },
    { name: 'some', statement: everything, chosen },
    { name: 'undecodable', statement: undecodable },
    { name: 'timeline', statement: { sql: timeline, values: { entity } }, chosen: about },
    { name: 'whole', statement: whole, chosen: { ...about, ...chosen } },
    ...shipped.map((question) => ({
      name: question.name,
      statement: { sql: question.sql, values: boundValues(question.parameters, []) },
    })),
  ]
}

interface Law extends Small {
  sqlFromBytes: number
}

interface Expected {
  objects: readonly ArchiveObject[]
  asked: readonly { question: Named; expected: unknown }[]
  stats: unknown
  dice: readonly number[]
}

/** Figures, and what is found, as what is kept with an index has them: as JSON. Parquet has no
 * halves of characters. */
async function figures({ mapping, sqlFromBytes }: Law, { objects, index, dice }: Measured) {
  const [day = 0] = dice
  const { result, timeline, objectFaults } = await keptOrMeasured({
    ...{ sources: ['archive'], objects, mapping, presets: undefined, index },
    selection: { sinceUs: null, untilUs: day % 3 === 0 ? 1_793_400_000_000_000 : null },
    ...{ by: day % 2 === 0 ? 'type' : 'source', windowUs: 3_600e6, content: true },
    ...{ memoryLimitBytes: 2e9, threads: 1, sqlFromBytes },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  })
  return JSON.parse(wellFormedJson(JSON.stringify({ result, timeline, objectFaults })))
}

interface Measured {
  objects: readonly ArchiveObject[]
  index: OpenIndex | undefined
  dice: readonly number[]
}

/** What is answered without an index. */
async function expected(law: Law, dice: readonly number[]): Promise<Expected> {
  const objects = await objectsIn(law)
  const at = { ...law, objects }
  const asked = []
  for (const question of await questionsFor(at, dice)) {
    asked.push({ question, expected: await answerOf(question, at) })
  }
  return { objects, asked, stats: await figures(law, { objects, index: undefined, dice }), dice }
}

/** The state of the index, and which questions are answered otherwise with it. */
async function compared(law: Law, { objects, asked, stats, dice }: Expected) {
  const { state, index } = await opened(law, objects)
  const different: string[] = []
  for (const { question, expected } of asked) {
    const answered = await answerOf(question, { ...law, objects, index })
    if (!isDeepStrictEqual(answered, expected)) different.push(question.name)
  }
  // The second time from what was kept.
  for (const name of index?.missing.length === 0 ? ['stats', 'stats again'] : []) {
    const measured = await figures(law, { objects, index, dice })
    if (!isDeepStrictEqual(measured, stats)) different.push(name)
  }
  return { state, different }
}

async function writeAll(folder: string, files: readonly OddFile[]): Promise<void> {
  rmSync(join(folder, 'archive'), { recursive: true, force: true })
  for (const file of files) await writeOddFile(duckdb, join(folder, 'archive'), file)
}

test('with an index answers are those without it, whatever became of the archive', async () => {
  const dice = fc.array(fc.nat(10_000), { minLength: 3, maxLength: 3 })
  const how = fc.record({
    mapping: fc.constantFrom(...readings.keys()),
    sqlFromBytes: fc.constantFrom(0, Infinity),
    buildFromBytes: fc.constantFrom(0, Infinity),
    dice,
  })
  await fc.assert(
    fc.asyncProperty(oddArchives, how, async ({ before, after }, { mapping, dice, ...bytes }) => {
      const folder = mkdtempSync(join(tmpdir(), 'evt-indexed-'))
      const law = { folder, mapping: readings[mapping] ?? createMapping({}), ...bytes }
      try {
        await writeAll(folder, before)
        const first = await expected(law, dice)
        const states = []
        for (const some of [first.objects.slice(0, 2), first.objects]) {
          await build(law, some)
          states.push(await compared(law, first))
        }
        await writeAll(folder, after)
        const second = await expected(law, dice)
        states.push(await compared(law, second))
        await build(law, second.objects)
        states.push(await compared(law, second))
        expect(states).toEqual([
          { state: 'stale', different: [] },
          { state: 'fresh', different: [] },
          { state: 'stale', different: [] },
          { state: 'fresh', different: [] },
        ])
      } finally {
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: campaign(3), endOnFailure: true },
  )
}, 600_000)
