import type { JsonValue } from '../event/event.js'
import type { ReplayBody, ReplayOrder } from './statement.js'

export type WarningKind =
  | 'duplicates'
  | 'undecodable'
  | 'replays'
  | 'refused'
  | 'erased'
  | 'unmarked'
  | 'order'
  | 'dedupWindow'
  | 'untimed'
  | 'injected'
  | 'snapshot'
  | 'claimCheck'
  | 'mask'
  | 'fanOut'
  | 'unguarded'
  | 'fanOutUnknown'

/** What somebody should know before it is sent. */
export interface ReplayWarning {
  readonly kind: WarningKind
  readonly count: number
  readonly explain: string
}

/** What a target can never take. */
export interface RefusedEvents {
  /** As a sentence goes on after `it`. */
  readonly reason: string
  readonly count: number
  readonly examples: readonly (string | null)[]
}

export interface ReplayTypeRow {
  readonly type: string
  readonly source: string
  readonly events: number
  readonly bytes: number
}

/** What became of what was planned. */
export interface ReplaySent {
  /** By this run. */
  readonly sent: number
  readonly failed: number
  readonly notSent: number
  /** By runs before, as the journal says. */
  readonly sentBefore: number
  /** Of somebody who was erased since it was planned: they are left out. */
  readonly erased?: number
  /** Calls of what was sent beyond the first. */
  readonly repeated: number
  readonly bytes: number
  readonly durationMs: number
  readonly ratePerSecond: number | null
  readonly errors: readonly { readonly error: string; readonly count: number }[]
}

/** `evt.replay/1`: what is to be sent, and what became of it; `sent` is null where nothing was. */
export interface ReplayResult {
  readonly schema: 'evt.replay/1'
  /** Of exactly these messages to this target. */
  readonly plan: string
  readonly sources: readonly string[]
  readonly to: string
  readonly target: string
  /** What the events are marked with; null: with nothing. */
  readonly name: string | null
  readonly selection: {
    readonly since: string | null
    readonly until: string | null
    readonly types: readonly string[]
    readonly entities: readonly string[]
    readonly keys: readonly string[]
    readonly ids: readonly string[]
    readonly filter: JsonValue
    readonly sql: string | null
  }
  /** The file of rules that change what is sent. */
  readonly transform: string | null
  readonly order: ReplayOrder
  readonly body: ReplayBody
  readonly distinct: boolean
  readonly partial: boolean
  readonly events: number
  readonly bytes: number
  /** About how many calls it takes. */
  readonly calls: number
  readonly keys: {
    readonly count: number
    readonly eventsWithout: number
    readonly largest: readonly { readonly key: string; readonly events: number }[]
  }
  readonly types: readonly ReplayTypeRow[]
  readonly estimate: {
    readonly durationMs: number
    /** By the service's list; null where it has none. */
    readonly priceUsd: number | null
  }
  readonly warnings: readonly ReplayWarning[]
  readonly refused: readonly RefusedEvents[]
  /** Null where none is kept. */
  readonly journal: string | null
  readonly sent: ReplaySent | null
}
