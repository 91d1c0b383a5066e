import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Unprojectable } from '../../src/engines/chain-sql.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { envelopes } from '../../src/envelopes/index.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'
import { expectEqualReadings } from './equal-readings.js'
import { mappings } from './mappings.js'
import { lineText } from './odd-documents.js'
import { chainsOf, createLinesFile } from './readings.js'

const lines = createLinesFile()
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
})

afterAll(() => {
  duckdb.close()
  lines.remove()
})

test('random odd lines are read equally', async () => {
  let [records, narrowed, viewed] = [0, 0, 0]
  const names = Object.keys(mappings)
  const chosen = fc.tuple(
    fc.constantFrom(...names),
    fc.array(lineText, { minLength: 1, maxLength: 30, size: 'max' }),
  )
  const property = fc.asyncProperty(chosen, fc.nat(), async ([name, texts], chance) => {
    const mapping = mappings[name]
    if (!mapping) throw new Error(name)
    const file = lines.write(texts.map((text) => Buffer.from(text)))
    const all = chainsOf(texts)
    // Archives are not of the chains alone that their beginning shows.
    const chains = all.length === 0 ? [envelopes.slice(0, 1)] : all.slice(0, 1 + (chance % 4))
    try {
      const { decoded, narrow, view } = await expectEqualReadings(
        duckdb,
        { file, mapping },
        chains,
        chance % 2 === 0,
      )
      records += decoded.length
      narrowed += narrow.filter((sure) => sure).length
      viewed += view.filter((sure) => sure).length
    } catch (error) {
      if (!(error instanceof Unprojectable)) throw error
    }
  })
  await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 300) })
  console.log(records, narrowed, viewed)
}, 600000)
