import type { JsonValue, Position, UndecodableReason } from '../event/event.js'
import type { StatsRow } from '../meters/figures.js'

export type {
  HopLeg,
  LatencyFigures,
  OrderingFigures,
  StatsRow,
} from '../meters/figures.js'
export { hopLegs } from '../meters/figures.js'

/** `evt.stats/1` (DESIGN §7). Rates and ratios are fractions, not percent. Null: not claimed. */
export interface StatsResult {
  schema: 'evt.stats/1'
  sources: string[]
  selection: SelectionFigures
  partial: boolean
  span: Span
  read: { objects: number; bytes: number; records: number; undecodable: number }
  total: StatsRow
  /** By events descending, then type, then source in byte order. By source, the type is `*`. */
  types: TypeRow[]
  /** With `--by hour` or `--window`: one row a window that has events, by start. */
  windows?: WindowRow[]
  findings: Finding[]
  /** Measured live, and longer than identities and keys are remembered: for how long they are. */
  bounded?: string
  /** With `--sample`: the share of identities measured; every figure is an estimate. */
  sample?: number
}

/** `types` and `filter` where they were given: globs, and the pattern as it is written. */
interface SelectionFigures {
  since: string | null
  until: string | null
  types?: string[]
  filter?: JsonValue
}

export interface Span {
  firstTime: string | null
  lastTime: string | null
  firstReceivedAt: string | null
  lastReceivedAt: string | null
}

export interface TypeRow extends StatsRow {
  type: string
  source: string
}

export interface WindowRow extends StatsRow {
  start: string
  end: string
}

export type FindingKind =
  | 'duplicate'
  | 'conflict'
  | 'publishedTwice'
  | 'reordered'
  | 'sequence'
  | 'latency'
  | 'skew'
  | 'clock'
  | 'resolution'
  | 'undecodable'
  | 'noIdentity'
  | 'arrivalUnknown'
  | 'countersApart'
  | 'mappingUnused'
  | 'coverage'
  | 'checksum'
  | 'claimCheck'
  | 'changed'
  | 'unreadable'
  | 'precision'
  | 'unit'

/** A claim with the events that prove it. */
export interface Finding {
  kind: FindingKind
  /** Null where the finding is about the whole selection. */
  type: string | null
  source: string | null
  /** `fault`: something is wrong with the traffic. `warning`: a figure needs care. `note`. */
  severity: 'fault' | 'warning' | 'note'
  count: number
  /** One sentence or two, for people. */
  explain: string
  witnesses: Witness[]
}

/** One of the very events that prove a finding. Fields that do not matter to it are absent. */
export interface Witness {
  position: Position | null
  id?: string | null
  key?: string | null
  time?: string | null
  receivedAt?: string | null
  sequence?: string | null
  /** What this event shows: `first`, `again`, `after`, … or a reason with its text. */
  role?: string
  latencyMs?: number
  lateMs?: number
  extent?: number
  reason?: UndecodableReason
  /** For undecodable records: the first bytes as text, control characters kept as they are. */
  head?: string
}
