import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns'
import { resourceAddress } from '../aws/address.js'
import type { AwsOptions } from '../aws/options.js'
import { openPublishTopic, type PublishTopic } from '../aws/publish.js'
import { openTopics } from '../aws/sns.js'
import { batchSent, failedCall } from './answers.js'
import { fifoFields, messageAttributes, messageBytes, refusedMessage } from './message.js'
import type { Fan, OpenSink, Sink } from './sink.js'

/** Unless the topic says more. */
const USUAL_BYTES = 262_144
/** A topic may have millions, and a plan names a few. */
const MOST_FANS = 1_000
const iamActions = ['sns:GetTopicAttributes', 'sns:Publish']

type Message = Omit<PublishBatchRequestEntry, 'Id'>

/** Topics, standard and FIFO. */
export const sns: Sink = {
  name: 'sns',
  writes: 'sns://topic, or its ARN',
  order: 'A FIFO topic keeps the order of each key, which is its message group; others keep none.',
  repeated:
    'Where an answer is lost, a message is sent again: a FIFO topic drops the second within 5 ' +
    'minutes, of another topic subscribers may get both.',
  cost: 'A request for each 64 KB of messages, and what its subscriptions deliver.',
  ...{ marks: 'attribute', callMs: 20 },
  iamActions,
  async open(address, { aws, signal }) {
    const named = resourceAddress(address)
    if (named?.service !== 'sns') throw new Error(`no topic: ${address}`)
    const topic = await openPublishTopic(named, { ...aws, signal, needs: iamActions })
    return { ...opened(topic), fans: () => subscriptionsOf(topic.arn, aws) }
  },
}

/** By what is subscribed, or where that is somebody's address, by the subscription. */
async function subscriptionsOf(topicArn: string, aws: AwsOptions): Promise<Fan[]> {
  const region = topicArn.split(':')[3]
  const topics = await openTopics({ ...aws, region }, ['sns:ListSubscriptionsByTopic'])
  const fans: Fan[] = []
  for await (const { Endpoint = '', Protocol = '', SubscriptionArn = '' } of topics.subscriptions(
    topicArn,
  )) {
    const last = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1)
    const name = Endpoint.startsWith('arn:')
      ? last(Endpoint)
      : `${Protocol} ${last(SubscriptionArn)}`
    fans.push({ name })
    if (fans.length === MOST_FANS) break
  }
  return fans
}

function opened(topic: PublishTopic): OpenSink<Message> {
  const { arn, attributes } = topic
  const isFifo = attributes['FifoTopic'] === 'true'
  const [, , , region = '', , name = ''] = arn.split(':')
  const most = Number(attributes['MaximumMessageSize']) || USUAL_BYTES
  return {
    arn,
    target: `the ${isFifo ? 'FIFO topic' : 'topic'} ${name} in ${region}`,
    limits: { entries: 10, entryBytes: most, batchBytes: most },
    keepsOrder: isFifo,
    price: { per: 'call', unitBytes: 65_536, usdPerMillion: 0.5 },
    prepare(entry) {
      const refused = refusedMessage(entry, isFifo)
      if (refused !== undefined) return { refused }
      const fifo = isFifo ? fifoFields(entry) : {}
      const message = { Message: entry.body, ...messageAttributes(entry), ...fifo }
      return { message, sizeBytes: messageBytes(entry) }
    },
    async send(batch, signal) {
      try {
        const entries = batch.map((message, n) => ({ Id: `${n}`, ...message }))
        return batchSent(await topic.publishBatch(entries, signal), batch.length)
      } catch (error) {
        const call = { action: 'sns:Publish', on: `the topic ${name}`, signal }
        return failedCall(error, batch.length, { ...call, region: async () => region })
      }
    },
    close: () => topic.close(),
  }
}
