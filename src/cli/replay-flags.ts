import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { parseRate, parseShare } from '../generate/flag-values.js'
import type { Speed } from '../replay/pace.js'
import { replayBodies, replayOrders } from '../replay/statement.js'
import { engineFlags } from './athena-flags.js'
import { entityText } from './entity-text.js'
import { archiveFlags } from './flags.js'
import { tailFlags } from './tail-flags.js'

const several = { multiple: true, multipleNonGreedy: true } as const

const { 'no-index': _, ...readFlags } = archiveFlags

const whichFlags = {
  entity: Flags.string({
    ...{ helpValue: 'KIND:ID', ...several },
    description: 'only events about this entity, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
  key: Flags.string({ helpValue: 'KEY', ...several, description: 'only events of this key' }),
  id: Flags.string({ helpValue: 'ID', ...several, description: 'only the event with this id' }),
  sql: Flags.string({
    helpValue: 'SQL',
    description: 'only events whose id or position this gives, over the view events',
  }),
  snapshot: Flags.boolean({
    dependsOn: ['since'],
    exclusive: ['type', 'filter', 'key', 'id', 'sql'],
    description: 'first the states that entities had at --since, then what came',
  }),
  distinct: Flags.boolean({ description: 'first deliveries alone: leave repeats out' }),
  replays: Flags.boolean({ description: 'send also what came by a replay already' }),
  'skip-refused': Flags.boolean({ description: 'leave out what the target can never take' }),
}

const howFlags = {
  order: Flags.option({
    ...{ options: replayOrders, default: 'arrival', helpValue: 'ORDER' },
    description: 'how those of a key follow each other: as they arrived, or by sequence or time',
  })(),
  body: Flags.option({
    ...{ options: replayBodies, default: 'document', helpValue: 'WHAT' },
    description: 'what is sent: the document as it was archived, or its payload alone',
  })(),
  name: Flags.string({
    helpValue: 'NAME',
    description: 'what events are marked with (replay-name); evt makes one if left out',
    parse: async (text: string) => {
      if (/^[\w.-]{1,64}$/.test(text)) return text
      const hint = 'write 1 to 64 letters, digits, dots, hyphens and underscores'
      throw new EvtError(`${JSON.stringify(text)} is no name of a replay`, { code: 'usage', hint })
    },
  }),
  transform: Flags.string({
    helpValue: 'FILE',
    description: 'change what is sent by the rules in this file: rename, mask, upcast, check',
  }),
  'claim-check': Flags.string({
    helpValue: 's3://BUCKET/PREFIX',
    description: 'put bodies there that a queue or topic cannot take, and send where they are',
  }),
  topology: Flags.string({
    ...{ helpValue: 'TEMPLATE', ...several },
    description: 'templates of CloudFormation that tell who gets what the target takes',
  }),
  inject: Flags.custom<number>({
    helpValue: 'duplicates=N%',
    description: 'send so many events twice, on purpose',
    parse: async (text) => parseInjection(text),
  })(),
  seed: Flags.integer({
    ...{ helpValue: 'N', dependsOn: ['inject'] },
    description: 'choose others to send twice',
  }),
  'no-mark': Flags.boolean({
    exclusive: ['name'],
    description: 'send events without a mark that they are replayed',
  }),
  speed: Flags.custom<Speed>({
    helpValue: 'FACTOR',
    description: 'how fast: 1x as they came, 10x ten times as fast, or max (the default)',
    parse: async (text) => parseSpeed(text),
  })(),
  rate: Flags.custom<number>({
    ...{ helpValue: 'N/s', exclusive: ['speed'] },
    description: 'so many events a second',
    parse: async (text) => parseRate(text),
  })(),
  concurrency: Flags.integer({
    ...{ helpValue: 'N', min: 1, max: 256, default: 8 },
    description: 'calls at the same time; a key has one',
  }),
}

/** Flags of `evt replay`. */
export const replayFlags = {
  to: Flags.string({
    helpValue: 'SINK',
    description: 'sqs://…, sns://…, eventbridge://…, kinesis://…, lambda://…, a URL, a file or -',
  }),
  'dry-run': Flags.boolean({ description: 'tell what would be sent, and send nothing' }),
  yes: Flags.boolean({ description: 'send without asking' }),
  plan: Flags.string({
    ...{ helpValue: 'FILE', exclusive: ['yes', 'apply', 'journal'] },
    description: 'save the plan, and send nothing',
  }),
  apply: Flags.string({ helpValue: 'FILE', description: 'carry out a saved plan' }),
  journal: Flags.string({
    helpValue: 'FILE',
    description: 'what became of each event, to go on there; in the cache of evt if left out',
  }),
  intrusive: tailFlags.intrusive,
  ...whichFlags,
  ...howFlags,
  ...engineFlags,
  ...readFlags,
}

/** What goes with --apply; all else stands in the plan. */
const withPlan: readonly string[] = [
  ...['apply', 'yes', 'dry-run', 'journal', 'profile', 'region', 'endpoint-url'],
  ...['output', 'json', 'color', 'quiet', 'verbose', 'tz', 'progress'],
  ...Object.keys(engineFlags),
]

/** `1x`, `0.5x`, `max`. */
function parseSpeed(text: string): Speed {
  if (text === 'max') return { is: 'max' }
  const times = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1])
  if (times > 0 && times <= 1e6) return { is: 'times', times }
  throw new EvtError(`${JSON.stringify(text)} is no speed`, {
    ...{ code: 'usage', hint: 'write 1x, 10x or max' },
  })
}

/** `duplicates=1%`. */
function parseInjection(text: string): number {
  const [, share] = /^duplicates=(.+)$/s.exec(text) ?? []
  if (share !== undefined) return parseShare(share)
  throw new EvtError(`${JSON.stringify(text)} is nothing to inject`, {
    ...{ code: 'usage', hint: 'write duplicates=1%' },
  })
}

/** @throws EvtError `usage` for what stands in a plan already */
export function refuseBeside(
  apply: string | undefined,
  { typed, sources }: { typed: readonly string[]; sources: readonly string[] },
): void {
  if (apply === undefined) return
  const flag = typed.find((name) => !withPlan.includes(name))
  const [source] = sources
  const given = source ?? (flag === undefined ? undefined : `--${flag}`)
  if (given === undefined) return
  throw new EvtError(`${given} beside --apply: the plan says what is sent, and how`, {
    ...{ code: 'usage', hint: 'leave it out, or make another plan with --plan' },
  })
}
