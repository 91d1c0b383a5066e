import { busLog } from './bus-log.js'
import { bigPayload, claimCheck } from './claim-check.js'
import { cloudevents } from './cloudevents.js'
import { cloudtrail } from './cloudtrail.js'
import { debezium } from './debezium.js'
import { delivery } from './delivery.js'
import { dms } from './dms.js'
import { dynamodb } from './dynamodb.js'
import { emf } from './emf.js'
import type { Envelope } from './envelope.js'
import { eventbridge } from './eventbridge.js'
import { firehose, firehoseAnswer, firehoseFailed } from './firehose.js'
import { http, httpBytes } from './http.js'
import { json } from './json.js'
import { kafka } from './kafka.js'
import { kafkaConnect } from './kafka-connect.js'
import { kinesis } from './kinesis.js'
import { kinesisLambda } from './kinesis-lambda.js'
import { lambda, lambdaStream } from './lambda.js'
import {
  logs,
  logsControl,
  logsFiltered,
  logsFound,
  logsInsights,
  logsLambda,
  logsRead,
} from './logs.js'
import {
  dynamodbAnswer,
  kinesisAnswer,
  noFirehoseRecords,
  noMessages,
  noRecords,
  window,
} from './no-records.js'
import { recording } from './recording.js'
import { kinesisRecords, messages, records, snsRecords } from './records.js'
import { s3, s3Test } from './s3.js'
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
  logs,
  logsControl,
  logsLambda,
  logsRead,
  logsFound,
  logsFiltered,
  logsInsights,
  busLog,
  emf,
  s3,
  s3Test,
  firehose,
  firehoseAnswer,
  firehoseFailed,
  http,
  httpBytes,
  lambda,
  lambdaStream,
  kafka,
  kafkaConnect,
  debezium,
  dms,
  kinesisAnswer,
  dynamodbAnswer,
  window,
  noRecords,
  noFirehoseRecords,
  noMessages,
  claimCheck,
  bigPayload,
  delivery,
  recording,
  json,
]
