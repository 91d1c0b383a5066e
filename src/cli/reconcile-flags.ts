import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import { suggest } from '../event/suggest.js'
import type { ReconcileChoices, StageRequest } from '../reconcile/request.js'
import { acknowledgedWords } from '../reconcile/sent-status.js'
import { memoryBytes } from './memory-size.js'
import { statsFlags } from './stats-flags.js'
import { tailFlags } from './tail-flags.js'
import { parseDurationMs } from './time.js'

const several = { multiple: true, multipleNonGreedy: true } as const

/** What `--fail-on` can name: figures of a row. */
const failures = ['lost', 'unexpected', 'duplicated', 'late', 'recovered', 'inFlight'] as const
export type Failing = (typeof failures)[number]

/** Flags of `evt reconcile` beside those that all commands on archives have. */
export const reconcileFlags = {
  sent: Flags.string({
    ...several,
    helpValue: 'SOURCE',
    description: 'what was sent: the outbox, a ledger, a recording of the bus',
  }),
  received: Flags.string({
    ...several,
    helpValue: 'SOURCE',
    description: 'what was received: the archive, a recording of the queue, a log of effects',
  }),
  stage: Flags.string({
    ...several,
    helpValue: 'NAME=SOURCE',
    description:
      'a place on the way, first to last, between --sent and --received or without them; a name ' +
      'again adds a SOURCE to it',
  }),
  grace: Flags.string({
    default: '30s',
    helpValue: 'DURATION',
    description: 'how long after its time an event may come and is not late, or lost',
    parse: async (text: string) => {
      graceUs(text)
      return text
    },
  }),
  window: Flags.string({
    helpValue: 'DURATION',
    description: 'also rows for tumbling windows of this length, by when events were sent',
    parse: statsFlags.window.parse,
  }),
  identity: Flags.option({
    options: ['source+id', 'id'] as const,
    default: 'source+id',
    helpValue: 'source+id|id',
    description: 'what is the same event on both sides; id where a side does not say the source',
  })(),
  'map-sent': Flags.string({
    ...several,
    dependsOn: ['sent'],
    helpValue: 'FIELD=PATH',
    description: 'as --map, of what was sent alone; sentStatus=$.path says where the outcome is',
  }),
  'map-received': Flags.string({
    ...several,
    dependsOn: ['received'],
    helpValue: 'FIELD=PATH',
    description: 'as --map, of what was received alone',
  }),
  'map-stage': Flags.string({
    ...several,
    dependsOn: ['stage'],
    helpValue: 'NAME:FIELD=PATH',
    description: 'as --map, of one stage alone, as in queue:id=$.causeId',
  }),
  acknowledged: Flags.string({
    ...several,
    helpValue: 'VALUE',
    description:
      'a sentStatus that means the sending was acknowledged, instead of the usual ' +
      `${acknowledgedWords.slice(0, 4).join(', ')}, …, true, 200`,
  }),
  counts: Flags.option({
    options: ['cloudwatch'] as const,
    helpValue: 'cloudwatch',
    description: 'also what the queues, topics, buses and streams themselves counted meanwhile',
  })(),
  'counts-of': Flags.string({
    ...several,
    dependsOn: ['counts'],
    helpValue: 'SOURCE',
    description: 'whose counts, where the stages are archives, as sqs://orders',
  }),
  'fail-on': Flags.option({
    options: failures,
    multiple: true,
    delimiter: ',' as const,
    helpValue: 'FATE',
    description: `exit 4 where there are any: ${failures.join(', ')}`,
  })(),
  ...{ duration: tailFlags.duration, from: tailFlags.from, follow: tailFlags.follow },
  intrusive: tailFlags.intrusive,
}

/** The flags as they are parsed. */
export interface ReconcileFlagValues {
  sent?: readonly string[] | undefined
  received?: readonly string[] | undefined
  stage?: readonly string[] | undefined
  map?: readonly string[] | undefined
  'map-sent'?: readonly string[] | undefined
  'map-received'?: readonly string[] | undefined
  'map-stage'?: readonly string[] | undefined
  grace: string
  window?: string | undefined
  identity: 'source+id' | 'id'
  acknowledged?: readonly string[] | undefined
  counts?: 'cloudwatch' | undefined
  'counts-of'?: readonly string[] | undefined
  'fail-on'?: readonly Failing[] | undefined
  type?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  'memory-limit': string
  'allow-partial': boolean
}

