import * as Flags from '@oclif/core/flags'
import { isAlias, sourcesOf } from '../config/sources.js'
import { EvtError } from '../errors.js'
import { isLive } from '../taps/index.js'
import { tailFlags } from './tail-flags.js'
import { parseDurationMs } from './time.js'

/** For commands that measure what comes. */
export const memoryFlags = {
  'dedupe-window': Flags.string({
    helpValue: 'TIME',
    default: '10m',
    description:
      'live: remember identities and keys for this long at least, at most for twice as long; all ' +
      'is what never forgets',
    parse: async (text: string) => {
      memoryMs(text)
      return text
    },
  }),
}

/** Flags of evt stats that make it measure what comes. */
export const liveFlags = {
  duration: tailFlags.duration,
  from: tailFlags.from,
  follow: tailFlags.follow,
  intrusive: tailFlags.intrusive,
  'fan-out': tailFlags['fan-out'],
  consumer: tailFlags.consumer,
  ...memoryFlags,
}

interface Asked {
  from?: string | undefined
  follow?: boolean | undefined
  duration?: number | undefined
  config?: string | undefined
}

/** Whether what comes is to be measured, rather than what is there.
 * @throws EvtError `usage` for an alias or a configuration that is wrong */
export async function isAskedLive(flags: Asked, given: readonly string[]): Promise<boolean> {
  const { from, follow, duration } = flags
  if ([from, follow, duration].some((flag) => flag !== undefined)) return true
  return (await addressesOf(given, flags.config)).some(isLive)
}

/** What aliases and `default:` of evt.yaml stand for. */
async function addressesOf(
  given: readonly string[],
  file: string | undefined,
): Promise<readonly string[]> {
  if (given.length > 0 && !given.some(isAlias)) return given
  const { loadConfig } = await import('../config/load.js')
  const places = { file, env: process.env, cwd: process.cwd(), firstSource: given[0] }
  return sourcesOf(given, await loadConfig(places))
}

/** A duration of `--dedupe-window`; null for ever.
 * @throws EvtError `usage` for what is none */
export function memoryMs(text: string): number | null {
  if (text === 'all') return null
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new EvtError(`--dedupe-window ${text} is not a duration`, {
    code: 'usage',
    hint: 'write 10m, 1h, or all to forget nothing',
  })
}
