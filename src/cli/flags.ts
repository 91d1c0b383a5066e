import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import type { OptionFlag } from '@oclif/core/interfaces'
import { EvtError } from '../errors.js'
import { filter } from './filter-flag.js'
import { memoryBytes, mostBytes } from './memory-size.js'
import { parseTime } from './time.js'

/** Everything `-o` can say; a command allows a part of it. */
const outputFormats = [
  'text',
  'json',
  'ndjson',
  'csv',
  'markdown',
  'html',
  'arrow',
  'parquet',
] as const
export type OutputFormat = (typeof outputFormats)[number]

const colorModes = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof colorModes)[number]

/**
 * `SOURCE…` as a list in `args.source`. An ordinary oclif argument would read standard input when
 * it is left out; a variadic one never does.
 */
export const sourceArgs = {
  source: Args.string({
    multiple: true,
    ignoreStdin: true,
    description: 'files, folders, globs, - for standard input, addresses, or an alias of evt.yaml',
  }),
}

/** For every command that takes a SOURCE. */
export const sourceFlags = {
  map: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FIELD=PATH',
    description: 'read a field of the event from this path, as in key=$.detail.orderId',
  }),
  preset: Flags.string({
    helpValue: 'NAME',
    env: 'EVT_PRESET',
    description: 'take the events for this shape instead of recognising it',
  }),
  config: Flags.string({
    helpValue: 'FILE',
    env: 'EVT_CONFIG',
    description: 'read this file instead of evt.yaml',
  }),
  'schema-registry': Flags.string({
    helpValue: 'PATH|URL',
    env: 'EVT_SCHEMA_REGISTRY',
    description: 'schemas of Avro in messages: a folder of <id>.avsc, a JSON map, or a registry',
  }),
}

/** For every command that may ask AWS. */
export const awsFlags = {
  profile: Flags.string({ helpValue: 'NAME', description: 'the AWS profile to use' }),
  region: Flags.string({ helpValue: 'NAME', description: 'the AWS region to use' }),
  'endpoint-url': Flags.string({
    helpValue: 'URL',
    description: "another address of AWS's services, such as an emulator's",
  }),
}

export const timeFlags = {
  since: timeFlag('only what arrived at or after this time'),
  until: timeFlag('only what arrived before this time'),
}

/** For commands that can use an index. */
const indexFlags = {
  'no-index': Flags.boolean({
    default: false,
    description: 'read the archive also where there is an index of it',
  }),
}

export const progressFlags = {
  progress: Flags.boolean({ description: 'show progress also where stderr is no terminal' }),
}

/** For every command that reads events: what, and which of them. */
export const eventFlags = {
  ...sourceFlags,
  ...timeFlags,
  type: Flags.string({
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only events of these types, such as order.*',
  }),
  filter,
  'follow-claims': Flags.string({
    helpValue: 'DIR|s3',
    description: 'put payloads in place of the pointers to them: from S3, or a copy of the bucket',
  }),
  'allow-partial': Flags.boolean({
    description: 'exit 0 although an object was cut, corrupt or gone',
  }),
  ...awsFlags,
}

/** For every command that reads whole archives. */
export const archiveFlags = {
  ...eventFlags,
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
  'max-bytes': Flags.string({
    helpValue: 'SIZE',
    env: 'EVT_MAX_BYTES',
    description: 'refuse to read more than this from S3',
    parse: async (text: string) => {
      mostBytes(text)
      return text
    },
  }),
  ...indexFlags,
  ...progressFlags,
}

/** What {@link awsFlags} say. */
export function awsOptions(flags: {
  profile?: string | undefined
  region?: string | undefined
  'endpoint-url'?: string | undefined
}) {
  return { profile: flags.profile, region: flags.region, endpointUrl: flags['endpoint-url'] }
}

/** `-o` and what goes with it. The first format is the default. */
export function outputFlags<T extends OutputFormat>(first: T, ...others: readonly T[]) {
  const allowed: readonly OutputFormat[] = [first, ...others]
  const output = Flags.option({
    char: 'o',
    options: allowed,
    default: first,
    helpValue: 'FORMAT',
    description: `how the result is written: ${allowed.join(', ')}`,
  })()
  return {
    // oclif's types cannot say that only the allowed formats pass; its parser sees to it.
    output: output as OptionFlag<T>,
    json: Flags.boolean({ exclusive: ['output'], description: 'the same as -o json' }),
    ...voiceFlags,
  }
}

/** How evt speaks; also for commands without `-o`. */
export const voiceFlags = {
  color: Flags.option({
    options: colorModes,
    default: 'auto',
    env: 'EVT_COLOR',
    helpValue: 'WHEN',
    description: 'auto, always or never; NO_COLOR is honoured',
  })(),
  quiet: Flags.boolean({ description: 'no notes on stderr, errors only' }),
  verbose: Flags.boolean({ exclusive: ['quiet'], description: 'say more on stderr' }),
  tz: Flags.string({
    default: 'UTC',
    env: 'EVT_TZ',
    helpValue: 'ZONE',
    description: 'time zone of the times in text, such as Europe/Berlin',
    parse: async (zone: string) => knownZone(zone),
  }),
}

function timeFlag(description: string) {
  return Flags.string({
    helpValue: 'TIME',
    description: `${description}: 15m, 7d or ISO 8601`,
    // Checked here, so that a mistake names its flag; read by timeRange with the clock of the run.
    parse: async (text: string) => {
      parseTime(text, 0)
      return text
    },
  })
}

function knownZone(zone: string): string {
  try {
    // Shown as it was typed: what Intl calls it depends on the version of Node.
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch (cause) {
    const hint = 'use UTC or an IANA name such as Europe/Berlin'
    throw new EvtError(`${zone} is not a time zone`, { code: 'usage', hint, cause })
  }
}
