import { globMatches } from './glob.js'
import type { NodeKind } from './model.js'

interface Sending {
  /** As IAM names it. */
  readonly action: string
  /** What it is done to. */
  readonly kind: NodeKind
  /** What it reads comes from there. */
  readonly isReading?: boolean
}

/** Actions that put something on its way, and those that take from a queue. */
export const sending: readonly Sending[] = [
  { action: 'events:PutEvents', kind: 'bus' },
  { action: 'sqs:SendMessage', kind: 'queue' },
  { action: 'sns:Publish', kind: 'topic' },
  { action: 'kinesis:PutRecord', kind: 'stream' },
  { action: 'kinesis:PutRecords', kind: 'stream' },
  { action: 'firehose:PutRecord', kind: 'firehose' },
  { action: 'firehose:PutRecordBatch', kind: 'firehose' },
  { action: 'dynamodb:PutItem', kind: 'table' },
  { action: 'dynamodb:UpdateItem', kind: 'table' },
  { action: 'dynamodb:BatchWriteItem', kind: 'table' },
  { action: 's3:PutObject', kind: 'bucket' },
  { action: 'lambda:InvokeFunction', kind: 'function' },
  { action: 'states:StartExecution', kind: 'stateMachine' },
  { action: 'events:StartReplay', kind: 'archive' },
  { action: 'sqs:ReceiveMessage', kind: 'queue', isReading: true },
]

/** Of permissions that are mostly granted to read as well. */
export function isVagueWrite(kind: NodeKind): boolean {
  return kind === 'table' || kind === 'bucket'
}

/** Whether an action is of those that a pattern of IAM speaks of. */
export function isAction(pattern: string, action: string): boolean {
  return globMatches(pattern.toLowerCase(), action.toLowerCase())
}
