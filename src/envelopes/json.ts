import type { Envelope } from './envelope.js'

/** What every object is that nothing else recognised: no wrapping at all, so it does not stand in
 * a record's `envelopes`. Which of its fields means what, only a mapping can say. */
export const json: Envelope = {
  name: 'json',
  title: 'plain JSON',
  when: [],
  fields: {},
  stamps: {},
  wrap: ({ document }) => document,
}
