import type { GivenSources } from '../reading/named-sources.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { RemoteReading } from '../reading/remote-reading.js'
import { bytesText, countText } from '../ui/numbers.js'
import { awsOptions } from './flags.js'
import { mostBytes } from './memory-size.js'
import { progressFor } from './progress.js'
import { timeRange } from './time.js'

/** What was typed of an archive by the flags that commands on archives share. */
export interface TypedArchive {
  flags: {
    map?: string[] | undefined
    preset?: string | undefined
    config?: string | undefined
    'schema-registry'?: string | undefined
    'follow-claims'?: string | undefined
    profile?: string | undefined
    region?: string | undefined
    'endpoint-url'?: string | undefined
    since?: string | undefined
    until?: string | undefined
    'max-bytes'?: string | undefined
    'no-index'?: boolean | undefined
    progress: boolean
    quiet: boolean
  }
  /** Of evt. */
  version: string
  given: readonly string[]
  choose?: GivenSources['choose']
  lineWith?: GivenSources['lineWith']
  signal: AbortSignal
}

/** Runs what reads an archive with the request that was typed, while progress is shown. */
export async function reading<T>(
  { flags, version, given, choose, lineWith, signal }: TypedArchive,
  run: (request: ReadRequest) => Promise<T>,
): Promise<T> {
  const progress = await progressFor(flags)
  return run({
    given,
    maps: flags.map ?? [],
    presets: flags.preset === undefined ? undefined : [flags.preset],
    config: flags.config,
    choose,
    lineWith,
    schemaRegistry: flags['schema-registry'],
    followClaims: flags['follow-claims'],
    aws: awsOptions(flags),
    index: { use: flags['no-index'] === false, version },
    maxBytes: flags['max-bytes'] === undefined ? undefined : mostBytes(flags['max-bytes']),
    onLarge: (large) => {
      if (!flags.quiet) process.stderr.write(`${largeText(large)}\n`)
    },
    range: timeRange(flags, Date.now()),
    cwd: process.cwd(),
    env: process.env,
    signal,
    onProgress: (state) => progress.update(state),
    onRead: () => progress.stop(),
  }).finally(() => progress.stop())
}

/** What a large archive in S3 takes. */
export function largeText({ objects, bytes, usd }: RemoteReading): string {
  const price = usd < 0.01 ? 'less than $0.01' : `about $${usd.toFixed(2)}`
  const what = `${countText(objects)} objects, ${bytesText(bytes)}`
  return `reading from S3: ${what} (requests ${price}, and transfer out of the region)`
}
