import * as Flags from '@oclif/core/flags'
import type { TypedPattern } from '../event/pattern.js'
import { memoryBytes } from './memory-size.js'
import { graceUs, reconcileFlags } from './reconcile-flags.js'

/** Flags of `evt check` beside those that all commands on archives have. */
export const checkFlags = {
  rule: Flags.string({
    helpValue: 'RULE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'what must hold, as in "latency.p99 < 500ms", beside checks: of evt.yaml',
  }),
  baseline: Flags.string({
    helpValue: 'DIR|FILE|SOURCE',
    description:
      'compare with saved runs (a folder, s3://BUCKET/PREFIX, or one), a summary of k6, a metric ' +
      'of CloudWatch (cloudwatch://NAMESPACE/METRIC?DIMENSION=VALUE), or another SOURCE',
  }),
  'baseline-runs': Flags.integer({
    helpValue: 'N',
    default: 5,
    min: 1,
    description: 'of a folder of saved runs, compare with the newest so many',
  }),
  'baseline-branch': Flags.string({
    helpValue: 'NAME',
    description: 'of a folder of saved runs, compare with those of this branch',
  }),
  sent: Flags.string({
    helpValue: 'SOURCE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'what was sent, for rules on loss.count: see evt reconcile',
  }),
  'map-sent': Flags.string({
    helpValue: 'FIELD=PATH',
    multiple: true,
    multipleNonGreedy: true,
    dependsOn: ['sent'],
    description: 'as --map, of what was sent alone',
  }),
  grace: reconcileFlags.grace,
  'on-inconclusive': Flags.option({
    options: ['pass', 'fail'] as const,
    helpValue: 'pass|fail',
    description: 'exit 0 or 4, not 5, where a rule can be neither held nor broken',
  })(),
  explain: Flags.boolean({ description: 'show the numbers behind each verdict' }),
  report: Flags.string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'write the result to this file too: .md, .html, .json, or .xml for JUnit',
  }),
}

/** What the flags say of what was sent. */
export function sentChoices(flags: {
  sent?: readonly string[] | undefined
  'map-sent'?: readonly string[] | undefined
  grace: string
}) {
  return {
    given: flags.sent ?? [],
    maps: flags['map-sent'] ?? [],
    graceUs: graceUs(flags.grace),
  }
}

/** What the flags of measuring say, as evt stats has them. */
export function gateChoices(flags: {
  type?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  'memory-limit': string
}) {
  return {
    ...{ by: 'type' as const, windowUs: null, types: flags.type ?? [], filter: flags.filter },
    ...{ sample: null, content: 'auto' as const, hlog: undefined, hgrm: undefined },
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    allowPartial: false,
  }
}
