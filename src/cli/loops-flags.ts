import * as Flags from '@oclif/core/flags'
import { entityText } from './entity-text.js'

/** A chain passes the same nodes so often before that is a loop: retries, and sagas that come back
 * a few times, are none. */
const LEAST_TURNS = 5

/** Flags of `evt loops`. */
export const loopsFlags = {
  turns: Flags.integer({
    helpValue: 'N',
    min: 2,
    default: LEAST_TURNS,
    description: 'from so many turns of one chain on it is a loop; retries and sagas make a few',
  }),
  entity: Flags.string({
    helpValue: 'KIND:ID',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only events about this entity, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
}
