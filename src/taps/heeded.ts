import { EvtError } from '../errors.js'
import type { SpecialOption, Tap, TapOptions } from './tap.js'

interface Tapped {
  readonly address: string
  readonly tap: Pick<Tap, 'heeds'>
}

/** @throws EvtError `usage` where something was asked for that is nothing for a source */
export function checkHeeded(
  tapped: readonly Tapped[],
  options: Pick<TapOptions, SpecialOption>,
): void {
  const asked = specialOptions.filter((option) => isAsked(options[option]))
  for (const { address, tap } of tapped) {
    const unheeded = asked.find((option) => !tap.heeds?.includes(option))
    if (!unheeded) continue
    const { refusal, have } = refusals[unheeded]
    throw new EvtError(`${address} ${refusal}`, {
      code: 'usage',
      hint: `${have}; leave the flag out, or read the others by a command of their own`,
    })
  }
  if (options.notifications === undefined || tapped.length < 2) return
  throw new EvtError('--notifications is of one SOURCE, and there are several', {
    code: 'usage',
    hint: 'two would take messages from each other: read each by a command and a queue of its own',
  })
}

function isAsked(value: unknown): boolean {
  return value !== undefined && value !== false
}

const refusals: Readonly<Record<SpecialOption, { refusal: string; have: string }>> = {
  sequence: {
    refusal: 'has no sequence numbers to begin at',
    have: 'kinesis://STREAM/SHARD and dynamodb://TABLE/SHARD have',
  },
  fanOut: {
    refusal: 'has no consumers with throughput of their own',
    have: 'kinesis://STREAM has',
  },
  liveTail: { refusal: 'has no live tail', have: 'logs://GROUP has' },
  notifications: {
    refusal: 'has no notifications of new objects',
    have: 's3://BUCKET/PREFIX has',
  },
}
const specialOptions = Object.keys(refusals) as SpecialOption[]
