import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'

const ms = z.number().int()

/** How far a log group was read. */
const logPlace = z.strictObject({
  region: z.string(),
  /** Where to look first, by the timestamps of producers. */
  fromMs: ms,
  /** Arrivals by AWS's clock: the newest that was seen, and from when on they are wanted. */
  newestMs: ms.nullable(),
  sinceMs: ms,
  /** Ids and timestamps of what was given of this time. */
  seen: z.array(z.tuple([z.string(), ms])),
  /** How much was given of what is in the next event. */
  part: z.strictObject({ id: z.string(), events: ms }).nullable(),
})

export type LogPlace = z.infer<typeof logPlace>

/** @throws EvtError `usage` for what is none, or of another region */
export function logPlaceOf(json: JsonValue, place: string, region: string): LogPlace {
  const { success, data } = logPlace.safeParse(json)
  if (!success) {
    throw new EvtError(`the checkpoint is damaged: it does not say where ${place} is read on`, {
      code: 'usage',
      hint: 'delete it to begin anew',
    })
  }
  if (data.region === region) return data
  throw new EvtError(`the checkpoint is of ${place} in ${data.region}, not in ${region}`, {
    code: 'usage',
    hint: `give --region ${data.region}, or another FILE`,
  })
}
