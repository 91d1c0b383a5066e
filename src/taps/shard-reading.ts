import type { Shard, ShardStart } from '../aws/shards.js'
import type { Decoded } from '../event/event.js'
import { sayingFirst } from './first-record.js'
import { checkpointOf, type StreamPlace, streamPlaceOf } from './shard-checkpoint.js'
import type { ShardSource } from './shard-source.js'
import { type ShardPlace, ShardTree } from './shard-tree.js'
import { streamReading } from './stream-reading.js'
import type { TapOptions } from './tap.js'

const HOUR_MS = 3_600_000

/** A stream that is to be read. */
export interface ReadableStream {
  /** How it is named in what is said. */
  readonly place: string
  readonly arn: string
  /** When it was made, which tells it from another of this name; null: its ARN does. */
  readonly madeMs: number | null
  readonly start: ShardStart
  /** Those that are to be read. */
  readonly shards: readonly Shard[]
  /** The shard that is read alone. */
  readonly part: string | undefined
  readonly retentionHours: number
  /** By the service's clock. */
  nowMs(): number
}

/**
 * Reads the shards of a stream from where it begins, or where another run left it; says what is
 * missing between the two.
 */
export async function* readShards(
  source: ShardSource,
  stream: ReadableStream,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { resume, signal, onNote, checkpoint, follow } = options
  const before = resume === undefined ? undefined : streamPlaceOf(resume, stream)
  const tree = before ? resumed(before, stream, onNote) : await begun(source, stream)
  if (signal.aborted) return
  options.onReady?.()
  const { part, place } = stream
  yield* streamReading(sayingFirst(source, stream, onNote), tree, {
    ...options,
    mayGrow: part === undefined,
    checkpoint:
      checkpoint && ((batch, at) => checkpoint(batch, (taken) => checkpointOf(stream, at(taken)))),
  })
  if (part === undefined || signal.aborted || follow === false) return
  onNote(`${place}/${part} is closed: it was split or merged, and nothing comes to it`)
}

async function begun(source: ShardSource, { start, shards, nowMs }: ReadableStream) {
  if (start.at !== 'latest') return new ShardTree(shards, () => ({ start }))
  // By the second before, so that what a checkpoint says of it misses nothing.
  const from: ShardPlace = { start: { at: 'time', ms: Math.floor(nowMs()) } }
  const open = shards.filter(({ isClosed }) => !isClosed)
  await Promise.all(open.map(({ id }) => source.begin(id, start)))
  // What is there is not read where only what comes is wanted.
  return new ShardTree(shards, ({ isClosed }) => (isClosed ? undefined : from))
}

function resumed(
  before: StreamPlace,
  stream: ReadableStream,
  onNote: TapOptions['onNote'],
): ShardTree {
  const { place, arn, madeMs, shards } = stream
  if (before.stream !== arn || before.madeMs !== madeMs) {
    onNote(`${place} is another stream than before: what that one had and was not read is missing`)
    return new ShardTree(shards, () => beginning)
  }
  const places = new Map(Object.entries(before.shards))
  sayMissing(places, stream, onNote)
  return new ShardTree(shards, ({ id }) => {
    const known = places.get(id) ?? beginning
    return known === 'ended' ? undefined : known
  })
}

const beginning: ShardPlace = { start: { at: 'beginning' } }

/** What retention has removed since. */
function sayMissing(
  places: ReadonlyMap<string, ShardPlace | 'ended'>,
  { place, shards, retentionHours, nowMs }: ReadableStream,
  onNote: TapOptions['onNote'],
): void {
  const there = new Set(shards.map(({ id }) => id))
  const gone = [...places].filter(([id, known]) => known !== 'ended' && !there.has(id))
  for (const [id] of gone) {
    onNote(`${place}: ${id} is gone, and what of it was not read is missing`)
  }
  const keptMs = nowMs() - retentionHours * HOUR_MS
  const reached = [...places]
    .filter(([id]) => there.has(id))
    .flatMap(([, known]) => (known === 'ended' ? [] : [reachedOf(known)]))
  const firstMs = Math.min(...reached.filter((ms) => ms !== undefined))
  if (firstMs >= keptMs) return
  const [from, to] = [firstMs, keptMs].map((ms) => new Date(ms).toISOString())
  onNote(`${place} keeps ${retentionHours} hours: what came from ${from} to ${to} may be missing`)
}

function reachedOf({ start, reachedMs }: ShardPlace): number | undefined {
  return reachedMs ?? (start.at === 'time' ? start.ms : undefined)
}
