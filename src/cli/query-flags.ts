import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import type { TypedPattern } from '../event/pattern.js'
import type { Chosen } from '../questions/chosen.js'
import type { Wording } from '../questions/run.js'
import { engineFlags } from './athena-flags.js'
import { entityText } from './entity-text.js'

/** Flags of `evt query`. */
export const queryFlags = {
  ...engineFlags,
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
  limit: Flags.integer({ helpValue: 'N', min: 1, description: 'print so many rows at most' }),
  explain: Flags.boolean({ description: "print the engine's plan instead of rows" }),
}

/** What the flags say of which events are asked about. */
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
