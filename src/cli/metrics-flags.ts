import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { parseDurationUs } from '../event/duration.js'

export const metricsFlags = {
  namespace: Flags.string({
    helpValue: 'NAME',
    description: 'of CloudWatch; else cloudwatch.namespace of evt.yaml, else Evt',
  }),
  window: Flags.string({
    default: '60s',
    helpValue: 'DURATION',
    description: 'publish figures of windows of this width, 1s or more',
  }),
  dimension: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME=VALUE',
    description: 'put this dimension on every metric, as in Stage=prod',
  }),
  'max-types': Flags.integer({
    default: 20,
    min: 0,
    max: 150,
    description: 'latencies by type for so many types, those with the most events',
  }),
  'allow-late': Flags.boolean({
    description: 'leave out windows of a time that CloudWatch does not take',
  }),
  resend: Flags.boolean({
    description: 'publish again what a run began that did not end: it may count twice',
  }),
  journal: Flags.string({
    helpValue: 'FILE',
    description: 'where to note what was published; by itself in the cache',
  }),
  emf: Flags.boolean({
    exclusive: ['output', 'resend', 'journal', 'yes', 'dry-run'],
    description: 'print lines of the embedded metric format and tell CloudWatch nothing',
  }),
  yes: Flags.boolean({ char: 'y', description: 'publish without asking' }),
  'dry-run': Flags.boolean({ description: 'only say what would be published' }),
}

/** A duration of `--window` in microseconds: whole seconds, which CloudWatch's periods are. */
export function windowOf(text: string): number {
  const us = parseDurationUs(text)
  if (us !== undefined && us >= 1e6 && us % 1e6 === 0) return us
  throw new EvtError(`--window ${text} is no duration of whole seconds`, {
    ...{ code: 'usage', hint: 'write 10s, 1m or 5m' },
  })
}

/** `Stage=prod` as CloudWatch's name and value. */
export function dimensionsOf(texts: readonly string[]): [string, string][] {
  const dimensions = texts.map((text): [string, string] => {
    const [, name, value] =
      /^([\x21-\x7e][\x20-\x7e]{0,254}?)=([\x20-\x7e]{1,1024})$/.exec(text) ?? []
    if (name !== undefined && value !== undefined && !name.startsWith(':')) return [name, value]
    throw new EvtError(`--dimension ${text} is no dimension`, {
      ...{ code: 'usage', hint: 'write NAME=VALUE in printable characters of ASCII' },
    })
  })
  const names = dimensions.map(([name]) => name)
  const taken = names.find((name, n) => names.indexOf(name) !== n || /^(Type|Source)$/.test(name))
  if (taken === undefined && names.length <= 28) return dimensions
  const why = taken === undefined ? 'there are more than 28' : `${taken} is taken`
  throw new EvtError(`--dimension: ${why}`, { code: 'usage' })
}
