import type { Envelope } from '../envelope.js'

/** Text that stands for bytes, where a wrapping does not say so itself. */
export const base64: Envelope = {
  name: 'base64',
  title: 'base64 text',
  when: [],
  fields: {},
  stamps: {},
  isCodec: true,
}
