import { cloudevents } from './cloudevents.js'
import { cloudtrail } from './cloudtrail.js'
import { dynamodb } from './dynamodb.js'
import type { Envelope } from './envelope.js'
import { eventbridge } from './eventbridge.js'
import { json } from './json.js'
import { kinesis } from './kinesis.js'
import { kinesisLambda } from './kinesis-lambda.js'
import { dynamodbAnswer, kinesisAnswer, window } from './no-records.js'
import { kinesisRecords, messages, records, snsRecords } from './records.js'
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
  kinesisRecords,
  messages,
  sqsLambda,
  snsLambda,
  kinesisLambda,
  dynamodb,
  cloudtrail,
  kinesisAnswer,
  dynamodbAnswer,
  window,
  json,
]
