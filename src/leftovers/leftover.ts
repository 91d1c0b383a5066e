import type { EvtError } from '../errors.js'

/** What a run of evt left, and how it is removed. */
export interface Leftover {
  readonly kind: 'subscription' | 'rule' | 'queue'
  readonly name: string
  /** What it belongs to: a topic, a bus. */
  readonly of: string | null
  readonly owner: string | null
  /** Null where nothing says it: for a subscription whose queue is gone. */
  readonly expiresMs: number | null
  /** Whether nothing can use it any more. */
  readonly isExpired: boolean
  /** That it is gone already counts as removed. */
  remove(): Promise<void>
}

export interface Survey {
  /** Where was looked, in words: an account and its region. */
  readonly where: string
  /** In the order in which it is removed. */
  readonly found: readonly Leftover[]
  /** What could not be looked at. */
  readonly gaps: readonly EvtError[]
}
