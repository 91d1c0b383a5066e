import type { QueueRequest } from './queue.js'

export interface RedriveRequest extends QueueRequest {
  /** Where to; undefined: back to where they came from. */
  readonly to: string | undefined
  readonly perSecond: number | null
  readonly journal: string | undefined
  nowMs(): number
}
