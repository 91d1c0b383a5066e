import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { isoTimeUs } from '../event/iso-time.js'
import { safeText } from '../ui/safe-text.js'
import { metricsFlags } from './metrics-flags.js'

/** How dashboards and alarms are written. */
export const watchFormats = ['cloudwatch', 'cloudformation', 'terraform'] as const

export const topologyFlag = Flags.string({
  helpValue: 'FILE|GLOB',
  multiple: true,
  multipleNonGreedy: true,
  description:
    'what is deployed: templates of CloudFormation, SAM or CDK, or what evt topology show ' +
    '-o json wrote',
})

/** What dashboards and alarms are made of; one and the same for both, so that they agree. */
export const watchFlags = {
  topology: topologyFlag,
  name: Flags.string({
    helpValue: 'LOGICAL=NAME',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'how a resource is called that has no name in its template, as in Jobs=shop-jobs-1A',
  }),
  prefix: Flags.string({
    default: 'evt',
    helpValue: 'NAME',
    description: 'what names of dashboards and alarms begin with',
    parse: async (text: string) => {
      if (/^[A-Za-z0-9_-]{1,50}$/.test(text)) return text
      const hint = 'letters, digits, - and _, 50 at most'
      throw new EvtError(`--prefix ${text} is no prefix`, { code: 'usage', hint })
    },
  }),
  namespace: metricsFlags.namespace,
  dimension: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME=VALUE',
    description: 'a dimension that evt metrics publish puts on every metric, as in Stage=prod',
  }),
  'max-types': metricsFlags['max-types'],
  runbook: Flags.string({
    helpValue: 'URL',
    description: 'where the runbook lies: a link on every page and in every alarm',
    parse: async (text: string) => {
      if (/^https?:\/\/[^\s()<>]{1,400}$/.test(text)) return text
      throw new EvtError(`--runbook ${text} is no address of a page`, { code: 'usage' })
    },
  }),
}

export const formatFlag = Flags.option({
  options: watchFormats,
  default: 'cloudwatch',
  helpValue: 'FORMAT',
  description: 'cloudwatch (what its API takes), cloudformation (a template), or terraform (JSON)',
})

export const markFlag = Flags.string({
  helpValue: 'TIME=LABEL',
  multiple: true,
  multipleNonGreedy: true,
  description: 'mark a moment on every graph, such as a deployment or a replay',
})

/** Of what changes an account. */
export const publishFlags = {
  yes: Flags.boolean({ char: 'y', description: 'publish without asking' }),
  'dry-run': Flags.boolean({ description: 'only say what would be published' }),
}

export const forceFlag = Flags.boolean({
  description: 'overwrite dashboards that were changed by hand, or that evt did not make',
})

export const changedFlag = Flags.option({
  options: ['changed', 'never'] as const,
  default: 'never',
  helpValue: 'WHAT',
  description: 'exit 4 where something differs: changed, or never',
})()

/** Of alarms alone. */
export const alarmFlags = {
  action: arnFlag('who is told when something is wrong: an ARN, such as that of a topic'),
  'ok-action': arnFlag('who is told when it is well again'),
  composites: Flags.boolean({
    default: true,
    allowNo: true,
    description: 'composite alarms too: one for each page, one for all, and those of promises',
  }),
}

function arnFlag(description: string) {
  return Flags.string({
    helpValue: 'ARN',
    multiple: true,
    multipleNonGreedy: true,
    description: `${description} (5 at most)`,
    parse: async (text: string) => {
      if (/^arn:[\w-]+:[\w-]+:[\w-]*:[\w-]*:.{1,900}$/.test(text)) return text
      throw new EvtError(`${text} is no ARN`, { code: 'usage' })
    },
  })
}

/** `Jobs=shop-jobs-1A` as logical id and name. */
export function namesOf(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text): [string, string] => {
      const [, logicalId, name] = /^([^=]+)=([\x20-\x7e]{1,255})$/.exec(text) ?? []
      if (logicalId !== undefined && name !== undefined) return [logicalId, name]
      const hint = 'write the logical id and the name, as in Jobs=shop-jobs-1A'
      throw new EvtError(`--name ${text} is no name`, { code: 'usage', hint })
    }),
  )
}

/** `2026-11-01T09:00:00Z=deployed 1.2` as moment and label. */
export function marksOf(texts: readonly string[]): { at: string; label: string }[] {
  return texts.map((text) => {
    const [, time = '', label = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? []
    const us = isoTimeUs(time)
    if (us !== undefined && us !== null && label !== '') {
      return { at: new Date(us / 1_000).toISOString(), label: safeText(label) }
    }
    const hint = "write --mark '2026-11-01T09:00:00Z=deployed 1.2'"
    throw new EvtError(`--mark ${text} is no moment with a label`, { code: 'usage', hint })
  })
}
