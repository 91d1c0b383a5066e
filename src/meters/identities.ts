import type { EventRecord } from '../event/event.js'
import type { RepeatCause } from './delivery.js'
import { hashed, hashText } from './hash.js'
import { Remembered } from './remembered.js'

/** What of an event says whether it came before. */
export type JudgedIdentity = Pick<
  EventRecord,
  'id' | 'source' | 'transportId' | 'replay' | 'attempt'
>

/** Which identities have been delivered, compared by 64-bit hashes (DESIGN §8, Exactness). */
export class Identities {
  private readonly seen = new Remembered()
  /** (identity, transport id) of the deliveries that have one. */
  private readonly messages = new Remembered()

  /** To be called once for each delivery in order of arrival; see {@link Delivery.repeats}.
   * A redelivery is a receive after the first (attempt > 1) of a transport message that an earlier
   * delivery of the same identity came in. */
  judge(event: JudgedIdentity): RepeatCause | null {
    if (event.id === null) return null
    hashText(event.source, 0, 0)
    hashText(event.id, hashed.high, hashed.low)
    const first = this.seen.add(hashed.high, hashed.low)
    const sameMessage = event.transportId !== null && this.hasMessage(event.transportId)
    if (first) return null
    if (event.replay !== null) return 'replay'
    return sameMessage && (event.attempt ?? 0) > 1 ? 'redelivery' : 'sameId'
  }

  /** Throws where the parts share an identity: their duplicates cannot be known any more. */
  merge(other: Identities): void {
    const added = this.seen.addAll(other.seen)
    if (added < other.seen.count) throw new Error('merged parts share an identity')
    this.messages.addAll(other.messages)
  }

  /** Forgets what has not come since this was called last. */
  forget(): void {
    this.seen.forget()
    this.messages.forget()
  }

  private hasMessage(transportId: string): boolean {
    hashText(transportId, hashed.high, hashed.low)
    return !this.messages.add(hashed.high, hashed.low)
  }
}
