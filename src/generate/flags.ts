import * as Flags from '@oclif/core/flags'
import { parseCount, parseLatency, parseRate, parseShare, parseStart } from './flag-values.js'
import {
  compressions,
  type FaultRates,
  formats,
  type GivenSettings,
  layouts,
  silences,
} from './settings.js'

const MOST_EVENTS = 100_000_000
const MOST_ROWS = 1_000
const clocks = { us: 1, ms: 1e3, s: 1e6 } as const

/** The flags of `evt generate` that say what happens. */
const workloadFlags = {
  events: count('how many events are produced', [1, MOST_EVENTS], '10k'),
  seed: count('another number, another workload', [0, 0xffffffff], '1'),
  types: count('how many types of event', [1, MOST_ROWS], '20'),
  sources: count('how many systems that send them', [1, MOST_ROWS], '4'),
  keys: Flags.custom<number>({
    parse: async (text) => parseCount(text, 1, MOST_EVENTS),
    helpValue: 'N',
    description: 'how many keys order is promised for; one for 50 events if unsaid',
  })(),
  'hot-keys': share('of the events, those that belong to one in a hundred keys', '0%'),
  start: Flags.custom<number>({
    parse: async (text) => parseStart(text),
    default: async () => parseStart('2026-01-05T09:00:00Z'),
    helpValue: 'TIME',
    defaultHelp: async () => '2026-01-05T09:00:00Z',
    description: 'time of the first event',
  })(),
  rate: Flags.custom<number>({
    parse: async (text) => parseRate(text),
    default: async () => 100,
    helpValue: 'N/s',
    defaultHelp: async () => '100/s',
    description: 'events a second, on average',
  })(),
  latency: Flags.custom<{ medianUs: number; p99Us: number }>({
    parse: async (text) => parseLatency(text),
    default: async () => parseLatency('20ms,180ms'),
    helpValue: 'P50[,P99]',
    defaultHelp: async () => '20ms,180ms',
    description: 'median and 99th percentile of the time until arrival',
  })(),
  clock: choice(['us', 'ms', 's'], 'us', "what the producers' clocks are cut off to"),
}

/** The flags that say what goes wrong. An event has one of these faults at most. */
const faultFlags = {
  duplicates: share('of the events, those that arrive again under their id', '0.3%'),
  redeliveries: share('those whose SQS message is received again', '0%'),
  replays: share('those that EventBridge replays', '0%'),
  conflicts: share('those that arrive again with another payload', '0%'),
  'published-twice': share('those that arrive again under another id', '0%'),
  reorder: share('those that arrive after later ones of their key', '0.5%'),
  loss: share('those that never arrive', '0%'),
  skew: share('those that arrive before the time they carry', '0%'),
  undecodable: share('of the records, broken ones put between them', '0%'),
  silence: Flags.option({
    options: silences,
    multiple: true,
    delimiter: ',',
    helpValue: 'WORD',
    description: 'type: one falls silent halfway; hour: for one nothing happens; type,hour: both',
  })(),
}

/** The flags that say how it is written. */
const archiveFlags = {
  envelope: Flags.string({
    default: 'eventbridge',
    helpValue: 'NAME',
    description:
      'json, eventbridge, cloudevents, dynamodb and others, or what is around one of them, as ' +
      'sqs>sns>eventbridge, listed below; mixed',
  }),
  format: choice(formats, 'ndjson', 'how a file holds its records'),
  compression: choice(
    compressions,
    'gzip',
    'of the files of text, and the blocks of Avro; Parquet has its own',
  ),
  members: count('gzip members a file', [1, 10_000], '1'),
  layout: choice(layouts, 'flat', 'folders, of the hour of arrival'),
  files: Flags.custom<number>({
    parse: async (text) => parseCount(text, 1, 100_000),
    helpValue: 'N',
    description: 'how many files; one for 250,000 records if unsaid',
  })(),
  'shuffle-files': share('of the records, those that land in the next file', '0.1%'),
  'event-bytes': count('mean size of a record', [1, 1_000_000], '700'),
}

