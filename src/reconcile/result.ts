import type { JsonValue } from '../event/event.js'
import type { Finding, Span } from '../stats/result.js'

/** What becomes of events between two places (DESIGN §8), by identity. Null: not claimed. */
export interface ReconcileRow {
  /** Identities that were sent. */
  sent: number
  /** Identities that were received, the unexpected ones among them. */
  received: number
  /** Sent, not received, and grace was over at the end. Null where no time tells. */
  lost: number | null
  /** Received, and never sent. */
  unexpected: number
  /** Deliveries beyond the first of each identity. */
  duplicated: number
  /** First received later than grace after the time of what was sent. */
  late: number | null
  /** Received although the sending was not acknowledged; null where nobody recorded it. */
  recovered: number | null
  /** Sent and not received, when grace was not over or no time tells. */
  inFlight: number
  /** Of what is lost, that whose sending was not acknowledged. */
  lostUnacknowledged: number | null
}

export interface ReconcileTypeRow extends ReconcileRow {
  type: string
  source: string
}

/** What was sent in a window, and what was received in it and never sent. The last one, without
 * times, holds what has none. */
interface ReconcileWindowRow extends ReconcileRow {
  start: string | null
  end: string | null
}

export interface ReconcileRows {
  total: ReconcileRow
  /** By what was sent and received, descending, then type, then source in byte order. */
  types: ReconcileTypeRow[]
  windows?: ReconcileWindowRow[]
}

/** From one stage to the next. */
export interface Hop extends ReconcileRows {
  from: string
  to: string
  end: ReconcileEnd
  /** Of what is lost on the whole way, that which was at `from` and no further. */
  lostHere: number
}

/** What was read of one stage. */
export interface StageFigures {
  name: string
  sources: string[]
  span: Span
  read: { objects: number; bytes: number; records: number; undecodable: number }
  /** Deliveries that take part. */
  events: number
  identities: number
  /** Deliveries that cannot be told from others. They are in no other figure. */
  withoutId: number
}

/** `evt.reconcile/1` (DESIGN §7). */
export interface ReconcileResult extends ReconcileRows {
  schema: 'evt.reconcile/1'
  selection: { since: string | null; until: string | null; types?: string[]; filter?: JsonValue }
  partial: boolean
  identity: 'source+id' | 'id'
  graceMs: number
  /** Until when what was sent could be received, and how that is known. */
  end: ReconcileEnd
  stages: StageFigures[]
  /** With more than two stages: each beside the next. The rest is of the first and the last. */
  hops?: Hop[]
  /** What the transport itself counted, where it was asked. */
  counts?: TransportCounts
  findings: ReconcileFinding[]
}

/** By the service's own figures, in whole windows, or minutes, around the stages. */
export interface TransportCounts {
  from: string | null
  to: string | null
  /** Of one figure of CloudWatch. */
  periodMs: number | null
  sources: TransportCount[]
  gaps: { source: string; explain: string }[]
}

export interface TransportCount {
  source: string
  kind: 'queue' | 'topic' | 'rule' | 'stream'
  /** A queue: sent, received, deleted; a topic: published, delivered, failed; a rule: matched,
   * invoked, failed; a stream: written, read. Null: CloudWatch has no figure. */
  counts: Readonly<Record<string, number | null>>
  /** Those with figures. */
  windows?: { start: string; end: string; counts: Readonly<Record<string, number | null>> }[]
}

export interface ReconcileEnd {
  time: string | null
  by: 'receivedAt' | 'time' | 'now' | null
}

export type ReconcileKind =
  | 'lost'
  | 'unexpected'
  | 'duplicated'
  | 'late'
  | 'recovered'
  | 'inFlight'
  | 'skew'
  | 'sentAgain'
  | 'apart'
  | 'noIdentity'
  | 'undecodable'
  | 'timeUnknown'
  | 'arrivalUnknown'
  | 'endUnknown'
  | 'sentStatus'
  | 'unreadable'

export interface ReconcileFinding extends Omit<Finding, 'kind'> {
  kind: ReconcileKind
  /** The two stages it is about. */
  between: [string, string]
}
