import { isMissing, ofSdk } from '../aws/failure.js'
import type { OpenStream } from '../aws/kinesis.js'
import type { Shard, ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import { patiently } from './patiently.js'
import type { TapOptions } from './tap.js'

const HOUR_MS = 3_600_000
const MOST_NAMED = 5

type Summary = Awaited<ReturnType<OpenStream['describe']>>

/** A stream that was found, and where its reading begins. */
export interface FoundStream {
  readonly stream: OpenStream
  /** How it is named in what is said, and in positions. */
  readonly place: string
  readonly arn: string
  readonly summary: Summary
  readonly start: ShardStart
  /** Those that are to be read. */
  readonly shards: readonly Shard[]
  /** Whether a shard has records of any key. */
  readonly isSpread: boolean
}

/**
 * Looks at a stream, and says what of its nature a reader should know. Undefined where the signal
 * aborts.
 *
 * @param part the shard that is asked for alone
 * @throws EvtError `usage` where there is no such stream or shard
 */
export async function foundStream(
  stream: OpenStream,
  { part, start }: { readonly part: string | undefined; readonly start: ShardStart },
  options: Pick<TapOptions, 'signal' | 'onNote'>,
): Promise<FoundStream | undefined> {
  const place = `kinesis://${stream.name}`
  const look = async () => ({ summary: await stream.describe(), shards: await stream.shards() })
  const looked = await patiently(look, place, options)
  if (looked === undefined) return undefined
  const { summary } = looked
  const isSpread = summary.RecordDistributionStrategy === 'AUTO'
  const shards = askedShards(looked.shards, part, stream.name)
  const { StreamARN: arn = '' } = summary
  const found = { stream, place, arn, summary, start, shards, isSpread }
  tell(found, options)
  return found
}

function askedShards(
  all: readonly Shard[],
  part: string | undefined,
  stream: string,
): readonly Shard[] {
  if (part === undefined) return all
  const shard = all.find(({ id }) => id === part)
  // Its parents are nobody's to wait for.
  if (shard) return [{ ...shard, parents: [] }]
  const ids = all.slice(0, MOST_NAMED).map(({ id }) => id)
  throw new EvtError(`there is no shard ${part} in the stream ${stream}`, {
    code: 'usage',
    hint: `it has ${ids.join(', ')}${all.length > MOST_NAMED ? ', …' : ''}`,
  })
}

function tell(
  { stream, place, summary, start, isSpread }: FoundStream,
  { onNote }: Pick<TapOptions, 'onNote'>,
): void {
  if (isSpread) {
    onNote(`${place} spreads its records regardless of their keys: no order per key is promised`)
  }
  const { RetentionPeriodHours: hours = 24 } = summary
  const nowMs = stream.nowMs() ?? Date.now()
  if (start.at === 'time' && start.ms < nowMs - hours * HOUR_MS) {
    onNote(`${place} keeps ${hours} hours: what came before is gone`)
  }
}

/** What a failure means that came after the stream was found. */
export async function whileReading(
  error: unknown,
  { stream, summary, start, place }: FoundStream,
): Promise<unknown> {
  if (!isMissing(error) && !isInvalid(error)) return error
  const { name } = stream
  const cause = { cause: error }
  try {
    const { StreamCreationTimestamp: made } = await stream.describe()
    if (made?.getTime() !== summary.StreamCreationTimestamp?.getTime()) {
      const message = `the stream ${name} was deleted and made anew while evt read it`
      return new EvtError(message, { code: 'outside', hint: 'begin again', ...cause })
    }
  } catch (missing) {
    if (!isMissing(missing)) return error
    const hint = 'what was read so far is all that there is'
    return new EvtError(`the stream ${name} was deleted while evt read it`, {
      ...{ code: 'outside', hint, ...cause },
    })
  }
  if (start.at !== 'sequence' || !isInvalid(error)) return error
  return new EvtError(`${start.sequence} is no sequence number of this shard of ${place}`, {
    code: 'usage',
    hint:
      'it may be of another shard, or from before what retention keeps; ' +
      '--from beginning begins with what is there',
    ...cause,
  })
}

function isInvalid(error: unknown): boolean {
  const failed = ofSdk(error)
  return failed instanceof Error && failed.name === 'InvalidArgumentException'
}
