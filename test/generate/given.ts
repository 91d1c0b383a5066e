import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type GenerateResult, generateArchive } from '../../src/generate/generate.js'
import type { GivenSettings } from '../../src/generate/settings.js'
import type { StatsResult } from '../../src/stats/result.js'

export type Given = Partial<Omit<GivenSettings, 'rates'>> & {
  rates?: Partial<GivenSettings['rates']>
}

/** Small and without faults, apart from what is given. */
export function given({ rates, ...rest }: Given): GivenSettings {
  return {
    seed: 1,
    events: 2_000,
    types: 5,
    sources: 3,
    keys: 40,
    hotShare: 0,
    silence: [],
    startUs: Date.parse('2026-01-05T09:58:00Z') * 1000,
    ratePerSecond: 20,
    latency: { medianUs: 20_000, p99Us: 180_000 },
    clockUs: 1,
    envelope: 'eventbridge',
    format: 'ndjson',
    compression: 'none',
    layout: 'flat',
    files: 3,
    members: 1,
    shuffledShare: 0.02,
    undecodableShare: 0,
    eventBytes: 700,
    rates: {
      duplicates: 0,
      redeliveries: 0,
      replays: 0,
      conflicts: 0,
      publishedTwice: 0,
      reorder: 0,
      loss: 0,
      skew: 0,
      ...rates,
    },
    ...rest,
  }
}

/** Does not exist yet; what is there when the test ends is removed. */
export function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'evt-generate-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  return join(parent, 'archive')
}

/** Generates into a new folder. */
export async function generated(
  settings: Given,
): Promise<{ folder: string; result: GenerateResult; truth: StatsResult }> {
  const folder = newFolder()
  const result = await generateArchive(given(settings), {
    to: folder,
    force: false,
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  const truth: StatsResult = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))
  return { folder, result, truth }
}
