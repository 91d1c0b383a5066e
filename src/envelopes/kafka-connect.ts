import type { Envelope } from './envelope.js'
import { bodyText } from './wrap-body.js'

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
  wrap: (content) => ({
    schema: { type: 'struct', fields: [{ field: 'metadata', type: 'struct' }] },
    payload: content.body === undefined ? content.document : bodyText(content),
  }),
}
