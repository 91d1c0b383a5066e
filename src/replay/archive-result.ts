export interface ArchiveReplayWarning {
  readonly kind: 'order' | 'count' | 'recent' | 'guarded' | 'disabled' | 'state' | 'retention'
  readonly explain: string
}

interface ReplayedRule {
  readonly name: string
  readonly arn: string
  readonly isEnabled: boolean
  /** Whether its pattern leaves out what is replayed. */
  readonly isGuarded: boolean
}

/** `evt.archive-replay/1`: what EventBridge is to replay by itself, and how that ended. */
export interface ArchiveReplayResult {
  readonly schema: 'evt.archive-replay/1'
  readonly archive: {
    readonly name: string
    readonly arn: string
    readonly state: string
    /** All that it holds, as counted up to a day ago. */
    readonly events: number | null
    readonly bytes: number | null
    readonly retentionDays: number | null
  }
  readonly bus: string
  readonly rules: readonly ReplayedRule[]
  /** Of the replay, which its events have as `replay-name`. */
  readonly name: string
  /** By the times of the events. */
  readonly since: string
  readonly until: string
  readonly warnings: readonly ArchiveReplayWarning[]
  /** Null where none was begun. */
  readonly replay: {
    readonly state: string
    readonly reason: string | null
    readonly lastEventAt: string | null
    readonly startedAt: string | null
    readonly endedAt: string | null
  } | null
}
