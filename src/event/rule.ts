import { EvtError } from '../errors.js'
import { type JsonPath, parsePath } from './json-path.js'
import { suggest } from './suggest.js'

/** The fields that `events:` of evt.yaml and `--map` can give a path. */
export const mappedFields = [
  'id',
  'source',
  'type',
  'time',
  'receivedAt',
  'key',
  'sequence',
  'correlationId',
  'causationId',
  'traceId',
  'replyTo',
  'version',
  'replay',
  'attempt',
  'sentStatus',
] as const
export type MappedField = (typeof mappedFields)[number]

/** Words instead of paths. The first of each is what holds where nothing is said. */
export const ruleWords = {
  sequencePer: ['key', 'source+key'],
  sequenceType: ['integer', 'text'],
  state: ['patch', 'snapshot', 'delete', 'none'],
} as const
export type SequencePer = (typeof ruleWords.sequencePer)[number]
export type SequenceType = (typeof ruleWords.sequenceType)[number]
/** What the payload of an event is to the state of its entities.
 * - `patch`: a JSON merge patch (RFC 7396) of it
 * - `snapshot`: the state itself
 * - `delete`: the entity is no more
 * - `none`: nothing */
export type StateRule = (typeof ruleWords.state)[number]

/** An entity of this kind has its id at this path: `jobAd:123`. */
export interface EntityPath {
  kind: string
  path: JsonPath
}

/** What one entry of `events:`, or one `--map`, says about the types it is for. */
export interface EventRule {
  fields: Partial<Record<MappedField, JsonPath>>
  entities: readonly EntityPath[]
  sequencePer?: SequencePer
  sequenceType?: SequenceType
  state?: StateRule
}

/** The words that a rule says. */
export type RuleWords = Pick<EventRule, keyof typeof ruleWords>

export function saidWords({
  sequencePer,
  sequenceType,
  state,
}: {
  [Word in keyof RuleWords]: RuleWords[Word] | undefined
}): RuleWords {
  return {
    ...(sequencePer && { sequencePer }),
    ...(sequenceType && { sequenceType }),
    ...(state && { state }),
  }
}

/**
 * Reads `--map`: `key=$.detail.orderId`, `entities.order=$.detail.orderId`, `sequenceType=text`.
 *
 * @throws EvtError `usage`, with the field that was probably meant
 */
export function parseMapFlag(text: string): EventRule {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (name === '' || value === '') {
    const hint = 'write --map key=$.detail.orderId'
    throw new EvtError(`--map ${text}: expected FIELD=PATH`, { code: 'usage', hint })
  }
  try {
    return setting(name, value)
  } catch (cause) {
    if (!(cause instanceof EvtError)) throw cause
    const { hint } = cause
    throw new EvtError(`--map ${text}: ${cause.message}`, { code: 'usage', hint, cause })
  }
}

/** @throws EvtError `usage` for a kind that could not be told from the id in `kind:id` */
export function entityKind(text: string): string {
  if (text !== '' && !text.includes(':')) return text
  const hint = 'a kind is a word without a colon, as in jobAd for jobAd:123'
  throw new EvtError(`${JSON.stringify(text)} is no kind of entity`, { code: 'usage', hint })
}

function setting(name: string, value: string): EventRule {
  const rule: EventRule = { fields: {}, entities: [] }
  const kind = /^entities\.(.+)$/s.exec(name)?.[1]
  if (kind !== undefined) {
    return { ...rule, entities: [{ kind: entityKind(kind), path: parsePath(value) }] }
  }
  if (name === 'sequencePer') return { ...rule, [name]: word(value, ruleWords.sequencePer) }
  if (name === 'sequenceType') return { ...rule, [name]: word(value, ruleWords.sequenceType) }
  if (name === 'state') return { ...rule, [name]: word(value, ruleWords.state) }
  const field = mappedFields.find((known) => known === name)
  if (field === undefined) throw unknownField(name)
  return { ...rule, fields: { [field]: parsePath(value) } }
}

function word<Word extends string>(value: string, words: readonly Word[]): Word {
  const known = words.find((candidate) => candidate === value)
  if (known !== undefined) return known
  throw new EvtError(`${value} is not one of ${words.join(', ')}`, { code: 'usage' })
}

function unknownField(name: string): EvtError {
  const fields = [...mappedFields, ...Object.keys(ruleWords), 'entities.KIND']
  const near = suggest(name, fields)
  return new EvtError(`unknown field ${name}`, {
    code: 'usage',
    hint: near ? `did you mean ${near}?` : `the fields are ${fields.join(', ')}`,
  })
}
