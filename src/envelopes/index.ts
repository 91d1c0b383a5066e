import { bigPayload, claimCheck } from './claim-check.js'
import { cloudevents } from './cloudevents.js'
import { cloudtrail } from './cloudtrail.js'
import type { Envelope } from './envelope.js'
import { eventbridge } from './eventbridge.js'
import { json } from './json.js'
import { kinesis } from './kinesis.js'
import { kinesisLambda } from './kinesis-lambda.js'
import { messages, records, snsRecords } from './records.js'
import { sns } from './sns.js'
import { snsLambda } from './sns-lambda.js'
import { sqs } from './sqs.js'
import { sqsLambda } from './sqs-lambda.js'

/** Every wrapping that evt knows, in the order they are tried. SQL has to rule out all that come
 * before: those that most archives have are first. Plain JSON is the last: it is always right. */
export const envelopes: readonly Envelope[] = [
  eventbridge,
  cloudevents,
  sns,
  sqs,
  kinesis,
  records,
  snsRecords,
  messages,
  sqsLambda,
  snsLambda,
  kinesisLambda,
  cloudtrail,
  claimCheck,
  bigPayload,
  json,
]
