import type { JsonPath } from '../event/json-path.js'
import type { MappedField, RuleWords } from '../event/rule.js'

/** A line of the mapping with what speaks for it. */
export interface ProposedLine {
  /** `key`, or `entities.order`. */
  readonly field: MappedField | `entities.${string}`
  readonly path: JsonPath
  readonly explain: string
  readonly figures: Readonly<Record<string, number>>
}

export interface ProposedRule extends Readonly<RuleWords> {
  /** `*`, `order.*`, or the whole name of a type. */
  readonly pattern: string
  readonly lines: readonly ProposedLine[]
}

/** The fields that are looked for, in the order in which they are written. */
export const proposedFields = [
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
  'version',
] as const
export type ProposedField = (typeof proposedFields)[number]

/** `events:` of evt.yaml as far as a sample tells. */
export interface Proposal {
  readonly rules: readonly ProposedRule[]
  /** Fields that the wrappings give without a mapping, for some events at least. */
  readonly given: readonly ProposedField[]
  /** Fields that nothing was found for. */
  readonly missing: readonly (ProposedField | 'entities')[]
  /** By name, with how many of the sampled events travel in it. */
  readonly wrappings: Readonly<Record<string, number>>
  readonly events: number
  readonly types: number
}
