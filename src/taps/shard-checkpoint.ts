import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import type { ShardPlace } from './shard-tree.js'

const ms = z.number().int()
const sequence = z.string().regex(/^\d{1,128}$/)

const shardPlace = z.strictObject({
  start: z.discriminatedUnion('at', [
    z.strictObject({ at: z.enum(['beginning', 'latest']) }),
    z.strictObject({ at: z.literal('time'), ms }),
    z.strictObject({ at: z.enum(['sequence', 'after']), sequence }),
  ]),
  part: z.strictObject({ sequence, events: z.number().int().min(1) }).optional(),
  reachedMs: ms.optional(),
})

const streamPlace = z.strictObject({
  /** The ARN of the stream, and when that one was made: the name is anybody's. */
  stream: z.string(),
  madeMs: ms.nullable(),
  shards: z.record(z.string(), z.union([z.literal('ended'), shardPlace])),
})

/** How far a stream was given out. */
export type StreamPlace = z.infer<typeof streamPlace>

interface NamedStream {
  readonly place: string
  readonly arn: string
  readonly madeMs: number | null
}

/** As JSON of a checkpoint. */
export function checkpointOf(
  { arn, madeMs }: NamedStream,
  shards: ReadonlyMap<string, ShardPlace | 'ended'>,
): JsonValue {
  const place: StreamPlace = { stream: arn, madeMs, shards: Object.fromEntries(shards) }
  // Optional fields that are undefined are none in JSON.
  return JSON.parse(JSON.stringify(place))
}

/**
 * What a checkpoint says of a stream.
 *
 * @throws EvtError `usage` for what says nothing, or is of another region or account
 */
export function streamPlaceOf(json: JsonValue, { place, arn }: NamedStream): StreamPlace {
  const { success, data } = streamPlace.safeParse(json)
  if (!success) {
    throw new EvtError(`the checkpoint is damaged: it does not say where ${place} is read on`, {
      code: 'usage',
      hint: 'delete it to begin anew',
    })
  }
  const [was, is] = [homeOf(data.stream), homeOf(arn)]
  if (was === is) return data
  throw new EvtError(`the checkpoint is of ${place} in ${was}, not in ${is}`, {
    code: 'usage',
    hint: 'ask the region and account that it is of, or give another FILE',
  })
}

/** Region and account. */
function homeOf(arn: string): string {
  return arn.split(':').slice(3, 5).join(', account ')
}
