import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { parseDurationUs } from '../event/duration.js'
import { liveFlags } from './live-flags.js'
import { reconcileFlags } from './reconcile-flags.js'
import { parseDurationMs } from './time.js'

const printing = ['output', 'resend', 'journal', 'yes', 'dry-run']

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
    default: 5,
    min: 0,
    max: 150,
    description: 'metrics by type (--by) for so many, those with the most events; 0: none',
  }),
  by: Flags.option({
    options: ['type', 'key', 'entity'] as const,
    default: 'type',
    helpValue: 'WHAT',
    description:
      'what --max-types of have metrics of their own: type; or key, or entity, with --force',
  })(),
  force: Flags.boolean({
    description: 'make keys or entities a dimension, each of which has its price (--by)',
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
    exclusive: printing,
    description: 'print lines of the embedded metric format and tell CloudWatch nothing',
  }),
  prometheus: Flags.boolean({
    exclusive: [...printing, 'emf', 'window', 'allow-late', 'by', 'force'],
    description: 'print all that was measured in the text format of Prometheus, and tell nobody',
  }),
  otlp: Flags.string({
    exclusive: ['emf', 'prometheus', 'allow-late'],
    helpValue: 'URL',
    description:
      'tell a receiver of OpenTelemetry (OTLP over HTTP) in place of CloudWatch, such as ' +
      'http://localhost:4318; OTEL_EXPORTER_OTLP_HEADERS has what signs in',
  }),
  sent: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    exclusive: ['every'],
    helpValue: 'SOURCE',
    description: 'what was sent: what is lost of it is published, too, once --grace is over',
  }),
  grace: Flags.string({
    default: '30s',
    helpValue: 'DURATION',
    description: 'how long after its time an event may come and is not late, or lost',
    parse: reconcileFlags.grace.parse,
  }),
  loops: Flags.boolean({
    description: 'publish how many message loops run, too; reads an archive a second time',
  }),
  every: Flags.string({
    exclusive: ['since', 'until', 'allow-late', 'emf', 'prometheus', 'content'],
    helpValue: 'DURATION',
    description: 'measure what comes, and publish the windows that are over so often, such as 60s',
    parse: async (text: string) => {
      everyMs(text)
      return text
    },
  }),
  from: { ...liveFlags.from, dependsOn: ['every'] },
  duration: { ...liveFlags.duration, dependsOn: ['every'] },
  intrusive: liveFlags.intrusive,
  'fan-out': liveFlags['fan-out'],
  consumer: liveFlags.consumer,
  'dedupe-window': liveFlags['dedupe-window'],
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
    const isWhole = name !== undefined && value !== undefined && value.trim() !== ''
    if (isWhole && !name.startsWith(':')) return [name, value]
    throw new EvtError(`--dimension ${text} is no dimension`, {
      ...{ code: 'usage', hint: 'write NAME=VALUE in printable characters of ASCII' },
    })
  })
  const names = dimensions.map(([name]) => name)
  const taken = names.find((name, n) => names.indexOf(name) !== n || isTaken(name))
  if (taken === undefined && names.length <= 28) return dimensions
  const why = taken === undefined ? 'there are more than 28' : `${taken} is taken`
  throw new EvtError(`--dimension: ${why}`, { code: 'usage' })
}

/** By evt, for what has metrics of its own. */
function isTaken(name: string): boolean {
  return /^(Type|Source|Key|Entity)$/.test(name)
}

const LEAST_EVERY_MS = 1_000
const MOST_EVERY_MS = 86_400_000

/** @throws EvtError `usage` for what is no duration of a second to a day */
export function everyMs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms >= LEAST_EVERY_MS && ms <= MOST_EVERY_MS) return ms
  throw new EvtError(`--every ${text} is no duration of 1s to 1d`, {
    ...{ code: 'usage', hint: 'write 10s, 60s or 5m' },
  })
}
