import { afterAll, expect, test } from 'vitest'
import { createMapping } from '../../src/event/mapping.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { readCatalogue } from '../../src/questions/catalogue.js'
import { boundValues } from '../../src/questions/parameters.js'
import { createLinesFile } from '../engines/readings.js'

const lines = createLinesFile()
afterAll(() => lines.remove())

const event = { id: '1', source: 'shop', 'detail-type': 'placed', detail: { mail: 'a@b.de' } }
const flows = { pay: ['placed', 'paid'].map((type) => ({ type, withinUs: null })) }

// Of the processor, since other work on the machine takes time too.
test.each(await readCatalogue())('$name takes less than a second', async (question) => {
  const { sql, parameters } = question
  const needed = parameters.filter(({ fallback }) => fallback === undefined)
  const typed = needed.map(({ name }) => `${name}=1`)
  const file = lines.write([Buffer.from(JSON.stringify(event))])
  const before = process.cpuUsage()
  const columns = await askArchive(
    { sql, values: boundValues(parameters, typed) },
    {
      archive: { objects: [file], mapping: createMapping({}), outside: {} },
      presets: undefined,
      chosen: { sinceUs: null, untilUs: null },
      flows,
      memoryLimitBytes: 600e6,
      threads: 1,
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    async ({ rows }) => {
      for await (const chunk of rows.chunks) expect(chunk[0]?.length).toBe(rows.columns.length)
      return rows.columns
    },
  )
  const { user, system } = process.cpuUsage(before)
  expect(columns.length).toBeGreaterThan(0)
  expect((user + system) / 1e6).toBeLessThan(1)
})
