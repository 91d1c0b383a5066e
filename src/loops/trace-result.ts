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
  causation: CausationCounts
  searched: LoopsResult['searched']
}
