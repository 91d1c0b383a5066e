import * as Flags from '@oclif/core/flags'
import { awsFlags, progressFlags, sourceFlags } from './flags.js'
import { replayFlags } from './replay-flags.js'

/** Flags of `evt dlq redrive`. */
export const redriveFlags = {
  to: Flags.string({
    helpValue: 'SINK',
    description: 'where to, if not back to where they came from: what evt replay sends to',
  }),
  'dry-run': Flags.boolean({ description: 'tell what would be moved, and move nothing' }),
  yes: Flags.boolean({ exclusive: ['dry-run'], description: 'move without asking' }),
  rate: { ...replayFlags.rate, exclusive: [], description: 'so many messages a second' },
  journal: Flags.string({
    helpValue: 'FILE',
    description: 'what evt sent itself, to go on there; in the cache of evt if left out',
  }),
  config: sourceFlags.config,
  ...awsFlags,
  ...progressFlags,
}
