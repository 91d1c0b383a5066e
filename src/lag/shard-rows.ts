import { resourceAddress } from '../aws/address.js'
import { isTrimmed } from '../aws/failure.js'
import type { Shard, ShardPage, ShardStart } from '../aws/shards.js'
import { EvtError } from '../errors.js'
import type { SourcePlace } from '../record/last-part.js'
import { streamPlaceOf } from '../taps/shard-checkpoint.js'
import type { Asking } from './kind.js'
import { type Lease, leasesOf } from './leases.js'
import type { ShardRow } from './result.js'

/** So many shards are asked at one time. */
const AT_ONCE = 8
/** One record tells how far it is behind. */
const ONE = 1

type Recorded = ReadonlyMap<string, SourcePlace>
type NamedStream = Pick<ShardedStream<never>, 'place' | 'arn'>

/** A stream in whose shards somebody stands somewhere. */
export interface ShardedStream<R> {
  /** As a recording names it. */
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

/** Where somebody is in a shard, as far as that is known. */
type Placed = Pick<Lease, 'start'> & Partial<Pick<Lease, 'owner'>>

/** Whether anything is asked of each shard. */
export function asksShards({ recorded, application, shards }: Asking): boolean {
  return recorded !== undefined || application !== undefined || shards === true
}

/**
 * How far behind a recording or an application is in each shard that it has not read to its end, or
 * what each shard holds, by one read of each, of which a shard takes five a second from all who
 * poll it. Undefined where nothing is asked for.
 */
export async function shardRows<R>(
  stream: ShardedStream<R>,
  asking: Asking,
): Promise<ShardRow[] | undefined> {
  const placeIn = await placesOf(stream, asking)
  if (placeIn === undefined) return undefined
  const rows: ShardRow[] = []
  for (let at = 0; at < stream.shards.length; at += AT_ONCE) {
    const some = stream.shards
      .slice(at, at + AT_ONCE)
      .map((shard) => rowOf(shard, placeIn(shard.id), stream, asking))
    rows.push(...(await Promise.all(some)))
  }
  return rows
}

async function placesOf(
  stream: NamedStream & { readonly madeMs: number | null; readonly shards: readonly Shard[] },
  asking: Asking,
): Promise<((shard: string) => Placed | undefined) | undefined> {
  const { application, recorded, shards, aws } = asking
  if (recorded !== undefined) return recordedIn(stream, recorded, asking)
  if (application !== undefined) {
    const name = stream.place.slice(stream.place.indexOf('//') + 2)
    const leases = await leasesOf(application, { name, aws })
    if (!stream.shards.some(({ id }) => leases.has(id))) {
      asking.gap(`the leases of ${application} are not of its shards`)
    }
    return (shard) => leases.get(shard) ?? { start: undefined, owner: null }
  }
  return shards ? () => undefined : undefined
}

function recordedIn(
  stream: NamedStream & { readonly madeMs: number | null },
  recorded: Recorded,
  asking: Asking,
): ((shard: string) => Placed) | undefined {
  const known = placeOf(stream, recorded)
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
  return (shard) => {
    const place = places.get(shard)
    return { start: place === 'ended' ? place : (place?.start ?? beginning) }
  }
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
  place: Placed | undefined,
  stream: ShardedStream<R>,
  { gap }: Asking,
): Promise<ShardRow> {
  const row = { shard: id, isOpen: !isClosed, ...(place?.owner !== undefined && ownerOf(place)) }
  const nothing = { ...row, behindMs: null, lossInMs: null }
  if (place?.start === 'ended') return { ...nothing, behindMs: 0 }
  if (place && place.start === undefined) return nothing
  const start = place?.start ?? beginning
  try {
    const page = await stream.read(await stream.iterator(id, start), ONE)
    const [record] = page.records
    if (!place) return { ...nothing, oldestAgeMs: (record && ageOf(record, start, stream)) ?? null }
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
    return nothing
  }
}

function ownerOf({ owner = null }: Placed) {
  return { owner }
}

/** Undefined for a record from before where the recording begins: a stream of DynamoDB cannot be
 * read from a time on. */
function ageOf<R>(record: R, start: ShardStart, stream: ShardedStream<R>): number | undefined {
  const at = stream.writtenMs(record)
  if (at === undefined || (start.at === 'time' && at < start.ms)) return undefined
  return Math.max(0, (stream.nowMs() ?? Date.now()) - at)
}