/** The flags of what is sent. */
const liveFlags = {
  ledger: Flags.string({
    helpValue: 'DIR',
    description:
      'a folder for what was sent, lost events too; ledger/ where it is sent live, none for an ' +
      'archive',
  }),
  yes: Flags.boolean({ exclusive: ['dry-run'], description: 'send without asking' }),
  'dry-run': Flags.boolean({ description: 'only show what would be sent' }),
}

export const generateFlags = {
  to: Flags.string({
    required: true,
    helpValue: 'DIR|SINK',
    description:
      'the folder to write, or where to send: sqs://queue, sns://topic, eventbridge://bus, ' +
      'kinesis://stream; or an alias of evt.yaml',
  }),
  force: Flags.boolean({ description: 'replace an archive or ledger that evt generate wrote' }),
  ...inGroup(workloadFlags, 'workload'),
  ...inGroup(faultFlags, 'fault'),
  ...inGroup(archiveFlags, 'archive'),
  ...inGroup(liveFlags, 'live'),
}

/** The values that oclif parses {@link generateFlags} to. */
export interface GenerateFlags extends Readonly<FaultFlagValues> {
  readonly events: number
  readonly seed: number
  readonly types: number
  readonly sources: number
  readonly keys?: number | undefined
  readonly 'hot-keys': number
  readonly start: number
  readonly rate: number
  readonly latency: { medianUs: number; p99Us: number }
  readonly clock: keyof typeof clocks
  readonly undecodable: number
  readonly silence?: GivenSettings['silence'] | undefined
  readonly envelope: string
  readonly format: GivenSettings['format']
  readonly compression: GivenSettings['compression']
  readonly members: number
  readonly layout: GivenSettings['layout']
  readonly files?: number | undefined
  readonly 'shuffle-files': number
  readonly 'event-bytes': number
}

type FaultFlagValues = Omit<FaultRates, 'publishedTwice'> & { 'published-twice': number }

export function settingsFrom(flags: GenerateFlags): GivenSettings {
  const { events, seed, types, sources, latency, envelope } = flags
  const { duplicates, redeliveries, replays, conflicts, reorder, loss, skew } = flags
  const { format, compression, members, layout } = flags
  return {
    ...{ events, seed, types, sources, latency, envelope },
    ...{ format, compression, members, layout },
    keys: flags.keys ?? null,
    hotShare: flags['hot-keys'],
    startUs: flags.start,
    ratePerSecond: flags.rate,
    clockUs: clocks[flags.clock],
    rates: {
      ...{ duplicates, redeliveries, replays, conflicts, reorder, loss, skew },
      publishedTwice: flags['published-twice'],
    },
    silence: flags.silence ?? [],
    undecodableShare: flags.undecodable,
    files: flags.files ?? null,
    shuffledShare: flags['shuffle-files'],
    eventBytes: flags['event-bytes'],
  }
}

/** For the help. */
function inGroup<T extends Record<string, { helpGroup?: string }>>(flags: T, group: string): T {
  for (const flag of Object.values(flags)) flag.helpGroup = group.toUpperCase()
  return flags
}

function share(what: string, usual: string) {
  return Flags.custom<number>({
    parse: async (text) => parseShare(text),
    default: async () => parseShare(usual),
    defaultHelp: async () => usual,
    helpValue: '%',
    description: what,
  })()
}

function count(what: string, [least, most]: readonly [number, number], usual: string) {
  return Flags.custom<number>({
    parse: async (text) => parseCount(text, least, most),
    default: async () => parseCount(usual, least, most),
    defaultHelp: async () => usual,
    helpValue: 'N',
    description: what,
  })()
}

function choice<const T extends string>(options: readonly T[], usual: T, what: string) {
  return Flags.option({
    options,
    default: usual,
    helpValue: 'WORD',
    description: `${what}: ${options.join(', ')}`,
  })()
}
