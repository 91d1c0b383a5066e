import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runInit } from '../../src/init/run.js'
import { runEventStats } from '../../src/stats/run.js'
import { type Given, generated } from '../generate/given.js'

// What is proposed for an archive of `evt generate` measures the same as the mapping that it wrote.

const { signal } = new AbortController()

async function init(folder: string, to: string) {
  const run = await runInit({
    given: [folder],
    maps: [],
    presets: undefined,
    config: undefined,
    to,
    force: false,
    dryRun: false,
    cwd: folder,
    env: {},
    ...{ durationMs: 1, consents: new Set(), aws: {}, stdin: process.stdin, onNote: () => {} },
    signal,
  })
  await run.write()
}

async function measured(folder: string, config: string) {
  const { result } = await runEventStats({
    given: [folder],
    maps: [],
    presets: undefined,
    config,
    choices: {
      ...{ by: 'type', windowUs: null, types: [], sample: null, content: false },
      ...{ memoryLimitBytes: 1e9, allowPartial: false },
    },
    range: { sinceUs: null, untilUs: null },
    cwd: folder,
    env: {},
    signal,
    onProgress: () => {},
  })
  return { total: result.total, types: result.types }
}

const rates = {
  duplicates: 0.01,
  conflicts: 0.005,
  publishedTwice: 0.005,
  reorder: 0.01,
  loss: 0.005,
}
const archives: [string, Given][] = [
  ['eventbridge', { rates: { ...rates, replays: 0.01, skew: 0.01 } }],
  ['json', { rates: { ...rates, skew: 0.01 } }],
  ['cloudevents', { rates, clockUs: 1_000 }],
  ['sns', { rates }],
  ['sqs', { rates: { ...rates, redeliveries: 0.2, skew: 0.2 } }],
  ['sqs>sns>eventbridge', { rates: { ...rates, redeliveries: 0.02, replays: 0.01 } }],
  ['sns>cloudevents', { rates }],
  ['mixed', { rates, types: 8 }],
  ['eventbridge', { rates, format: 'parquet' }],
  ['json', { rates: { ...rates, reorder: 0.1 }, format: 'array', compression: 'gzip' }],
  ['eventbridge', { rates, clockUs: 1_000_000, undecodableShare: 0.01, hotShare: 0.4 }],
]

describe.each([1, 2, 3])('seed %i', (seed) => {
  test.each(archives)('%s %j', async (envelope, settings) => {
    const { folder } = await generated({ events: 4_000, seed, envelope, ...settings })
    const proposed = join(folder, '../proposed.yaml')
    await init(folder, proposed)
    const found = await measured(folder, proposed)
    expect(found).toEqual(await measured(folder, 'evt.yaml'))
    expect(found.total.ordering.reordered).toBeGreaterThan(0)
    expect(found.total.latencyMs.count).toBeGreaterThan(0)
  })
})
