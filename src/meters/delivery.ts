import type { EventRecord } from '../event/event.js'
import type { Place } from './records.js'

/** Why a delivery is not the first of its identity (DESIGN §8), the first that applies. */
export type RepeatCause = 'replay' | 'redelivery' | 'sameId'

/**
 * An event with what the deliveries before it say about it. It is judged once, with a state that
 * runs through all rows and windows, and then counted by the meters of its row.
 *
 * The judge fills one object again and again: a meter takes from it what it needs and keeps none.
 */
export interface Delivery {
  event: EventRecord
  /** Null: the first delivery of its identity, or an event without id. */
  repeats: RepeatCause | null
  /** A first delivery with a key and a place in its stream. */
  checked: boolean
  /** The 64-bit hash of the key; of no meaning where not checked. */
  keyHigh: number
  keyLow: number
  /** i − j (RFC 4737), in checked deliveries of the stream; 0: not reordered. */
  extent: number
  /** received[i] − received[j]; null where not reordered or one of them is unknown. Negative where
   * the order of arrival is not the order of `receivedAt`. */
  lateUs: number | null
  /** What it came after, of the reordered: s[j], and received[j]. */
  ahead: Place | null
  aheadReceivedUs: number | null
}
