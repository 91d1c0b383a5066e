import type { EvtError } from '../errors.js'

/** What runs of evt left in an account or on this machine, and how it is removed. */
export interface Leftover {
  readonly kind: 'subscription' | 'rule' | 'queue' | 'consumer' | 'index' | 'types' | 'files'
  readonly name: string
  /** What it belongs to: a topic, a bus, a stream, what an index was made of. */
  readonly of: string | null
  readonly owner: string | null
  /** Of what is on this machine. */
  readonly sizeBytes?: number
  /** Null where nothing says it, as for what is on this machine, and for a subscription whose
   * queue is gone. */
  readonly expiresMs: number | null
  /** Whether nothing can use it any more, or it can be made again. */
  readonly isExpired: boolean
  /** That it is gone already counts as removed. */
  remove(): Promise<void>
}

export interface Survey {
  /** Where was looked, in words: an account and its region, a folder. */
  readonly where: string
  /** In the order in which it is removed. */
  readonly found: readonly Leftover[]
  /** What could not be looked at. */
  readonly gaps: readonly EvtError[]
}
