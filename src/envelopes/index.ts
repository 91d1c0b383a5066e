import { cloudevents } from './cloudevents.js'
import { cloudtrail } from './cloudtrail.js'
import type { Envelope } from './envelope.js'
import { eventbridge } from './eventbridge.js'
import { json } from './json.js'
import { sns } from './sns.js'
import { sqs } from './sqs.js'

/** Every wrapping that evt knows, in the order they are tried. Plain JSON is the last: it is always
 * right. */
export const envelopes: readonly Envelope[] = [eventbridge, cloudevents, sns, sqs, cloudtrail, json]
