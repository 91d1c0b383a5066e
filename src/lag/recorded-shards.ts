import { resourceAddress } from '../aws/address.js'
import { isTrimmed } from '../aws/failure.js'
import type { Shard, ShardPage, ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import type { SourcePlace } from '../record/last-part.js'
import { streamPlaceOf } from '../taps/shard-checkpoint.js'
import type { Asking } from './kind.js'
import type { ShardRow } from './result.js'

/** So many shards are asked at one time. */
const AT_ONCE = 8
/** One record tells how far it is behind. */
const ONE = 1

type Recorded = ReadonlyMap<string, SourcePlace>
type NamedStream = Pick<ShardedStream<never>, 'place' | 'arn'>

/** A stream in whose shards a recording stands somewhere. */
export interface ShardedStream<R> {
  /** As the recording names it. */
  readonly place: string
  readonly arn: string
  readonly madeMs: number | null
  readonly shards: readonly Shard[]
  readonly retentionMs: number
  iterator(shard: string, start: ShardStart): Promise<string>
  read(iterator: string, limit: number): Promise<ShardPage<R>>
  /** When a record was written. */
  writtenMs(record: R): number | undefined
  /** By the service's clock. */
  nowMs(): number | undefined
}

/**
 * How far behind a recording is in each shard that it has not read to its end, by one read of each,
 * of which a shard takes five a second from all who poll it. Undefined where nothing is asked for.
 */
export async function recordedShards<R>(
  stream: ShardedStream<R>,
  asking: Asking,
): Promise<ShardRow[] | undefined> {
  if (asking.recorded === undefined) return undefined
  const known = placeOf(stream, asking.recorded)
  if (known?.at === undefined || known.at === null) {
    asking.gap('the recording does not say how far it is in this stream')
    return undefined
  }
  const before = streamPlaceOf(known.at, stream)
  if (before.stream !== stream.arn || before.madeMs !== stream.madeMs) {
    asking.gap('the recording is of another stream of this name')
    return undefined
  }
  const places = new Map(Object.entries(before.shards))
  const rows: ShardRow[] = []
  for (let at = 0; at < stream.shards.length; at += AT_ONCE) {
    const some = stream.shards.slice(at, at + AT_ONCE).map((shard) => {
      const place = places.get(shard.id)
      return rowOf(shard, place === 'ended' ? place : (place?.start ?? beginning), stream, asking)
    })
    rows.push(...(await Promise.all(some)))
  }
  return rows
}

/** An address may name it by its ARN. */
function placeOf({ place, arn }: NamedStream, recorded: Recorded): SourcePlace | undefined {
  const named = [...recorded].find(([key]) => {
    const address = key === place ? undefined : resourceAddress(key)
    const isArn = address?.arn !== undefined && `${arn}/`.startsWith(`${address.arn}/`)
    return key === place || (isArn && address.part === undefined)
  })
  return named?.[1]
}

const beginning: ShardStart = { at: 'beginning' }

async function rowOf<R>(
  { id, isClosed }: Shard,
  start: ShardStart | 'ended',
  stream: ShardedStream<R>,
  { gap }: Asking,
): Promise<ShardRow> {
  const row = { shard: id, isOpen: !isClosed }
  if (start === 'ended') return { ...row, behindMs: 0, lossInMs: null }
  try {
    const page = await stream.read(await stream.iterator(id, start), ONE)
    const [record] = page.records
    const isAtEnd = record === undefined && page.next === undefined
    const ageMs = record === undefined ? undefined : ageOf(record, start, stream)
    // What the service says is of behind that record.
    const told = page.behindMs === undefined && !isAtEnd ? undefined : (page.behindMs ?? 0)
    const both = [told, ageMs].filter((ms) => ms !== undefined)
    const behindMs = both.length === 0 ? null : Math.max(...both)
    const lossInMs = behindMs ? Math.max(0, stream.retentionMs - behindMs) : null
    return { ...row, behindMs, lossInMs }
  } catch (error) {
    if (isTrimmed(error)) return { ...row, behindMs: stream.retentionMs, lossInMs: 0 }
    if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
    gap(`${id}: ${error.message}`)
    return { ...row, behindMs: null, lossInMs: null }
  }
}

/** Undefined for a record from before where the recording begins: a stream of DynamoDB cannot be
 * read from a time on. */
function ageOf<R>(record: R, start: ShardStart, stream: ShardedStream<R>): number | undefined {
  const at = stream.writtenMs(record)
  if (at === undefined || (start.at === 'time' && at < start.ms)) return undefined
  return Math.max(0, (stream.nowMs() ?? Date.now()) - at)
}
