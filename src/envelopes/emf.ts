import { valueAt } from '../event/json-path.js'
import type { Envelope } from './envelope.js'

/** A line in CloudWatch's embedded metric format: itself the document. What kind of event it is, it
 * does not say; the namespace of its metrics tells one application's lines from another's. */
export const emf: Envelope = {
  name: 'emf',
  title: 'CloudWatch embedded metric format',
  when: [
    { path: ['_aws', 'Timestamp'], is: 'scalar' },
    { path: ['_aws', 'CloudWatchMetrics'], is: 'array' },
  ],
  fields: {
    type: [(document) => valueAt(document, ['_aws', 'CloudWatchMetrics', 0, 'Namespace'])],
    time: [['_aws', 'Timestamp']],
  },
  stamps: {},
  wrap: ({ document, source, timeUs }) => ({
    ...document,
    _aws: {
      Timestamp: Math.floor(timeUs / 1e3),
      CloudWatchMetrics: [
        { Namespace: source, Dimensions: [['status']], Metrics: [{ Name: 'salary' }] },
      ],
    },
  }),
}