/** What the flags say, read. */
export function reconcileChoices(flags: ReconcileFlagValues): ReconcileChoices {
  const { window, identity, acknowledged = acknowledgedWords } = flags
  return {
    ...{ graceUs: graceUs(flags.grace), identity, acknowledged },
    windowUs: window === undefined ? null : (parseDurationMs(window) ?? 0) * 1_000,
    ...{ types: flags.type ?? [], filter: flags.filter },
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    allowPartial: flags['allow-partial'],
  }
}

/**
 * The places that events pass, in their order.
 *
 * @throws EvtError `usage` where fewer than two are named
 */
export function stagesOf(flags: ReconcileFlagValues): StageRequest[] {
  const { sent = [], received = [], stage, map = [] } = flags
  const first = { name: 'sent', given: sent, maps: [...map, ...(flags['map-sent'] ?? [])] }
  const maps = [...map, ...(flags['map-received'] ?? [])]
  const last = { name: 'received', given: received, maps }
  if (!stage && (sent.length === 0 || received.length === 0)) throw missing(sent, received)
  const ends = [first, last].filter(({ given }) => given.length > 0).map(({ name }) => name)
  const between = stage ? namedStages(stage, flags, ends) : []
  return [first, ...between, last].filter(({ given }) => given.length > 0)
}

function missing(sent: readonly string[], received: readonly string[]): EvtError {
  const neither = sent.length + received.length === 0
  const what = neither ? '--sent and --received are' : `--${sent[0] ? 'received' : 'sent'} is`
  return new EvtError(`${what} missing`, {
    code: 'usage',
    hint: 'evt reconcile --sent outbox/ --received archive/',
  })
}

function namedStages(
  stages: readonly string[],
  { map = [], 'map-stage': own = [] }: ReconcileFlagValues,
  /** Those that have flags of their own. */
  ends: readonly string[],
): StageRequest[] {
  const sources = new Map<string, string[]>()
  for (const text of stages) {
    const [, name = '', source = ''] = /^([\w.-]+)=(.+)$/s.exec(text) ?? []
    if (name === '') {
      throw new EvtError(`--stage ${text}: expected NAME=SOURCE`, {
        ...{ code: 'usage', hint: 'write --stage queue=archive/queue/' },
      })
    }
    if (ends.includes(name)) {
      throw new EvtError(`--stage ${text}: ${name} is what --${name} names`, {
        ...{ code: 'usage', hint: `give the stage another name, or leave --${name} out` },
      })
    }
    sources.set(name, [...(sources.get(name) ?? []), source])
  }
  if (sources.size + ends.length < 2) {
    throw new EvtError(`--stage names one stage, ${[...sources.keys()][0]}: it takes two`, {
      ...{ code: 'usage', hint: 'evt reconcile --stage api=outbox/ --stage queue=archive/' },
    })
  }
  const maps = own.map((text) => stageMap(text, [...sources.keys()]))
  return [...sources].map(([name, given]) => ({
    ...{ name, given },
    maps: [...map, ...maps.flatMap((each) => (each.name === name ? [each.map] : []))],
  }))
}

function stageMap(text: string, names: readonly string[]): { name: string; map: string } {
  const [, name = '', map = ''] = /^([\w.-]+):(.+)$/s.exec(text) ?? []
  if (names.includes(name)) return { name, map }
  const near = name === '' ? undefined : suggest(name, names)
  throw new EvtError(
    name === ''
      ? `--map-stage ${text}: expected NAME:FIELD=PATH`
      : `--map-stage ${text}: no stage is called ${name}`,
    {
      code: 'usage',
      hint: near ? `did you mean ${near}?` : `the stages are ${names.join(', ')}`,
    },
  )
}

/** @throws EvtError `usage` for what is no duration */
export function graceUs(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined) return Math.round(ms * 1_000)
  throw new EvtError(`--grace ${text} is not a duration`, {
    code: 'usage',
    hint: 'write 500ms, 30s, 5m or 0s',
  })
}
