import * as Flags from '@oclif/core/flags'
import type { InitRequest } from '../init/run.js'
import type { Consent } from '../taps/tap.js'
import { safeText } from '../ui/safe-text.js'
import { awsOptions } from './flags.js'
import { durationOf, tailFlags } from './tail-flags.js'

const DURATION_MS = 15_000

/** Flags of `evt init` for what is live. */
export const sampleFlags = {
  duration: Flags.custom<number>({
    helpValue: 'TIME',
    description:
      'for how long what comes is looked at, 2,000 records at most: queues, topics, buses, log ' +
      'groups (of which the last hour is taken first) and standard input; 15s where it is left out',
    parse: async (text: string) => durationOf(text),
  })(),
  intrusive: tailFlags.intrusive,
}

interface InitFlags {
  map?: readonly string[] | undefined
  preset?: string | undefined
  config?: string | undefined
  'schema-registry'?: string | undefined
  to: string
  force: boolean
  'dry-run': boolean
  duration?: number | undefined
  intrusive?: readonly Consent[] | undefined
  profile?: string | undefined
  region?: string | undefined
  'endpoint-url'?: string | undefined
  quiet: boolean
}

/** What was typed, as what a proposal is made from. */
export function initRequest(
  flags: InitFlags,
  typed: Pick<InitRequest, 'given' | 'choose' | 'lineWith' | 'signal'>,
): InitRequest {
  return {
    ...typed,
    maps: flags.map ?? [],
    presets: flags.preset === undefined ? undefined : [flags.preset],
    config: flags.config,
    schemaRegistry: flags['schema-registry'],
    ...{ to: flags.to, force: flags.force, dryRun: flags['dry-run'] },
    durationMs: flags.duration ?? DURATION_MS,
    consents: new Set(flags.intrusive ?? []),
    aws: awsOptions(flags),
    ...{ stdin: process.stdin, cwd: process.cwd(), env: process.env },
    onNote: (text) => {
      if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
    },
  }
}
