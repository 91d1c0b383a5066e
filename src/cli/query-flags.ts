import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import type { Chosen } from '../questions/chosen.js'
import type { Wording } from '../questions/run.js'
import { memoryBytes, statsFlags } from './stats-flags.js'
import { parseTime } from './time.js'

/** What every question to an archive can be narrowed by. */
const chosenFlags = {
  type: statsFlags.type,
  entity: Flags.string({
    helpValue: 'KIND:ID',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only events about this entity, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
  key: Flags.string({
    helpValue: 'KEY',
    multiple: true,
    multipleNonGreedy: true,
    description: 'only events of this ordering key',
  }),
  filter: statsFlags.filter,
}

/** Flags of `evt query`. */
export const queryFlags = {
  sql: Flags.string({
    helpValue: 'SQL',
    exclusive: ['file'],
    description: 'ask this, over the views events and undecodable',
  }),
  file: Flags.string({ helpValue: 'FILE', description: 'ask what is in this file' }),
  param: Flags.string({
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'a value that the question asks for: $NAME in its SQL',
  }),
  ...chosenFlags,
  limit: Flags.integer({ helpValue: 'N', min: 1, description: 'print so many rows at most' }),
  explain: Flags.boolean({ description: "print the engine's plan instead of rows" }),
  'memory-limit': statsFlags['memory-limit'],
  'follow-claims': statsFlags['follow-claims'],
  'allow-partial': statsFlags['allow-partial'],
}

/** Flags of `evt audit`. */
export const auditFlags = {
  entity: Flags.string({
    helpValue: 'KIND:ID',
    required: true,
    description: 'what to look for, such as jobAd:123',
    parse: async (text: string) => entityText(text),
  }),
  'as-of': Flags.string({
    helpValue: 'TIME',
    description: 'only what had happened at this moment: 15m, 7d or ISO 8601',
    parse: async (text: string) => {
      parseTime(text, 0)
      return text
    },
  }),
  type: statsFlags.type,
  filter: statsFlags.filter,
  'memory-limit': statsFlags['memory-limit'],
  'follow-claims': statsFlags['follow-claims'],
  'allow-partial': statsFlags['allow-partial'],
}

/** What {@link auditFlags} say. */
export function auditChoices(flags: {
  entity: string
  'as-of'?: string | undefined
  type?: readonly string[] | undefined
  filter?: TypedPattern | undefined
  'memory-limit': string
  'allow-partial': boolean
}) {
  const asOf = flags['as-of']
  return {
    entity: flags.entity,
    types: flags.type ?? [],
    filter: flags.filter?.pattern,
    asOfUs: asOf === undefined ? null : parseTime(asOf, Date.now()),
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    allowPartial: flags['allow-partial'],
  }
}

/** What {@link chosenFlags} say. */
export function chosenOf(flags: {
  type?: readonly string[] | undefined
  entity?: readonly string[] | undefined
  key?: readonly string[] | undefined
  filter?: TypedPattern | undefined
}): Omit<Chosen, 'sinceUs' | 'untilUs'> {
  const { type = [], entity = [], key = [], filter } = flags
  return { types: type, entities: entity, keys: key, filter: filter?.pattern }
}

/**
 * What is asked, and the SOURCEs: the first argument is the name of a question unless there is SQL.
 *
 * @throws EvtError `usage` where nothing is asked
 */
export function wordingOf(
  args: readonly string[],
  { sql, file }: { sql?: string | undefined; file?: string | undefined },
): { wording: Wording; given: readonly string[] } {
  if (sql !== undefined) return { wording: { sql }, given: args }
  if (file !== undefined) return { wording: { file }, given: args }
  const [name, ...given] = args
  if (name !== undefined) return { wording: { name }, given }
  throw new EvtError('nothing is asked', {
    code: 'usage',
    hint:
      'evt query list\nevt query counts/by-type archive/\n' +
      'evt query --sql "select count(*) from events" archive/',
  })
}

/** @throws EvtError `usage` for what is no `kind:id` */
function entityText(text: string): string {
  if (/^[^:]+:./s.test(text)) return text
  throw new EvtError(`${text} is no entity`, {
    code: 'usage',
    hint: 'write its kind and its id, as in jobAd:123',
  })
}
