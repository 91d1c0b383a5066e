import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import { engineFlags } from './athena-flags.js'
import { entityText } from './entity-text.js'
import { memoryBytes } from './memory-size.js'
import { parseTime } from './time.js'

/** Flags of `evt audit`. */
export const auditFlags = {
  entity: Flags.string({
    helpValue: 'KIND:ID',
    description: 'what to look for, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
  mentions: Flags.string({
    helpValue: 'VALUE',
    exclusive: ['state', 'diff', 'related', 'against'],
    description: 'look for events that have this text or number anywhere; needs no mapping',
    parse: async (text: string) => {
      if (text !== '') return text
      throw new EvtError('nothing is looked for', { code: 'usage' })
    },
  }),
  'as-of': Flags.string({
    helpValue: 'TIME',
    description: 'only what had happened at this moment: 15m, 7d or ISO 8601',
    parse: async (text: string) => {
      parseTime(text, 0)
      return text
    },
  }),
  state: Flags.boolean({
    description: 'tell the state that the events lead to; state: in evt.yaml says how, by type',
  }),
  diff: Flags.string({
    helpValue: 'FROM..TO',
    exclusive: ['as-of'],
    description: 'tell what changed between the states at two moments, as in 2026-11-01..15m',
    parse: async (text: string) => {
      betweenOf(text, Date.now())
      return text
    },
  }),
  against: Flags.string({
    helpValue: 'FILE',
    description:
      "compare the state with a consumer's copy, in a JSON file or in DynamoDB " +
      '(dynamodb-table://T); exit 4 where it is not equal',
  }),
  related: Flags.boolean({
    description: 'tell also what is in the same chains, by correlation, causes and effects',
  }),
  without: Flags.string({
    helpValue: 'ID',
    multiple: true,
    multipleNonGreedy: true,
    description: 'leave the event with this id out',
  }),
  with: Flags.string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'add the events of this file',
  }),
  ...engineFlags,
}

/** The flags as they are parsed. */
interface AuditFlagValues {
  entity?: string | undefined
  mentions?: string | undefined
  'as-of'?: string | undefined
  state: boolean
  diff?: string | undefined
  against?: string | undefined
  related: boolean
  without?: readonly string[] | undefined
  with?: readonly string[] | undefined
  type?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  'memory-limit': string
  'allow-partial': boolean
}

/**
 * What {@link auditFlags} say.
 *
 * @throws EvtError `usage` where nothing is looked for
 */
export function auditChoices(flags: AuditFlagValues, sources: readonly string[] = []) {
  const asOf = flags['as-of']
  const nowMs = Date.now()
  const { entity = null, mentions = null } = flags
  if (entity === null && mentions === null) {
    const meant = sources.find((source) => /^\w+:[\w.-]+$/.test(source))
    throw new EvtError('--entity is missing', {
      code: 'usage',
      hint:
        meant === undefined
          ? '--entity KIND:ID, or --mentions VALUE where no entities are mapped'
          : `did you mean --entity ${meant}?`,
    })
  }
  return {
    entity,
    mentions,
    types: flags.type ?? [],
    filter: flags.filter,
    asOfUs: asOf === undefined ? null : parseTime(asOf, nowMs),
    state: flags.state,
    between: flags.diff === undefined ? null : betweenOf(flags.diff, nowMs),
    against: flags.against ?? null,
    related: flags.related,
    without: flags.without ?? [],
    with: flags.with ?? [],
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    allowPartial: flags['allow-partial'],
  }
}

/**
 * Two moments, the first before the second: `2026-11-01..2026-11-02`, `7d..1d`.
 *
 * @throws EvtError `usage` for anything else
 */
function betweenOf(text: string, nowMs: number): { fromUs: number; toUs: number } {
  const [from, to, more] = text.split('..')
  if (!from || !to || more !== undefined) {
    throw new EvtError(`${JSON.stringify(text)} is not two moments`, {
      code: 'usage',
      hint: 'write FROM..TO, as in 2026-11-01..2026-11-02T12:00:00Z or 7d..1d',
    })
  }
  const [fromUs, toUs] = [parseTime(from, nowMs), parseTime(to, nowMs)]
  if (fromUs < toUs) return { fromUs, toUs }
  throw new EvtError(`${from} is not before ${to}`, {
    code: 'usage',
    hint: 'the first moment of --diff FROM..TO comes before the second',
  })
}

/**
 * A state, what changed and what is related are no rows of a timeline.
 *
 * @throws EvtError `usage` where they are asked for, and the output has rows alone
 */
export function checkShown(
  flags: {
    state: boolean
    diff?: string | undefined
    against?: string | undefined
    related: boolean
  },
  format: string,
) {
  if (format !== 'csv' && format !== 'ndjson') return
  const asked = (['state', 'diff', 'against', 'related'] as const).find((flag) => flags[flag])
  if (asked === undefined) return
  throw new EvtError(`-o ${format} lists events and has no room for --${asked}`, {
    code: 'usage',
    hint: '-o json has it beside the events',
  })
}
