import type { QueueFacts, SourceQueue } from './result.js'

export interface RedriveWarning {
  readonly kind: 'order' | 'others' | 'fanOut' | 'bodies' | 'returns' | 'hidden'
  readonly explain: string
}

/** `evt.redrive/1`: what is to be moved out of a dead-letter queue, and what was. */
export interface RedriveResult {
  readonly schema: 'evt.redrive/1'
  readonly asOf: string
  /** As it was named. */
  readonly source: string
  readonly queue: QueueFacts
  readonly from: readonly SourceQueue[] | null
  /** Who moves them: SQS by itself, or evt, one after the other in their order. */
  readonly by: 'sqs' | 'evt'
  /** Where to, as it was named; null: back to the queues that they came from. */
  readonly to: string | null
  /** In words. */
  readonly target: string
  readonly perSecond: number | null
  /** At that rate; null without one. */
  readonly durationMs: number | null
  readonly warnings: readonly RedriveWarning[]
  /** What became of each message that evt moves; null where SQS moves them. */
  readonly journal: string | null
  /** Null where nothing was moved. */
  readonly moved: Moved | null
}

export interface Moved {
  /** Sent, and deleted from the queue. Of SQS: about how many. */
  readonly messages: number
  /** Sent by a run before, and deleted by this one. */
  readonly sentBefore: number
  readonly failed: number
  /** Sent, and not deleted: the same line deletes them. */
  readonly undeleted: number
  /** Sent by this run, and in the queue again. */
  readonly returned: number
  /** Behind one of their group that failed, or interrupted. */
  readonly left: number
  /** That came from another queue than they would go to. */
  readonly others: number
  /** Sent since this run began. */
  readonly newer: number
  /** Of those who were erased, which stay; and sent without them, as they are about others too. */
  readonly erased: number
  readonly blanked: number
  readonly errors: readonly { readonly error: string; readonly count: number }[]
  readonly isCancelled: boolean
}
