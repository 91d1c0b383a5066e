import type { Envelope } from './envelope.js'

export const DELIVERY = 'delivery/1'

/**
 * A line of a file that `evt replay` wrote: the document, and what evt knew of its delivery. Read
 * again, it gives the figures of what was replayed.
 */
export const delivery: Envelope = {
  name: 'delivery',
  title: 'a delivery, as evt replay writes it to files',
  when: [
    { path: ['evt'], is: 'scalar', equals: DELIVERY },
    { path: ['document'], is: 'body' },
  ],
  fields: {
    id: [['id']],
    source: [['source']],
    type: [['type']],
    time: [['time']],
    receivedAt: [['receivedAt']],
    key: [['key']],
    traceId: [['traceId']],
    attempt: [['attempt']],
    transportId: [['transportId']],
    replay: [['replay-name']],
  },
  place: { name: ['place'], sequence: ['placeSequence'] },
  stamps: {},
  hops: { accepted: [['receivedAt']] },
  inner: ['document'],
}

/** What such a line says beside the document; what is not known is left out. */
export interface DeliveryLine {
  evt: typeof DELIVERY
  id?: string
  source?: string
  type?: string
  time?: string
  receivedAt?: string
  key?: string
  traceId?: string
  attempt?: number
  transportId?: string
  place?: string
  placeSequence?: string
  'replay-name'?: string
}
