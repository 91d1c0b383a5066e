import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'

const count = z.number().int().nonnegative()
const identity = { dev: z.number(), ino: z.number() }
const given = { records: count, events: count }

/** How far a text was read that may grow. */
const textPlace = z.strictObject({
  ...identity,
  /** Where the records begin that are counted. */
  offset: count,
  /** The number of the first of them; 0: unknown. */
  number: count,
  /** Whether a line has begun before `offset`, which is left out. */
  inLine: z.boolean(),
  ...given,
  /** So far its bytes were read, the last `markBytes` of which have this hash. */
  readTo: count,
  markBytes: count,
  mark: z.string(),
})

/** How far a file was read that is read from its beginning to its end, as it was then. */
const objectPlace = z.strictObject({
  ...identity,
  sizeBytes: count,
  mtimeMs: z.number(),
  ...given,
  isWhole: z.boolean(),
})

export type TextPlace = z.infer<typeof textPlace>
export type ObjectPlace = z.infer<typeof objectPlace>

const places = z.strictObject({ files: z.array(z.union([textPlace, objectPlace])) })

/** @throws EvtError `usage` for what is none of these */
export function filePlaces(json: JsonValue): (TextPlace | ObjectPlace)[] {
  const { success, data } = places.safeParse(json)
  if (success) return data.files
  throw new EvtError('the checkpoint is damaged: it does not say where files are to be read on', {
    code: 'usage',
    hint: 'delete it to begin anew',
  })
}
