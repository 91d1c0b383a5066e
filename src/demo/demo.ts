import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateArchive } from '../generate/generate.js'
import type { GivenSettings } from '../generate/settings.js'
import type { ReadState } from '../reading/progress.js'
import type { StatsResult } from '../stats/result.js'
import { runEventStats } from '../stats/run.js'
import { type DemoFault, demoFaults } from './faults.js'

export interface DemoOptions {
  events: number
  seed: number
  signal: AbortSignal
  onProgress(state: ReadState): void
}

export interface Demo {
  /** The archive, which stays for the commands that are suggested. */
  folder: string
  faults: DemoFault[]
  result: StatsResult
}

const SECONDS_A_DAY = 86_400

/** Makes an archive with known faults, measures it as `evt stats` does, and compares. */
export async function runDemo({ events, seed, signal, onProgress }: DemoOptions): Promise<Demo> {
  const folder = join(await mkdtemp(join(tmpdir(), 'evt-demo-')), 'archive')
  const made = await generateArchive(settings(events, seed), {
    to: folder,
    force: false,
    signal,
    onProgress: (state) =>
      onProgress({ label: 'making an archive', bytesTotal: null, ...state, objectsTotal: null }),
  })
  const { result, failure } = await runEventStats({
    given: [folder],
    maps: [],
    presets: undefined,
    config: undefined,
    choices: {
      by: 'type',
      windowUs: null,
      types: [],
      sample: null,
      content: true,
      memoryLimitBytes: 2e9,
      allowPartial: false,
    },
    range: { sinceUs: null, untilUs: null },
    cwd: folder,
    env: {},
    signal,
    onProgress,
  })
  if (failure) throw failure
  // The file was written a moment ago, by the code that knows this type.
  const truth = JSON.parse(await readFile(made.truth, 'utf8')) as StatsResult
  return { folder, faults: demoFaults(made, truth, result), result }
}

function settings(events: number, seed: number): GivenSettings {
  return {
    seed,
    events,
    types: 6,
    sources: 3,
    keys: 50,
    hotShare: 0.1,
    rates: {
      duplicates: 0.003,
      redeliveries: 0,
      replays: 0.001,
      conflicts: 0.0002,
      publishedTwice: 0.0005,
      reorder: 0.005,
      loss: 0,
      skew: 0.0003,
    },
    silence: ['hour'],
    startUs: Date.UTC(2026, 10, 1) * 1_000,
    ratePerSecond: events / SECONDS_A_DAY,
    latency: { medianUs: 22_000, p99Us: 180_000 },
    clockUs: 1,
    envelope: 'eventbridge',
    format: 'ndjson',
    compression: 'gzip',
    layout: 'date',
    files: null,
    members: 1,
    shuffledShare: 0.001,
    undecodableShare: 0.0002,
    eventBytes: 700,
  }
}
