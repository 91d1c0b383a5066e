import type { Withhold } from '../erased/withhold.js'
import type { RemoteReading } from '../reading/remote-reading.js'
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
  /** How those who were erased are taken out of what is parked. */
  readonly withhold: Withhold
  /** Told of much that is about to be fetched from S3. */
  onLarge(reading: RemoteReading): void
  nowMs(): number
}
