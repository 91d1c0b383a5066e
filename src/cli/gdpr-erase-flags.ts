import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { EraseMode } from '../privacy/eraser.js'
import { archiveFlags, awsFlags, awsOptions, progressFlags, sourceFlags } from './flags.js'
import { shareOf, subjectFlags, subjectOf } from './gdpr-flags.js'
import { recipientFlags } from './gdpr-topology.js'

const { deep: _, ...whoFlags } = subjectFlags
const modes = ['drop', 'null', 'pseudonymise'] as const

/** Flags of `evt gdpr erase`. */
export const eraseFlags = {
  ...whoFlags,
  plan: Flags.string({ helpValue: 'FILE', description: 'write down here what is to be erased' }),
  apply: Flags.string({
    helpValue: 'FILE',
    // The plan says all of that.
    exclusive: [
      ...[
        'plan',
        'entity',
        'also',
        'ignore-case',
        'max-share',
        'received',
        'mode',
        'hold',
        'erase-mentions',
        'topology',
        'follow-claims',
      ],
      'map',
    ],
    description: 'erase what this plan says',
  }),
  to: Flags.string({
    helpValue: 'DIR',
    dependsOn: ['apply'],
    description: 'write the evidence here, as a bundle, when all is erased',
  }),
  operator: Flags.string({
    helpValue: 'NAME',
    dependsOn: ['to'],
    description: 'who answers for it, for the record',
  }),
  notify: Flags.string({
    helpValue: 'SINK',
    dependsOn: ['apply'],
    description:
      'tell recipients when all is erased: an event to sqs://…, sns://…, eventbridge://…, a file',
  }),
  'notify-identifiers': Flags.boolean({
    dependsOn: ['notify'],
    description: 'name identifiers in that event, which has keyed hashes of the register else',
  }),
  mode: Flags.option({
    options: modes,
    helpValue: 'MODE',
    description: 'drop every event of the subject, or make its fields null or a pseudonym',
  })(),
  hold: Flags.string({
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'events of these types have to be kept, such as invoice.*; they are listed',
  }),
  'erase-mentions': Flags.boolean({
    default: false,
    description: 'erase values, and ids that tell by themselves, also wherever else they stand',
  }),
  'follow-claims': Flags.string({
    helpValue: 'DIR|s3',
    description:
      'read payloads that events only point to, and erase those of erased events: in S3, or a copy',
  }),
  'dry-run': Flags.boolean({
    dependsOn: ['apply'],
    description: 'show what the plan says, do nothing',
  }),
  yes: Flags.boolean({ exclusive: ['dry-run'], description: 'do not ask' }),
  'allow-partial': Flags.boolean({ description: 'exit 0 although not all can be erased' }),
  ...recipientFlags,
  ...sourceFlags,
  ...awsFlags,
  'max-bytes': archiveFlags['max-bytes'],
  ...progressFlags,
}

interface EraseFlagValues extends Omit<Parameters<typeof subjectOf>[0], 'deep'> {
  plan?: string | undefined
  apply?: string | undefined
  mode?: EraseMode | undefined
  hold?: readonly string[] | undefined
  'erase-mentions': boolean
  'max-share': string
  received?: string | undefined
  'dry-run'?: boolean | undefined
  yes?: boolean | undefined
  to?: string | undefined
  operator?: string | undefined
  notify?: string | undefined
  'notify-identifiers'?: boolean | undefined
  'allow-partial'?: boolean | undefined
  profile?: string | undefined
  region?: string | undefined
  'endpoint-url'?: string | undefined
}

/**
 * What is to be planned.
 *
 * @throws EvtError `usage` where there is no plan to be written
 */
export function planOf(flags: EraseFlagValues) {
  const { plan, mode = 'default' } = flags
  if (plan === undefined) {
    throw new EvtError('--plan is missing', {
      code: 'usage',
      hint: '--plan FILE writes down what is to be erased, --apply FILE erases it',
    })
  }
  const subject = subjectOf({ ...flags, deep: true })
  if (subject.values.some(({ path }) => path === null) && !flags['erase-mentions']) {
    throw new EvtError('--also *=… erases nothing without --erase-mentions', {
      code: 'usage',
      hint: 'name the path, or add --erase-mentions, which erases values wherever they stand',
    })
  }
  return {
    ...{ plan, mode, subject },
    mentions: flags['erase-mentions'],
    holds: flags.hold ?? [],
    maxShare: shareOf(flags['max-share']),
    allowPartial: flags['allow-partial'] ?? false,
  }
}

/** How a plan is to be applied. */
export function applyOf(flags: EraseFlagValues, sources: readonly string[] = []) {
  if (sources.length > 0) {
    throw new EvtError('--apply takes no SOURCE: the plan names its objects', { code: 'usage' })
  }
  return {
    plan: flags.apply ?? '',
    isDry: flags['dry-run'] === true,
    isSure: flags.yes === true,
    // What was not given, the plan says.
    aws: Object.fromEntries(Object.entries(awsOptions(flags)).filter(([, value]) => value)),
    ...{ to: flags.to, operator: flags.operator ?? null },
    notify:
      flags.notify === undefined
        ? undefined
        : { to: flags.notify, isPlain: flags['notify-identifiers'] === true },
    allowPartial: flags['allow-partial'] ?? false,
  }
}
