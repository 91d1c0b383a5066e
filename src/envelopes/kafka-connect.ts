import type { Envelope } from './envelope.js'

/** A value as the JsonConverter of Kafka Connect writes it with its schema beside it. */
export const kafkaConnect: Envelope = {
  name: 'kafka-connect',
  title: 'value of Kafka Connect with its schema',
  when: [
    { path: ['schema', 'type'], is: 'scalar', equals: 'struct' },
    { path: ['schema', 'fields'], is: 'array' },
    { path: ['payload'], is: 'body' },
  ],
  fields: {},
  stamps: {},
  inner: ['payload'],
}
