import { resourceAddress } from '../aws/address.js'
import { isMissing, ofSdk } from '../aws/failure.js'
import { type OpenStream, openStream } from '../aws/kinesis.js'
import type { Shard, ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { kinesisRecord } from './kinesis-records.js'
import { patiently } from './patiently.js'
import { type PolledStream, ShardPolling } from './shard-polling.js'
import { startOf } from './shard-start.js'
import { ShardTree } from './shard-tree.js'
import { streamReading } from './stream-reading.js'
import type { Tap, TapOptions } from './tap.js'

const HOUR_MS = 3_600_000
const MOST_NAMED = 5
const iamActions = [
  'kinesis:DescribeStreamSummary',
  'kinesis:ListShards',
  'kinesis:GetShardIterator',
  'kinesis:GetRecords',
]

/** Streams of Kinesis, all shards of one or a single one. */
export const tap: Tap = {
  name: 'kinesis',
  reads: 'kinesis://STREAM, kinesis://STREAM/SHARD, the ARN of a stream',
  safety: 'shares',
  missed:
    'What retention removes before it is read. Of a single shard, what its children get once it ' +
    'is split or merged.',
  repeated:
    'Nothing that Kinesis has once; what a producer put twice, as after an answer that was lost, ' +
    'is there twice. Records of a key come in their order, also through splits and merges.',
  cost:
    'Two to three reads a second of a shard that has something, one of a shard that has nothing, ' +
    'and 1.5 MB/s at most. Kinesis gives five reads and 2 MB a second to all who poll a shard: ' +
    'one other consumer that polls it once a second is not slowed; where reads are throttled, evt ' +
    'reads less often. Where a key of KMS encrypts the stream, kms:Decrypt is needed, too.',
  heeds: ['sequence'],
  iamActions,
  open: readStream,
}

async function* readStream(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const named = resourceAddress(address)
  if (named?.service !== 'kinesis') throw new EvtError(`${address} is no stream`, { code: 'usage' })
  const { signal, aws } = options
  const start = startOf(options, named.part)
  const stream = await openStream(named, { ...aws, needs: iamActions, signal })
  try {
    const place = `kinesis://${stream.name}`
    const look = async () => ({ summary: await stream.describe(), shards: await stream.shards() })
    const found = await patiently(look, place, options)
    if (found === undefined) return
    const shards = shardsOf(found.shards, named.part, stream.name)
    tell({ ...found, place, start }, options)
    yield* reading(
      { stream, place, summary: found.summary, start, part: named.part },
      shards,
      options,
    )
  } finally {
    stream.close()
  }
}

/** A stream that was found. */
interface Found {
  readonly stream: OpenStream
  readonly place: string
  readonly summary: Summary
  readonly start: ShardStart
  /** The shard that was asked for. */
  readonly part: string | undefined
}

async function* reading(
  found: Found,
  shards: readonly Shard[],
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { start, part, place } = found
  const polling = new ShardPolling(polled(found), options)
  const isLatest = start.at === 'latest'
  // What is there is not read where only what comes is wanted.
  const tree = new ShardTree(shards, ({ isClosed }) => (isLatest && isClosed ? undefined : start))
  if (isLatest) {
    const open = shards.filter(({ isClosed }) => !isClosed)
    await Promise.all(open.map(({ id }) => polling.begin(id, start)))
  }
  if (options.signal.aborted) return
  options.onReady?.()
  yield* streamReading(polling, tree, options, part === undefined)
  if (part === undefined || options.signal.aborted || options.follow === false) return
  options.onNote(`${place}/${part} is closed: it was split or merged, and nothing comes to it`)
}

function polled({ stream, place, summary, start }: Found): PolledStream {
  const { StreamARN: arn = '', RecordDistributionStrategy } = summary
  const isSpread = RecordDistributionStrategy === 'AUTO'
  return {
    place,
    shards: () => stream.shards(),
    iterator: (shard, from) => stream.iterator(shard, from),
    async read(iterator, shard, limit) {
      const page = await stream.read(iterator, limit)
      const at = { place, shard, arn, isSpread }
      return { ...page, records: page.records.map((record) => kinesisRecord(record, at)) }
    },
    nowMs: () => stream.nowMs() ?? Date.now(),
    failure: (error) => whileReading(error, { stream, summary, start, place }),
  }
}

/** @throws EvtError `usage` where there is no such shard */
function shardsOf(all: readonly Shard[], part: string | undefined, stream: string): Shard[] {
  if (part === undefined) return [...all]
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
  { place, summary, start }: Pick<Found, 'place' | 'summary' | 'start'>,
  { onNote }: TapOptions,
): void {
  if (summary.RecordDistributionStrategy === 'AUTO') {
    onNote(`${place} spreads its records regardless of their keys: no order per key is promised`)
  }
  const { RetentionPeriodHours: hours = 24 } = summary
  if (start.at === 'time' && start.ms < Date.now() - hours * HOUR_MS) {
    onNote(`${place} keeps ${hours} hours: what came before is gone`)
  }
}

type Summary = Awaited<ReturnType<OpenStream['describe']>>

/** What a failure means that came after the stream was found. */
async function whileReading(
  error: unknown,
  { stream, summary, start, place }: Pick<Found, 'stream' | 'summary' | 'start' | 'place'>,
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
