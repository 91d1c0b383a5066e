import { timeText } from '../event/time.js'
import { dataref } from './claim-check.js'
import type { Envelope } from './envelope.js'

/**
 * A CloudEvent in structured mode (CloudEvents 1.0.2, JSON format), with the extensions
 * partitioning, sequence, distributed tracing, correlation and recordedtime. Without `data` and
 * `data_base64` the payload is null, or what `dataref` points to. No attribute of it is the
 * payload's version: `dataschema` is an address, so `version` is left to a mapping.
 */
export const cloudevents: Envelope = {
  name: 'cloudevents',
  title: 'CloudEvents, structured',
  when: [
    { path: ['specversion'], is: 'scalar' },
    { path: ['id'], is: 'scalar' },
    { path: ['source'], is: 'scalar' },
    { path: ['type'], is: 'scalar' },
  ],
  fields: {
    id: [['id']],
    source: [['source']],
    type: [['type']],
    time: [['time']],
    key: [['partitionkey']],
    sequence: [['sequence']],
    correlationId: [['correlationid']],
    causationId: [['causationid']],
    traceId: [['traceparent']],
  },
  sequenceTypeAt: ['sequencetype'],
  stamps: { recordedtime: ['recordedtime'] },
  payload: ['data'],
  payloadBytes: ['data_base64'],
  claim: { at: ['dataref'], of: dataref, into: 'data' },
  wrap: ({ document, id, source, type, timeUs, key }) => ({
    specversion: '1.0',
    id,
    source,
    type,
    time: timeText(timeUs),
    datacontenttype: 'application/json',
    ...(key === null ? {} : { partitionkey: key }),
    data: document,
  }),
}
