import { EvtError } from '../errors.js'
import { type Chain, parseChains } from './chain.js'

/** Shares of the events, 0 to 1. An event has one of these faults at most. */
export interface FaultRates {
  duplicates: number
  redeliveries: number
  replays: number
  conflicts: number
  publishedTwice: number
  reorder: number
  loss: number
  skew: number
}

export const layouts = ['flat', 'date', 'hive'] as const
export const formats = ['ndjson', 'array', 'concatenated', 'parquet', 'avro', 'mixed'] as const
export const compressions = ['none', 'gzip', 'zstd', 'mixed'] as const
export const silences = ['type', 'hour'] as const
type Layout = (typeof layouts)[number]
type Format = (typeof formats)[number]
/** Files that have a schema, which is that of one envelope. */
export type TypedFormat = 'parquet' | 'avro'
export type TextFormat = Exclude<Format, TypedFormat | 'mixed'>
export type Compression = (typeof compressions)[number]
type Silence = (typeof silences)[number]

/** What happens: the same settings are the same workload. */
export interface WorkloadSettings {
  seed: number
  /** Produced; what arrives is less what is lost and more what arrives again. */
  events: number
  types: number
  sources: number
  keys: number
  /** Share of the events that belong to the first hundredth of the keys. */
  hotShare: number
  rates: FaultRates
  silence: readonly Silence[]
  startUs: number
  /** Events a second, on average. */
  ratePerSecond: number
  /** Of the log-normal distribution. */
  latency: { medianUs: number; p99Us: number }
  /** What the producers' clocks are cut off to. */
  clockUs: number
  /** More than one: types take turns. */
  chains: readonly Chain[]
}

/** How it is written down. */
export interface ArchiveSettings {
  format: Format
  compression: Compression
  layout: Layout
  /** Null: one for each quarter of a million records. */
  files: number | null
  /** Gzip members a file. */
  members: number
  /** Share of the records that land in the next file, so that file order is not arrival order. */
  shuffledShare: number
  undecodableShare: number
  /** Aimed at, as mean size of a record. */
  eventBytes: number
}

export interface GenerateSettings extends WorkloadSettings, ArchiveSettings {}

/** As flags give it; null where they say nothing. */
export interface GivenSettings extends Omit<GenerateSettings, 'chains' | 'keys'> {
  envelope: string
  keys: number | null
}

const EVENTS_PER_KEY = 50

/**
 * Fills in what follows from other settings and refuses what contradicts itself.
 *
 * @throws EvtError `usage`
 */
export function checkedSettings({ envelope, ...given }: GivenSettings): GenerateSettings {
  const chains = parseChains(envelope)
  const keys = given.keys ?? Math.max(1, Math.ceil(given.events / EVENTS_PER_KEY))
  const settings = { ...given, keys, chains }
  checkRates(settings.rates)
  checkSayable(settings, envelope)
  checkTyped(settings, envelope)
  if (settings.latency.p99Us < settings.latency.medianUs) {
    refuse('--latency: the 99th percentile is below the median', 'write --latency 20ms,180ms')
  }
  if (settings.silence.includes('type') && Math.max(settings.types, settings.sources) < 2) {
    refuse('--silence type needs at least two types', 'one falls silent, the others go on')
  }
  if (settings.members > 1 && !['gzip', 'mixed'].includes(settings.compression)) {
    refuse('--members needs --compression gzip', 'only gzip files have members')
  }
  return settings
}

const flagOf: Record<keyof FaultRates, string> = {
  duplicates: 'duplicates',
  redeliveries: 'redeliveries',
  replays: 'replays',
  conflicts: 'conflicts',
  publishedTwice: 'published-twice',
  reorder: 'reorder',
  loss: 'loss',
  skew: 'skew',
}

function checkRates(rates: FaultRates): void {
  const names = Object.keys(flagOf) as (keyof FaultRates)[] // the keys of the type, all of them
  const given = names.filter((name) => rates[name] > 0)
  const sum = given.reduce((total, name) => total + rates[name], 0)
  if (sum <= 1 + 1e-9) return
  const list = given.map((name) => `--${flagOf[name]} ${percentText(rates[name])}`).join(', ')
  refuse(
    `the rates of faults add up to ${percentText(sum)}: ${list}`,
    'an event has one planted fault at most: the rates may add up to 100%',
  )
}

function checkSayable({ rates, chains }: WorkloadSettings, envelope: string): void {
  if (rates.replays > 0 && !chains.some(({ namesReplays }) => namesReplays)) {
    refuse(
      `--replays: a delivery in ${envelope} cannot say that it is a replay`,
      'use --envelope eventbridge, or a chain that ends in it, such as sqs>eventbridge',
    )
  }
  if (rates.redeliveries > 0 && !chains.some(({ countsAttempts }) => countsAttempts)) {
    refuse(
      `--redeliveries: a delivery in ${envelope} cannot say that it is one`,
      'use --envelope sqs, or a chain that begins with it, such as sqs>eventbridge',
    )
  }
}

const typedNames = { parquet: 'a Parquet file', avro: 'an Avro file' } as const

function checkTyped(settings: GenerateSettings, envelope: string): void {
  const { format, compression } = settings
  if (format !== 'parquet' && format !== 'avro') return
  if (settings.undecodableShare > 0) {
    refuse(
      `--undecodable: ${typedNames[format]} has no undecodable records`,
      'use --format ndjson, or mixed, which plants them in the files of text',
    )
  }
  if (settings.chains.length > 1) {
    refuse(
      `--envelope ${envelope}: the ${format === 'avro' ? 'fields' : 'columns'} of ` +
        `${typedNames[format]} are those of one envelope`,
      'use one envelope, or --format mixed, which writes mixed envelopes as text',
    )
  }
  if (format === 'avro' && compression === 'zstd') {
    refuse('--compression zstd: Avro is written with deflate', 'use --compression gzip or none')
  }
}

function refuse(message: string, hint: string): never {
  throw new EvtError(message, { code: 'usage', hint })
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`
}
