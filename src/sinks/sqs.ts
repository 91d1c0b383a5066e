import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { resourceAddress } from '../aws/address.js'
import { type OpenSqs, openSqs } from '../aws/sqs.js'
import { batchSent, failedCall } from './answers.js'
import { fifoFields, messageAttributes, messageBytes, refusedMessage } from './message.js'
import type { OpenSink, Sink } from './sink.js'

const MEBIBYTE = 1_048_576
const iamActions = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:SendMessage']

type Message = Omit<SendMessageBatchRequestEntry, 'Id'>
type Queue = Awaited<ReturnType<OpenSqs['queue']>>

/** Queues, standard and FIFO. */
export const sqs: Sink = {
  name: 'sqs',
  writes: 'sqs://queue, its ARN or URL',
  order: 'A FIFO queue keeps the order of each key, which is its message group; others keep none.',
  repeated:
    'Where an answer is lost, a message is sent again: a FIFO queue drops the second within 5 ' +
    'minutes, another queue may have both.',
  cost: 'A request for up to 10 messages, and one more for each 64 KB of them.',
  ...{ marks: 'attribute', callMs: 20 },
  iamActions,
  async open(address, { aws, signal }) {
    const named = resourceAddress(address)
    if (named?.service !== 'sqs') throw new Error(`no queue: ${address}`)
    // Calls are counted by who sends, who tries again.
    const service = await openSqs({ ...aws, needs: iamActions, signal, maxAttempts: 1 }, named)
    const queue = await service.queue(named)
    return opened(queue, await queue.attributes())
  },
}

function opened(
  queue: Queue,
  attributes: Awaited<ReturnType<Queue['attributes']>>,
): OpenSink<Message> {
  const { QueueArn = '', FifoQueue, MaximumMessageSize } = attributes
  const isFifo = FifoQueue === 'true'
  const region = QueueArn.split(':')[3] || 'an unknown region'
  return {
    arn: QueueArn,
    target: `the ${isFifo ? 'FIFO queue' : 'queue'} ${queue.name} in ${region}`,
    limits: {
      entries: 10,
      entryBytes: Number(MaximumMessageSize) || MEBIBYTE,
      batchBytes: MEBIBYTE,
    },
    keepsOrder: isFifo,
    price: { per: 'call', unitBytes: 65_536, usdPerMillion: isFifo ? 0.5 : 0.4 },
    prepare(entry) {
      const refused = refusedMessage(entry, isFifo)
      if (refused !== undefined) return { refused }
      const fifo = isFifo ? fifoFields(entry) : {}
      const message = { MessageBody: entry.body, ...messageAttributes(entry), ...fifo }
      return { message, sizeBytes: messageBytes(entry) }
    },
    async send(batch, signal) {
      try {
        const entries = batch.map((message, n) => ({ Id: `${n}`, ...message }))
        return batchSent(await queue.sendBatch(entries, signal), batch.length)
      } catch (error) {
        const on = `the queue ${queue.name}`
        const call = { action: 'sqs:SendMessage', on, region: async () => region, signal }
        return failedCall(error, batch.length, call)
      }
    },
    close: () => {},
  }
}
