import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { relatedTo } from '../../src/audit/related.js'
import { createMapping } from '../../src/event/mapping.js'
import { campaign } from '../helpers/campaign.js'

const folder = mkdtempSync(join(tmpdir(), 'evt-related-'))
afterAll(() => rmSync(folder, { recursive: true }))

const paths = ['id', 'source', 'correlationId', 'causationId', 'entities.order']
const mapping = createMapping({
  maps: paths.map((field) => `${field}=$.${field.split('.').pop()}`),
})

interface Told {
  id?: string | undefined
  source: string
  correlationId?: string | undefined
  causationId?: string | undefined
  order?: string | undefined
}

const some = (letter: string, max: number) =>
  fc.option(
    fc.integer({ min: 0, max }).map((n) => `${letter}${n}`),
    { nil: undefined, freq: 3 },
  )
const events: fc.Arbitrary<Told[]> = fc.array(
  fc.record({
    id: some('e', 40),
    source: fc.constantFrom('a', 'b'),
    correlationId: some('c', 20),
    causationId: some('e', 40),
    order: some('o', 8),
  }),
  { minLength: 20, maxLength: 60, size: 'max' },
)

/** By walking from event to event. */
function naive(all: readonly Told[]): string[] {
  const own = all.filter(({ order }) => order === 'o0')
  const within = new Set<Told>()
  const correlations = new Set(own.map(({ correlationId }) => correlationId))
  for (const one of all) {
    if (one.correlationId !== undefined && correlations.has(one.correlationId)) within.add(one)
  }
  let [later, earlier] = [own, own]
  for (let step = 0; step < 16; step++) {
    later = all.filter(({ causationId }) =>
      later.some(({ id }) => id !== undefined && id === causationId),
    )
    earlier = all.filter(({ id }) =>
      earlier.some(({ causationId }) => id !== undefined && id === causationId),
    )
    for (const one of [...later, ...earlier]) within.add(one)
  }
  const isOwn = ({ id, source, order }: Told) =>
    order === 'o0' || own.some((one) => id !== undefined && one.id === id && one.source === source)
  const found = [...within].filter((one) => !isOwn(one))
  const named = found.flatMap(({ id, source }) => (id === undefined ? [] : [`${source}/${id}`]))
  const unnamed = found.flatMap(({ id, source }) => (id === undefined ? [`${source}/`] : []))
  return [...new Set(named), ...unnamed].sort()
}

test('what is related is what walking from event to event finds', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(events, async (all) => {
      const file = join(folder, `${run++}.ndjson`)
      writeFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(''))
      const { objects } = await resolveSources([file], { aliases: {}, cwd: folder })
      const related = await relatedTo('order:o0', [], {
        archive: { objects, mapping, outside: {} },
        ...{ presets: undefined, chosen: { sinceUs: null, untilUs: null } },
        ...{ memoryLimitBytes: 500e6, threads: 1, signal: new AbortController().signal },
        onProgress: () => {},
      })
      const found = related.events.map(({ source, id }) => `${source}/${id ?? ''}`).sort()
      expect(found).toEqual(naive(all))
      expect(related.leftOut).toEqual({ entities: 0, events: 0 })
    }),
    { numRuns: campaign(15) },
  )
}, 120_000)
