import type { EventRecord } from '../event/event.js'
import type { Delivery } from './delivery.js'
import { Identities } from './identities.js'
import { Streams } from './streams.js'

/** Says of each event what those before it say about it: the state that runs through all rows. */
export class Judge {
  private readonly identities = new Identities()
  private readonly streams = new Streams()
  private delivery: Delivery | null = null

  /** To be called once for each event in order of arrival. The answer is valid until the next. */
  judge(event: EventRecord): Delivery {
    this.delivery ??= blank(event)
    const { delivery } = this
    delivery.event = event
    delivery.repeats = this.identities.judge(event)
    delivery.checked = false
    delivery.extent = 0
    delivery.lateUs = null
    delivery.ahead = null
    if (delivery.repeats === null) this.streams.judge(event, delivery)
    return delivery
  }

  /** Forgets identities and streams that have not come since this was called last. */
  forget(): void {
    this.identities.forget()
    this.streams.forget()
  }

  /** Throws where the parts share an identity or a key. */
  merge(other: Judge): void {
    this.identities.merge(other.identities)
    this.streams.merge(other.streams)
  }
}

function blank(event: EventRecord): Delivery {
  const order = { extent: 0, lateUs: null, ahead: null, aheadReceivedUs: null }
  return { event, repeats: null, checked: false, keyHigh: 0, keyLow: 0, ...order }
}
