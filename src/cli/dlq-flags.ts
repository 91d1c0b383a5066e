import * as Flags from '@oclif/core/flags'
import { archiveFlags, awsFlags, progressFlags, sourceFlags } from './flags.js'

/** Flags of `evt dlq`. */
export const dlqFlags = {
  yes: Flags.boolean({ description: 'receive, and with --delete delete, without asking' }),
  limit: Flags.integer({
    ...{ helpValue: 'N', min: 1, max: 100_000, default: 10_000 },
    description: 'look at so many messages at most',
  }),
  against: Flags.string({
    helpValue: 'SOURCE',
    description: 'what was processed: tells which messages later ones of their key overtook',
  }),
  to: Flags.string({
    helpValue: 'DIR',
    description: 'record the messages in this folder, which evt replay reads',
  }),
  delete: Flags.boolean({
    dependsOn: ['to'],
    description: 'delete from the queue what was recorded, once it is on the disk',
  }),
  map: sourceFlags.map,
  config: sourceFlags.config,
  'memory-limit': archiveFlags['memory-limit'],
  ...awsFlags,
  ...progressFlags,
}
