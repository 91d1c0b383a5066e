import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import { type EngineFlagValues, engineFlags } from './athena-flags.js'
import { memoryBytes } from './memory-size.js'
import { parseDurationMs } from './time.js'

/** Flags of `evt stats` beside those that all commands on archives have. */
export const statsFlags = {
  ...engineFlags,
  by: Flags.option({
    options: ['type', 'source', 'hour'] as const,
    default: 'type',
    helpValue: 'type|source|hour',
    description: 'one row for each type (and source), each source, or each hour beside the types',
  })(),
  window: Flags.string({
    helpValue: 'DURATION',
    exclusive: ['by'],
    description: 'rows for tumbling windows of this length beside the types, such as 1m',
    parse: async (text: string) => {
      windowUs(text)
      return text
    },
  }),
  sample: Flags.string({
    helpValue: 'SHARE',
    description: 'measure this share of the identities, such as 1%, and mark every figure',
    parse: async (text: string) => {
      shareOf(text)
      return text
    },
  }),
  content: Flags.boolean({
    allowNo: true,
    description: 'compare contents also in large archives, or never',
  }),
  hops: Flags.boolean({
    exclusive: ['versus'],
    description:
      'measure each leg of the way too, by the timestamps of the wrappings; slower, since all is ' +
      'decoded',
  }),
  hlog: Flags.string({
    helpValue: 'FILE',
    description: 'write the latencies to this file as an HdrHistogram log, tagged by type',
  }),
  hgrm: Flags.string({
    helpValue: 'FILE',
    description: 'write the percentile table of all latencies to this file, as HdrHistogram does',
  }),
  unit: Flags.option({
    options: ['ns', 'us', 'ms', 's'] as const,
    helpValue: 'ns|us|ms|s',
    description: 'what the values of histogram logs (us if unsaid) and percentile tables (ms) are',
  })(),
  versus: Flags.string({
    helpValue: 'SOURCE|TIME',
    description:
      'compare with this one, the most unusual first, as evt diff does; or, as in --since 15m ' +
      '--versus 24h, with what the same SOURCE had in so long a time before --since',
  }),
}

/** Flags of `evt diff`: those of evt stats that say something of two archives. */
export const diffFlags = {
  by: Flags.option({
    options: ['type', 'source'] as const,
    default: 'type',
    helpValue: 'type|source',
    description: 'compare each type (and source), or each source',
  })(),
  sample: statsFlags.sample,
  content: statsFlags.content,
}

const HOUR_US = 3_600_000_000

/** The flags as they are parsed. */
export interface StatsFlagValues extends Partial<EngineFlagValues> {
  by: 'type' | 'source' | 'hour'
  window?: string | undefined
  type?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  sample?: string | undefined
  content?: boolean | undefined
  hops?: boolean | undefined
  'memory-limit': string
  hlog?: string | undefined
  hgrm?: string | undefined
  unit?: 'ns' | 'us' | 'ms' | 's' | undefined
  'allow-partial': boolean
}

/** What Athena's counts do not tell, and what does. */
const notOfAthena = {
  sample: ['counts all that it scans, and bills it', 'narrow it by --since and --until'],
  content: ['compares no contents', 'leave it out, or --engine athena'],
  hops: ['does not count the legs of the way', 'leave it out, or --engine athena'],
} as const

/** What Athena counts is no more than the figures and their histograms.
 *
 * @throws EvtError `usage` for flags that ask for more */
export function checkAthenaStats(flags: Readonly<Record<string, unknown>>): void {
  if (flags['engine'] !== 'athena') return
  for (const [name, [why, hint]] of Object.entries(notOfAthena)) {
    if (flags[name] === undefined || flags[name] === false) continue
    throw new EvtError(`Athena does not know --${name}: it ${why}`, { code: 'usage', hint })
  }
  const { versus } = flags
  if (typeof versus !== 'string' || parseDurationMs(versus) !== undefined) return
  const message = `Athena is set up for one archive, and --versus ${versus} names another one`
  throw new EvtError(message, {
    ...{ code: 'usage', hint: '--since 15m --versus 24h compares with another time of the same' },
  })
}

/** What the flags say, read. */
export function statsChoices(flags: StatsFlagValues) {
  const { window, sample } = flags
  const hourly = flags.by === 'hour' ? HOUR_US : null
  return {
    by: flags.by === 'source' ? ('source' as const) : ('type' as const),
    windowUs: window === undefined ? hourly : windowUs(window),
    types: flags.type ?? [],
    filter: flags.filter,
    sample: sample === undefined ? null : shareOf(sample),
    content: flags.content ?? ('auto' as const),
    hops: flags.hops ?? false,
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    hlog: flags.hlog,
    hgrm: flags.hgrm,
    unit: flags.unit,
    allowPartial: flags['allow-partial'],
  }
}

/** A duration of `--window` in microseconds. */
function windowUs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms >= 1) return ms * 1_000
  throw new EvtError(`--window ${text} is not a duration`, {
    code: 'usage',
    hint: 'write 10s, 1m, 1h or 1d',
  })
}

/** A share in (0, 1], written as `1%` or `0.01`. */
function shareOf(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? []
  const share = Number(digits) / (percent === '%' ? 100 : 1)
  if (share > 0 && share <= 1) return share
  throw new EvtError(`--sample ${text} is not a share`, { code: 'usage', hint: 'write 1% or 0.01' })
}
