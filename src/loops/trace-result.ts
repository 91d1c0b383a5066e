import type { EvtError } from '../errors.js'
import type { Position } from '../event/event.js'
import type { CausationCounts } from './links.js'
import type { LoopsResult } from './result.js'

/** One event of a chain. Times are ISO 8601 in UTC. */
export interface TracedEvent {
  id: string | null
  type: string
  source: string
  /** When it happened, else arrived. */
  time: string | null
  receivedAt: string | null
  causationId: string | null
  correlationId: string | null
  traceId: string | null
  entities: readonly string[]
  /** The place of its cause among these; null: its cause is not known. */
  cause: number | null
  /** Steps from the first cause. */
  depth: number
  /** After its cause, and after the first cause. */
  afterCauseMs: number | null
  afterFirstMs: number | null
  /** Whether it is on the critical path: from the first cause to what happened last. */
  isCritical: boolean
  position: Position
}

/** So many lines of logs at most. */
export const MOST_LOGS = 1_000

/** A line of a log group that carries the id of an event, or of its trace. */
export interface TracedLog {
  /** The place of the event. */
  event: number
  time: string
  group: string
  stream: string
  message: string
}

/** A segment of X-Ray. */
export interface TracedSegment {
  /** The place of the event: the last of the trace that happened until then. */
  event: number
  traceId: string
  id: string | null
  parentId: string | null
  name: string
  time: string
  /** Null: it has not ended. */
  durationMs: number | null
  /** Which of `error`, `fault`, `throttle`. */
  faults: string[]
}

/** What AWS knows beside, and what it was not asked or did not tell. */
export interface Beside<Found> {
  readonly found: Found
  /** In words. */
  readonly gaps: readonly string[]
  readonly failure: EvtError | undefined
}

/** `evt.trace/1`. */
export interface TraceResult {
  schema: 'evt.trace/1'
  /** That was asked for. */
  id: string
  partial: boolean
  /** Each cause before its effects, and these in order of time. */
  events: TracedEvent[]
  /** The first causes, and what they name as theirs without its being there. */
  chains: {
    first: number
    missingCause: string | null
    events: number
    durationMs: number | null
  }[]
  /** Events whose trace header has no `Lineage`: AWS's own guard against loops is blind there. */
  withoutLineage: number
  /** Where log groups were asked. */
  logs?: TracedLog[]
  /** Where X-Ray was asked; `missing`: traces that it does not have. */
  xray?: { segments: TracedSegment[]; missing: string[] }
  /** Where either was: what is not known of it, and why. */
  gaps?: string[]
  causation: CausationCounts
  searched: LoopsResult['searched']
}
