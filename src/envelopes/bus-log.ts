import type { Envelope } from './envelope.js'

/** A step of an event through an EventBridge bus, as the bus logs it: that the event came in, which
 * rule it matched, what became of each invocation. It is no copy of the event, and has no id of its
 * own: the event that it tells of is what caused it, and its steps are in order by their times. */
export const busLog: Envelope = {
  name: 'bus-log',
  title: 'log of an Amazon EventBridge bus',
  when: [
    { path: ['message_timestamp_ms'], is: 'scalar' },
    { path: ['resource_arn'], is: 'scalar' },
    { path: ['message_type'], is: 'scalar' },
  ],
  fields: {
    source: [['resource_arn']],
    type: [['message_type']],
    time: [['message_timestamp_ms']],
    key: [['event_id']],
    causationId: [['event_id']],
  },
  stamps: {},
}
