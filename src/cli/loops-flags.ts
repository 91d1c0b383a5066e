import * as Flags from '@oclif/core/flags'
import { LEAST_TURNS } from '../loops/loop.js'
import { engineFlags } from './athena-flags.js'
import { entityText } from './entity-text.js'

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
  'disable-rule': Flags.string({
    helpValue: 'RULE',
    description:
      'live: end with the first loop that passes this rule (RULE, BUS/RULE, an ARN), ask, and ' +
      'disable it',
  }),
  ...engineFlags,
  yes: Flags.boolean({ dependsOn: ['disable-rule'], description: 'do not ask' }),
}
