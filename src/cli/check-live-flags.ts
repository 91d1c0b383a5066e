import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { Consent } from '../taps/tap.js'
import type { ColorMode } from './flags.js'
import { memoryFlags } from './live-flags.js'
import { durationOf, tailFlags } from './tail-flags.js'

/** As they are parsed, and what flags of tail say beside them. */
export interface LiveCheckFlags {
  while?: string | undefined
  watch: boolean
  settle?: number | undefined
  window?: number | undefined
  duration?: number | undefined
  from?: string | undefined
  intrusive?: readonly Consent[] | undefined
  'fan-out'?: boolean | undefined
  consumer?: string | undefined
  'dedupe-window': string
  color: ColorMode
}

/** Flags of `evt check` that make it judge what comes. */
export const liveCheckFlags = {
  while: Flags.string({
    helpValue: 'COMMAND',
    exclusive: ['watch'],
    description:
      'judge what comes while this command of the shell runs, and until it is quiet: SOURCE is ' +
      'tapped before it starts; what it prints goes to stderr',
  }),
  settle: duration({
    dependsOn: ['while'],
    description: 'with --while: it is quiet where nothing came for so long; 10s if unsaid',
  }),
  watch: Flags.boolean({
    description:
      'judge what comes every --window, and end where the verdict is certain: for canaries, ' +
      'during a deployment',
  }),
  window: duration({
    dependsOn: ['watch'],
    description: 'with --watch: judge again every so long; 30s if unsaid',
  }),
  duration: duration({
    description:
      'with --while: so long may the command take, and getting quiet; with --watch: end after ' +
      'this time, 10m if unsaid',
  }),
  from: tailFlags.from,
  intrusive: tailFlags.intrusive,
  'fan-out': tailFlags['fan-out'],
  consumer: tailFlags.consumer,
  ...memoryFlags,
}

function duration(of: { description: string; dependsOn?: string[] }) {
  return Flags.custom<number>({
    helpValue: 'TIME',
    parse: async (text: string) => durationOf(text),
    ...of,
  })()
}

/** What is of no meaning for what is there. */
const ofLive = ['duration', 'from', 'intrusive', 'fan-out', 'consumer'] as const

/** Whether what comes is to be judged, rather than what is there.
 * @throws EvtError `usage` for flags of the one beside the other */
export function isLiveCheck(flags: LiveCheckFlags): boolean {
  if (flags.while !== undefined || flags.watch) return true
  const given = ofLive.find((name) => flags[name] !== undefined)
  if (given === undefined) return false
  throw new EvtError(`--${given} is for what comes, and evt check judges what is there`, {
    code: 'usage',
    hint: 'add --watch, or --while COMMAND',
  })
}
