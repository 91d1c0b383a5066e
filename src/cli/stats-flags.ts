import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import { filter } from './filter-flag.js'
import { parseDurationMs } from './time.js'

/** Flags of `evt stats` beside those that all commands on archives have. */
export const statsFlags = {
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
  type: Flags.string({
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only events of these types, such as order.*',
  }),
  filter,
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
  'memory-limit': Flags.string({
    helpValue: 'SIZE',
    default: '2GB',
    env: 'EVT_MEMORY_LIMIT',
    description:
      'how much memory to use, 500MB or more; what does not fit goes to disk. As a rule, at most ' +
      '20% and 150MB more are taken',
    parse: async (text: string) => {
      memoryBytes(text)
      return text
    },
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
  'follow-claims': Flags.string({
    helpValue: 'DIR|s3',
    description: 'put payloads in place of the pointers to them: from S3, or a copy of the bucket',
  }),
  'allow-partial': Flags.boolean({
    description: 'exit 0 although an object was cut, corrupt or gone',
  }),
  versus: Flags.string({
    helpValue: 'SOURCE',
    description: 'compare with this one, the most unusual first, as evt diff does',
  }),
}

/** Flags of `evt diff`: those of evt stats that say something of two archives. */
export const diffFlags = {
  'follow-claims': statsFlags['follow-claims'],
  by: Flags.option({
    options: ['type', 'source'] as const,
    default: 'type',
    helpValue: 'type|source',
    description: 'compare each type (and source), or each source',
  })(),
  type: statsFlags.type,
  filter: statsFlags.filter,
  sample: statsFlags.sample,
  content: statsFlags.content,
  'memory-limit': statsFlags['memory-limit'],
  'allow-partial': statsFlags['allow-partial'],
}

const HOUR_US = 3_600_000_000

/** The flags as they are parsed. */
export interface StatsFlagValues {
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

const units = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 }
const LEAST_BYTES = 500e6

/** A size in bytes, written as `500MB` or `2GiB`. */
export function memoryBytes(text: string): number {
  const [, digits, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)?$/i.exec(text.trim()) ?? []
  // The pattern allows no other units.
  const bytes = Number(digits) * (units[unit.toLowerCase() as keyof typeof units] ?? Number.NaN)
  if (bytes >= LEAST_BYTES) return bytes
  const hint = 'write 500MB or 2GiB; 500MB is the least that Node and DuckDB can do with'
  const fault = Number.isNaN(bytes) ? 'not a size' : 'not enough memory'
  throw new EvtError(`--memory-limit ${text} is ${fault}`, { code: 'usage', hint })
}
