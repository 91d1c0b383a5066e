import { timeText } from '../event/time.js'
import type { Envelope } from './envelope.js'

/** The object that EventBridge delivers to a target, and that a rule writes to Firehose or Logs.
 * `time` is the producer's; there is none of arrival. Only a replayed event has `replay-name`; one
 * that evt put on a bus again has it in its detail, since all beside it is EventBridge's. */
export const eventbridge: Envelope = {
  name: 'eventbridge',
  title: 'Amazon EventBridge',
  when: [
    { path: ['detail-type'], is: 'scalar' },
    { path: ['source'], is: 'scalar' },
    { path: ['detail'], is: 'object' },
  ],
  fields: {
    id: [['id']],
    source: [['source']],
    type: [['detail-type']],
    time: [['time']],
    replay: [['replay-name'], ['detail', 'replay-name']],
  },
  stamps: {},
  payload: ['detail'],
  wrap: ({ document, id, source, type, timeUs, replay }) => ({
    version: '0',
    id,
    'detail-type': type,
    source,
    account: '123456789012',
    time: timeText(timeUs),
    region: 'eu-central-1',
    resources: [],
    ...(replay === null ? {} : { 'replay-name': replay }),
    detail: document,
  }),
}
