import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveSources } from '../../../src/archives/source.js'
import { loadConfig } from '../../../src/config/load.js'
import { createMapping } from '../../../src/event/mapping.js'
import { generateArchive } from '../../../src/generate/generate.js'
import type { GivenSettings } from '../../../src/generate/settings.js'
import type { Finding, FindingKind, StatsResult } from '../../../src/stats/result.js'
import { campaign } from '../../helpers/campaign.js'
import { archive, statsOf } from './archive.js'

const share = fc.constantFrom(0, 0.005, 0.02)

const settings = fc
  .record({
    seed: fc.nat(1_000_000),
    envelope: fc.constantFrom('json', 'eventbridge', 'sqs>eventbridge', 'cloudevents'),
    format: fc.constantFrom('ndjson', 'array', 'concatenated', 'parquet'),
    compression: fc.constantFrom('none', 'gzip'),
    files: fc.constantFrom(1, 4),
    types: fc.integer({ min: 1, max: 6 }),
    keys: fc.constantFrom(3, 60),
    rates: fc.record({
      ...{ duplicates: share, conflicts: share, publishedTwice: share, reorder: share },
      ...{ loss: share, skew: share, replays: fc.constant(0), redeliveries: fc.constant(0) },
    }),
    silence: fc.constantFrom([], ['hour'], ['type']),
  })
  .map((given): GivenSettings => {
    const silence = given.types < 2 ? [] : (given.silence as GivenSettings['silence'])
    return {
      ...given,
      ...{ silence, sources: 2, events: 1_500, hotShare: 0.2, startUs: Date.UTC(2026, 0, 5) * 1e3 },
      ...{ ratePerSecond: 20, latency: { medianUs: 2e4, p99Us: 1.8e5 }, clockUs: 1 },
      ...{ layout: 'flat', members: 1, shuffledShare: 0.01, eventBytes: 400 },
      undecodableShare: given.format === 'parquet' ? 0 : given.rates.loss / 10,
    }
  })

const countOf = (findings: readonly Finding[], kind: FindingKind) =>
  findings
    .filter((finding) => finding.kind === kind && finding.severity !== 'note')
    .reduce((sum, { count }) => sum + count, 0)

test('findings are what was planted, and agree with the figures', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (given) => {
      const folder = archive({})
      const to = join(folder, 'a')
      const { signal } = new AbortController()
      await generateArchive(given, { to, force: false, signal, onProgress: () => {} })
      const config = await loadConfig({ env: {}, cwd: to, firstSource: to })
      const { objects } = await resolveSources([to], { aliases: {}, cwd: to })
      const mapping = createMapping({ events: config.events })
      const { findings, total, read } = await statsOf(folder, { objects, mapping })
      const truth: StatsResult = JSON.parse(await readFile(join(to, 'truth.json'), 'utf8'))
      const kinds = ['duplicate', 'conflict', 'publishedTwice', 'reordered', 'undecodable'] as const
      for (const kind of kinds) {
        expect(countOf(findings, kind), kind).toBe(countOf(truth.findings, kind))
      }
      expect(countOf(findings, 'duplicate')).toBe(total.duplicates.count)
      expect(countOf(findings, 'reordered')).toBe(total.ordering.reordered)
      expect(skewed(findings)).toBe(total.latencyMs.skewed)
      expect(countOf(findings, 'undecodable')).toBe(read.undecodable)
      const quiet = ['countersApart', 'mappingUnused', 'noIdentity', 'arrivalUnknown', 'sequence']
      expect(findings.filter(({ kind }) => quiet.includes(kind))).toEqual([])
      const holes = findings.filter(({ kind }) => kind === 'coverage')
      const planted = truth.findings.filter(({ kind }) => kind === 'coverage')
      expect(holes.length).toBeLessThanOrEqual(planted.length)
      if (given.silence.includes('hour')) expect(holes).toHaveLength(1)
    }),
    { numRuns: campaign(25) },
  )
}, 300_000)

/** What rounding makes negative is a note, and skewed all the same. */
function skewed(findings: readonly Finding[]): number {
  return findings.filter(({ kind }) => kind === 'skew').reduce((sum, { count }) => sum + count, 0)
}
