import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import type { Message, OpenQueue } from '../aws/queue.js'
import { batchSent, failedCall } from '../sinks/answers.js'
import { fifoFields } from '../sinks/message.js'
import type { OpenSink, SinkEntry } from '../sinks/sink.js'

const MEBIBYTE = 1_048_576

/** A dead letter that is to be sent. */
export interface MoveEntry extends SinkEntry {
  readonly letter: Message
}

/** A queue that gets messages as they were: with all their attributes, in their group. */
export async function queueTarget(queue: OpenQueue): Promise<OpenSink> {
  const { QueueArn: arn = '', FifoQueue, MaximumMessageSize } = await queue.attributes()
  const isFifo = FifoQueue === 'true'
  const region = arn.split(':')[3] || 'an unknown region'
  return {
    arn,
    target: `the ${isFifo ? 'FIFO queue' : 'queue'} ${queue.name} in ${region}`,
    limits: {
      ...{ entries: 10, batchBytes: MEBIBYTE },
      entryBytes: Number(MaximumMessageSize) || MEBIBYTE,
    },
    keepsOrder: isFifo,
    prepare(entry) {
      const { letter } = entry as MoveEntry
      if (isFifo && entry.key === null) return { refused: 'it has no group, nor a key for one' }
      const { Body, MessageAttributes, Attributes } = letter
      const tenant = Attributes?.MessageGroupId
      const group = isFifo ? fifoFields(entry) : tenant && { MessageGroupId: tenant }
      const message = { MessageBody: Body, MessageAttributes, ...group, ...traced(letter) }
      return { message, sizeBytes: Buffer.byteLength(entry.body) + attributeBytes(letter) }
    },
    async send(batch, signal) {
      try {
        const entries = batch.map((message, n) => ({
          // Made by `prepare`.
          ...(message as Omit<SendMessageBatchRequestEntry, 'Id'>),
          Id: `${n}`,
        }))
        return batchSent(await queue.sendBatch(entries, signal), batch.length)
      } catch (error) {
        const call = { action: 'sqs:SendMessage', on: `the queue ${queue.name}`, signal }
        return failedCall(error, batch.length, { ...call, region: async () => region })
      }
    },
    close: () => {},
  }
}

/** What SQS itself keeps for X-Ray, which counts as no bytes. */
function traced({
  Attributes,
}: Message): Pick<SendMessageBatchRequestEntry, 'MessageSystemAttributes'> {
  const header = Attributes?.AWSTraceHeader
  if (header === undefined || header === '') return {}
  const AWSTraceHeader = { DataType: 'String', StringValue: header }
  return { MessageSystemAttributes: { AWSTraceHeader } }
}

function attributeBytes({ MessageAttributes = {} }: Message): number {
  let bytes = 0
  for (const [name, one] of Object.entries(MessageAttributes)) {
    const { DataType = '', StringValue = '', BinaryValue } = one
    bytes += Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.length ?? 0)
  }
  return bytes
}
