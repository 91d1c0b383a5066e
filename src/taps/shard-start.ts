import type { ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import type { TapOptions } from './tap.js'

type StartOptions = Pick<TapOptions, 'start' | 'fromUs' | 'follow' | 'sequence'>

/**
 * Where the shards of a stream begin: with what comes, unless something else is asked for, or there
 * is nothing to wait for.
 *
 * @param shard the one that is read alone
 * @throws EvtError `usage` for a sequence number without a shard
 */
export function startOf(
  { start, fromUs, follow, sequence }: StartOptions,
  shard: string | undefined,
): ShardStart {
  if (sequence !== undefined) {
    if (shard !== undefined) return { at: 'sequence', sequence }
    throw new EvtError('a sequence number is of one shard, and none is named', {
      code: 'usage',
      hint: 'name one, as in kinesis://STREAM/SHARD, or --from beginning, latest or a time',
    })
  }
  const isWhole = start === 'beginning' || (start === undefined && follow === false)
  if (!isWhole) return { at: 'latest' }
  if (fromUs === undefined) return { at: 'beginning' }
  const ms = Math.floor(fromUs / 1_000)
  // No service takes a time that is yet to come.
  return ms >= Date.now() ? { at: 'latest' } : { at: 'time', ms }
}
