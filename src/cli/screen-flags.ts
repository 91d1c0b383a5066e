import * as Flags from '@oclif/core/flags'
import { memoryFlags } from './live-flags.js'

/** Flags of evt tail for its screen. */
export const screenFlags = {
  screen: Flags.boolean({
    exclusive: ['output', 'json', 'fields', 'resume'],
    description: 'a live screen with rates, percentiles, faults and the last events',
  }),
  ...memoryFlags,
}

/** Why there can be no screen; undefined where there can. */
export function noScreen(): string | undefined {
  const { stdout, env } = process
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb'
  return isTerminal ? undefined : '--screen needs a terminal: here are lines'
}
