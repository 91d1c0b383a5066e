import { EvtError } from '../errors.js'
import type { SequenceKind } from './event.js'
import type { JsonPath } from './json-path.js'
import {
  type EntityPath,
  type EventRule,
  type MappedField,
  parseMapFlag,
  type SequencePer,
  type SequenceType,
  type StateRule,
} from './rule.js'

/** What the mapping says about one type, all its rules laid over one another. */
export interface TypeMapping {
  /** A path that yields nothing or null falls back to the preset's field, except `sequence` and
   * `key`: where they are mapped, nothing found means none. */
  readonly fields: Readonly<Partial<Record<MappedField, JsonPath>>>
  readonly entities: readonly EntityPath[]
  readonly sequencePer: SequencePer
  readonly sequenceType: SequenceType
  readonly state: StateRule
}

/** One rule and the types it is for: those that begin with `prefix`, or are it where `exact`. */
export interface MappingRule {
  readonly prefix: string
  readonly exact: boolean
  /** It was given by `--map`. */
  readonly isFlag: boolean
  readonly mapping: EventRule
}

export interface Mapping {
  /** In the order they apply: a later one overrides an earlier one field by field, and entities
   * kind by kind. */
  readonly rules: readonly MappingRule[]
  /** Where the rules for all types (`*` and --map) have the type. What it finds selects the rules,
   * else the type of the wrapping does, else `unknown`. A `type` that the rules so selected map
   * replaces only what is reported. */
  readonly typePath: JsonPath | undefined
  /** The same object for all types that the same rules are for. */
  mappingFor(type: string): TypeMapping
}

const orders = ['integer', 'text', 'time'] as const

/** How a mapping has order checked, as one number: the kind of sequence, and per what it counts. */
export function orderVariant({ fields, sequenceType, sequencePer }: TypeMapping): number {
  return variantOf(fields.sequence ? sequenceType : 'time', sequencePer)
}

export function variantOf(order: SequenceKind, per: SequencePer): number {
  return orders.indexOf(order) * 2 + Number(per !== 'key')
}

/** The inverse of {@link variantOf}. */
export function orderOfVariant(variant: number): { order: SequenceKind; perSource: boolean } {
  return { order: orders[variant >> 1] ?? 'time', perSource: variant % 2 === 1 }
}

const MAX_CACHED_TYPES = 10_000

/**
 * Compiles `events:` of evt.yaml, by pattern, and the values of `--map`. Patterns are `*`, a prefix
 * as in `jobAd.*`, or a type's whole name. Longer literal prefixes override shorter ones, a whole
 * name overrides prefixes, and `--map` overrides all.
 *
 * @throws EvtError `usage` for a pattern or a `--map` that cannot be read
 */
export function createMapping(from: {
  events?: Readonly<Record<string, EventRule>> | undefined
  maps?: readonly string[] | undefined
}): Mapping {
  const events = Object.entries(from.events ?? {})
    .map(([pattern, mapping]) => ({ ...parsePattern(pattern), isFlag: false, mapping }))
    .sort((a, b) => a.prefix.length - b.prefix.length || Number(a.exact) - Number(b.exact))
  const maps = (from.maps ?? []).map((text) => ({
    prefix: '',
    exact: false,
    isFlag: true,
    mapping: parseMapFlag(text),
  }))
  return mappingOf([...events, ...maps])
}

/** The same mapping, where each rule says what `change` makes of it. */
export function withRules({ rules }: Mapping, change: (rule: EventRule) => EventRule): Mapping {
  return mappingOf(rules.map((rule) => ({ ...rule, mapping: change(rule.mapping) })))
}

function mappingOf(rules: readonly MappingRule[]): Mapping {
  const general = overlay(rules.filter(({ prefix, exact }) => prefix === '' && !exact))
  return { rules, typePath: general.fields.type, mappingFor: lookup(rules) }
}

/** @throws EvtError `usage` where a star is not the last character */
export function parsePattern(pattern: string): { prefix: string; exact: boolean } {
  const exact = !pattern.endsWith('*')
  const prefix = exact ? pattern : pattern.slice(0, -1)
  if (!prefix.includes('*')) return { prefix, exact }
  throw new EvtError(`${JSON.stringify(pattern)} is no pattern of types`, {
    code: 'usage',
    hint: 'a * stands at the end: *, jobAd.*, or the whole name of a type',
  })
}

/** Whether a rule is for a type. */
export function isFor({ prefix, exact }: MappingRule, type: string): boolean {
  return exact ? type === prefix : type.startsWith(prefix)
}

function lookup(rules: readonly MappingRule[]): Mapping['mappingFor'] {
  const byType = new Map<string, TypeMapping>()
  const byRules = new Map<string, TypeMapping>()
  return (type) => {
    const known = byType.get(type)
    if (known) return known
    const matching = rules.filter((rule) => isFor(rule, type))
    const which = matching.map((rule) => rules.indexOf(rule)).join()
    const mapping = byRules.get(which) ?? overlay(matching)
    byRules.set(which, mapping)
    // Types come from outside: they must not fill the memory.
    if (byType.size >= MAX_CACHED_TYPES) byType.clear()
    byType.set(type, mapping)
    return mapping
  }
}

/** What rules say together, in their order. */
export function overlay(rules: readonly MappingRule[]): TypeMapping {
  const entities = new Map<string, JsonPath>()
  let said: Omit<TypeMapping, 'entities'> = {
    fields: {},
    sequencePer: 'key',
    sequenceType: 'integer',
    state: 'patch',
  }
  for (const { mapping } of rules) {
    said = {
      fields: { ...said.fields, ...mapping.fields },
      sequencePer: mapping.sequencePer ?? said.sequencePer,
      sequenceType: mapping.sequenceType ?? said.sequenceType,
      state: mapping.state ?? said.state,
    }
    for (const { kind, path } of mapping.entities) entities.set(kind, path)
  }
  return { ...said, entities: [...entities].map(([kind, path]) => ({ kind, path })) }
}
