/** What stands where, as one result. A figure that nobody knows is null; a gap says why. */
export interface LagResult {
  readonly schema: 'evt.lag/1'
  /** When the services were asked, by the clock of this machine. */
  readonly asOf: string
  /** Something that was asked for could not be read: `gaps` says what. */
  readonly partial: boolean
  /** In the order in which they were named. */
  readonly sources: readonly LagRow[]
  /** Most wrong first. */
  readonly findings: readonly LagFinding[]
  readonly gaps: readonly LagGap[]
}

export type LagRow = QueueRow | TopicRow | BusRow | RuleRow | StreamRow | TableRow

interface Row {
  /** As it was typed. */
  readonly source: string
  readonly name: string
  /** The minutes that CloudWatch's figures are of; null where it has none. */
  readonly metrics: MetricSpan | null
}

export interface MetricSpan {
  readonly from: string
  readonly to: string
}

export interface QueueRow extends Row {
  readonly kind: 'queue'
  readonly depth: number
  readonly inFlight: number
  readonly delayed: number
  /** As CloudWatch said at the end of `oldestAgeAt`, a minute. */
  readonly oldestAgeMs: number | null
  readonly oldestAgeAt: string | null
  readonly retentionMs: number | null
  /** Until retention deletes the oldest message. */
  readonly lossInMs: number | null
  readonly sentPerS: number | null
  readonly receivedPerS: number | null
  readonly deletedPerS: number | null
  readonly emptyReceivesPerS: number | null
  readonly trend: 'empty' | 'draining' | 'steady' | 'growing' | 'unknown'
  /** At these rates; null where it does not drain. */
  readonly drainMs: number | null
  /** Whether anybody asked for messages in these minutes. */
  readonly isReceived: boolean | null
  readonly deadLetters: DeadLetters | null
}

/** The queue that takes what was received in vain. */
export interface DeadLetters {
  readonly queue: string
  readonly maxReceiveCount: number
  readonly depth: number | null
}

export interface TopicRow extends Row {
  readonly kind: 'topic'
  readonly subscriptions: number | null
  readonly published: number | null
  readonly delivered: number | null
  readonly failed: number | null
  readonly filteredOut: number | null
  readonly deadLettered: number | null
}

interface BusRow extends Row {
  readonly kind: 'bus'
  readonly rules: readonly RuleRow[]
}

export interface RuleRow extends Row {
  readonly kind: 'rule'
  readonly bus: string
  readonly isEnabled: boolean
  readonly matched: number | null
  /** Of targets; what was tried again counts once it has worked or failed for good. */
  readonly invoked: number | null
  readonly failed: number | null
  readonly throttled: number | null
  readonly deadLettered: number | null
  /** Neither delivered nor dead-lettered. */
  readonly lost: number | null
}

export interface StreamRow extends Row {
  readonly kind: 'stream'
  readonly isOnDemand: boolean
  /** Open ones. */
  readonly shards: number
  /** Of who polls it and is furthest behind: as CloudWatch said at the end of `behindAt`, a
   * minute. */
  readonly behindMs: number | null
  readonly behindAt: string | null
  readonly retentionMs: number
  /** Until retention removes what that one has not read. */
  readonly lossInMs: number | null
  readonly writtenPerS: number | null
  readonly bytesPerS: number | null
  /** By all who poll it: a record that two read counts twice. */
  readonly readPerS: number | null
  readonly readsThrottled: number | null
  readonly writesThrottled: number | null
  /** Those with throughput of their own; null where they are not known. */
  readonly consumers: readonly StreamConsumer[] | null
  /** Those of Lambda that it, or a consumer of it that is known, invokes; null where they are not
   * known. */
  readonly functions: readonly StreamFunction[] | null
  /** How far a recording or an application is, or what a shard holds: as was asked for. */
  readonly byShard?: readonly ShardRow[] | undefined
}

/** The stream of a table of DynamoDB. */
export interface TableRow extends Row {
  readonly kind: 'table'
  /** Nothing more is written to it. */
  readonly isOff: boolean
  /** Open ones, and those that are still kept. */
  readonly shards: number
  readonly closedShards: number
  readonly retentionMs: number
  /** By all who poll it. */
  readonly readPerS: number | null
  /** Those of Lambda that it invokes; null where they are not known. */
  readonly functions: readonly StreamFunction[] | null
  readonly byShard?: readonly ShardRow[] | undefined
}

/** How far behind a recording or an application is in a shard, or what the shard holds. */
export interface ShardRow {
  readonly shard: string
  readonly isOpen: boolean
  /** Between its place and what was written last; of a table, the age of the first change that is
   * not read. Null where one read does not tell, or nobody is asked about. */
  readonly behindMs: number | null
  /** Until retention removes what is not read; null where nothing is behind. */
  readonly lossInMs: number | null
  /** Of an application, the worker that holds the lease; null: none does. */
  readonly owner?: string | null
  /** Where the shards themselves are asked: the age of the first record that is kept; null where
   * there is none, or one read does not tell. */
  readonly oldestAgeMs?: number | null
}

/** One that has throughput of its own. */
export interface StreamConsumer {
  readonly name: string
  readonly behindMs: number | null
}

/** A function of Lambda that a stream invokes, with its version or alias, where it has one. */
export interface StreamFunction {
  readonly name: string
  readonly isEnabled: boolean
  /** The age of the last record that it got, as CloudWatch said last; of one that several streams
   * invoke, the greatest. */
  readonly behindMs: number | null
  /** Why its last batch failed, as Lambda says. */
  readonly problem: string | null
}

/** Something that is wrong, or may soon be. */
export interface LagFinding {
  readonly kind: FindingKind
  readonly source: string
  readonly severity: 'fault' | 'warning'
  readonly explain: string
}

/** The worst first. */
export const findingKinds = [
  'loss',
  'lossBeforeDrain',
  'notReceived',
  'notDeleted',
  'failed',
  'deadLettered',
  'deadLetters',
  'inFlightLimit',
  'growing',
  'throttled',
  'disabled',
  'unknown',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** What could not be read. */
export interface LagGap {
  readonly source: string
  readonly explain: string
}
