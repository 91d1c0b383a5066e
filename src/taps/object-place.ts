import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'

const count = z.number().int().min(0)

const objectPlace = z.strictObject({
  /** All objects of before this time were given, and of those since these, by key and ETag. */
  doneMs: z.number().int(),
  seen: z.array(z.tuple([z.string(), z.number().int()])),
  /** How much was given of one. */
  part: z
    .strictObject({ key: z.string(), etag: z.string(), records: count, events: count })
    .nullable(),
  /** Where a queue told of objects so far: all of before this time had been listed. */
  notified: z.strictObject({ listedMs: z.number().int() }).optional(),
})

/** How far a prefix of a bucket was read. */
export type ObjectPlace = z.infer<typeof objectPlace>

/** @throws EvtError `usage` for what is none */
export function objectPlaceOf(json: JsonValue, place: string): ObjectPlace {
  const { success, data } = objectPlace.safeParse(json)
  if (success) return data
  throw new EvtError(`the checkpoint is damaged: it does not say where ${place} is read on`, {
    code: 'usage',
    hint: 'delete it to begin anew',
  })
}
