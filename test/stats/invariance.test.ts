import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { loadConfig } from '../../src/config/load.js'
import { createMapping } from '../../src/event/mapping.js'
import { generateArchive } from '../../src/generate/generate.js'
import { archiveStats, type StatsOptions } from '../../src/stats/stats.js'
import { given } from '../generate/given.js'
import { campaign } from '../helpers/campaign.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-invariance-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What an archive is measured to hold, as it was asked for. */
async function measured(dir: string, options: Partial<StatsOptions>, sources = [dir]) {
  const config = await loadConfig({ env: {}, cwd: dir, firstSource: dir })
  const { objects } = await resolveSources(sources, { aliases: {}, cwd: dir })
  const { result, timeline } = await archiveStats({
    sources: [dir],
    objects,
    mapping: createMapping({ events: config.events }),
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: 3_600e6,
    content: true,
    memoryLimitBytes: 2e9,
    sqlFromBytes: 0,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })
  return { ...result, timeline }
}

const seeds = Array.from({ length: campaign(3) }, (_, n) => n + 1)

describe.each(seeds)('the result for seed %i', (seed) => {
  let dir: string
  let usual: Awaited<ReturnType<typeof measured>>

  beforeAll(async () => {
    dir = join(folder, String(seed))
    // Clocks of whole seconds: most times are equal to others.
    const rates = { duplicates: 0.02, conflicts: 0.01, reorder: 0.05, skew: 0.01 }
    const clockUs = seed % 2 === 0 ? 1 : 1e6
    const settings = given({
      seed,
      events: 4_000,
      files: 5,
      clockUs,
      rates,
      undecodableShare: 0.01,
    })
    const { signal } = new AbortController()
    await generateArchive(settings, { to: dir, force: true, signal, onProgress: () => {} })
    usual = await measured(dir, {})
    expect(usual.total.events).toBeGreaterThan(3_000)
    expect(usual.findings.length).toBeGreaterThan(3)
  })

  test.each([1, 2, 5])('does not depend on threads: %i', async (threads) => {
    expect(await measured(dir, { threads })).toEqual(usual)
  })

  test('does not depend on the order in which files are listed', async () => {
    const files = readdirSync(dir).filter((name) => name.startsWith('part-'))
    const paths = files.map((name) => join(dir, name)).reverse()
    expect(await measured(dir, {}, paths)).toEqual(usual)
  })

  test('does not depend on which reader reads a file', async () => {
    expect(await measured(dir, { sqlFromBytes: Number.POSITIVE_INFINITY })).toEqual(usual)
  })

  test('is that of its parts where a part is chosen', async () => {
    const some = usual.types[0]?.type ?? ''
    const types = [some]
    const chosen = await measured(dir, { selection: { sinceUs: null, untilUs: null, types } })
    const rows = usual.types.filter(({ type }) => type === some)
    expect(chosen.types.map(({ events, distinct }) => [events, distinct])).toEqual(
      rows.map(({ events, distinct }) => [events, distinct]),
    )
  })

  test.each([700, 1_500])('does not depend on memory: %i deliveries held', async (heldRows) => {
    expect(await measured(dir, { heldRows })).toEqual(usual)
  })
})
