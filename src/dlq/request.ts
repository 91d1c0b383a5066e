import type { Against } from './overtaken.js'
import type { QueueRequest } from './queue.js'

/** What was typed of `evt dlq`. */
export interface DlqRequest extends QueueRequest {
  readonly maps: readonly string[]
  readonly limit: number
  /** What was processed, for who asks what was overtaken. */
  readonly against: Against | undefined
  /** Where the messages are parked, and whether they are deleted then. */
  readonly to: string | undefined
  readonly isDeleting: boolean
  nowMs(): number
}
