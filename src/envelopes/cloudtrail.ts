import { timeText } from '../event/time.js'
import type { Envelope } from './envelope.js'

/** A record of AWS CloudTrail, as the entries of its files are. `eventTime` has whole seconds, and
 * nothing says when the record arrived. S3 notifications have no eventID, stream records of Lambda
 * no eventTime. */
export const cloudtrail: Envelope = {
  name: 'cloudtrail',
  title: 'AWS CloudTrail record',
  when: [
    { path: ['eventVersion'], is: 'scalar' },
    { path: ['eventTime'], is: 'scalar' },
    { path: ['eventSource'], is: 'scalar' },
    { path: ['eventName'], is: 'scalar' },
    { path: ['eventID'], is: 'scalar' },
  ],
  fields: {
    id: [['eventID']],
    source: [['eventSource']],
    type: [['eventName']],
    time: [['eventTime']],
    version: [['eventVersion']],
  },
  stamps: {},
  wrap: ({ document, id, source, type, timeUs }) => ({
    eventVersion: '1.11',
    eventTime: `${timeText(timeUs).slice(0, 19)}Z`,
    eventSource: source,
    eventName: type,
    awsRegion: 'eu-central-1',
    requestParameters: document,
    eventID: id,
  }),
}
