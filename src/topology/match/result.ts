import type { JsonValue } from '../../event/event.js'
import type { ExplainedField } from '../../event/pattern-explain.js'
import type { EdgeKind, Gap } from '../model.js'

/** A step of an event on its way. */
export interface MatchStep {
  readonly from: string
  readonly to: string
  readonly via: EdgeKind
  /** The place in the list of the step that leads here; null where it begins. */
  readonly cause: number | null
  /** What arrives, as text; null: the same as before. */
  readonly payload: string | null
  /** What is not told for certain, in words. */
  readonly notes: readonly string[]
}

/** A way that the event does not take. */
export interface MatchMiss {
  readonly from: string
  readonly to: string
  readonly via: EdgeKind
  /** What the pattern or filter wants, field by field. */
  readonly fields: readonly ExplainedField[]
  readonly notes: readonly string[]
}

/** `evt.topologyMatch/1`. */
export interface MatchResult {
  readonly schema: 'evt.topologyMatch/1'
  readonly sources: readonly string[]
  readonly event: JsonValue
  /** Where it is put. */
  readonly at: readonly string[]
  readonly reached: readonly MatchStep[]
  readonly missed: readonly MatchMiss[]
  readonly gaps: readonly Gap[]
}
