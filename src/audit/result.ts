import type { JsonValue, Position } from '../event/event.js'
import type { StateChange } from './changes.js'
import type { Related } from './related.js'

/** What is to be seen at an event beside what it says.
 * - `late`: an event of the entity that happened later arrived before it
 * - `reordered`: it arrived after a later one of its stream (DESIGN §8, among the entity's events)
 * - `replay`: one of its deliveries is a replay
 * - `gapBefore`: the counter of the entity skips what should come before it
 * - `conflict`: one of its deliveries says something else than the first */
export type AuditFlag = 'late' | 'reordered' | 'replay' | 'gapBefore' | 'conflict'

/** One event, however often it was delivered. Times are ISO 8601 in UTC. */
export interface AuditEvent {
  id: string | null
  type: string
  source: string
  time: string | null
  /** Of the first delivery. */
  receivedAt: string | null
  key: string | null
  sequence: string | null
  version: string | null
  deliveries: number
  flags: AuditFlag[]
  correlationId: string | null
  causationId: string | null
  /** Events among these that name it as their cause. */
  effects: string[]
  /** Of the first delivery. */
  position: Position
  /** The other deliveries, in the order in which they arrived. */
  copies: AuditCopy[]
  payload: JsonValue
}

/** One more delivery of an event. */
export interface AuditCopy {
  receivedAt: string | null
  /** The name of the replay that it is of. */
  replay: string | null
  position: Position
  /** Where it is not what the first delivery says. */
  payload?: JsonValue
}

/** A place where a contiguous counter skips numbers. None is claimed of a narrowed selection. */
export interface AuditGap {
  after: string | number
  before: string | number
}

/** What differs at one place: without `state` the copy alone has it, without `copy` it lacks it. */
interface Difference {
  path: string
  state?: JsonValue
  copy?: JsonValue
}

/** A consumer's copy of an entity beside the state that its events lead to. */
export interface Against {
  /** Where it is, as it was typed. */
  copy: string
  /** - `equal`: it is the state; also where there is neither
   * - `behind`: it is the state after an earlier event
   * - `different`: it never was the state
   * - `missing`: there is a state, and no copy */
  verdict: 'equal' | 'behind' | 'different' | 'missing'
  /** Of a copy that is behind: the last event after which the state was like it, and how many
   * since then changed the state. */
  stoppedAt: Pick<AuditEvent, 'id' | 'type' | 'source' | 'time'> | null
  missed: number | null
  /** Field by field, of a copy that is behind or different. */
  diff: Difference[]
}

/** `evt.audit/1`. */
export interface AuditResult {
  schema: 'evt.audit/1'
  /** Null where events were looked for by what they mention. */
  entity: string | null
  /** What they mention, where that was asked for. Gaps are not looked for then. */
  mentions?: string
  asOf: string | null
  /** What they were narrowed by; the filter as it is written. */
  selection: {
    since: string | null
    until: string | null
    types: readonly string[]
    filter: JsonValue | null
  }
  partial: boolean
  /** Ids of events of the archive that were left out, and what events were added from: what
   * follows is then another history. `reordered` is told of what arrived all the same. */
  without?: readonly string[]
  with?: readonly string[]
  events: AuditEvent[]
  gaps: AuditGap[]
  /** What the events lead to, where it was asked for. */
  state?: JsonValue
  /** What changed after the one moment until the other, both with what happened at them. */
  between?: { from: string; to: string }
  diff?: StateChange[]
  /** A consumer's copy beside the state, where it was asked for. */
  against?: Against
  /** What is in the same chains, where it was asked for. */
  related?: Related
  searched: {
    sources: string[]
    objects: number
    bytes: number
    records: number
    undecodable: number
    events: number
  }
}
