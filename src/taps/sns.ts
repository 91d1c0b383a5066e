import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { callerOf } from '../aws/caller.js'
import { ofSdk } from '../aws/failure.js'
import { ownName } from '../aws/own-resources.js'
import { type NewSubscription, openTopics, type Topics } from '../aws/sns.js'
import { openSqs } from '../aws/sqs.js'
import { EvtError } from '../errors.js'
import { filterPolicy } from './filter-policy.js'
import { checkPresent } from './only-from-now.js'
import { OwnThings } from './own-things.js'
import { received } from './received.js'
import type { Tap, TapOptions } from './tap.js'
import { type TemporaryQueue, temporaryQueue } from './temporary-queue.js'

/**
 * A topic, through a queue of evt's own that is subscribed to it: what others receive stays as it
 * is. The queue of a FIFO topic is a FIFO queue, so each group keeps its order. Delivery is not
 * raw: SNS's own id and time of publishing are kept.
 */
export const tap: Tap = {
  name: 'sns',
  reads: 'topics of SNS, standard and FIFO: sns://orders, sns://orders.fifo, ARNs',
  safety: 'observe',
  missed:
    'What was published before the subscription was there; what evt does not take within an ' +
    'hour. With --filter, as far as SNS can choose by it, also messages whose body is no JSON or ' +
    'wraps its events once more.',
  repeated: 'What SNS delivers twice, as it does to others; a copy made by the queue is left out.',
  cost:
    'A queue and a subscription (one of 200 filter policies of the topic, with --filter), named ' +
    'evt-tap- and removed at the end; requests of SQS, one for ten messages or 20 s.',
  iamActions: [
    'sns:GetTopicAttributes',
    'sns:Subscribe',
    'sns:Unsubscribe',
    'sns:ListSubscriptionsByTopic',
    'sqs:CreateQueue',
    'sqs:TagQueue',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:DeleteQueue',
  ],
  resumed: 'None can: SNS keeps nothing, and the queue of evt ends with it.',
  async *open(address, options) {
    const topic = topicOf(address)
    const place = `sns://${topic.name}`
    checkPresent(place, options)
    const { signal, onNote } = options
    const aws = { ...options.aws, region: options.aws.region ?? topic.region }
    const caller = await callerOf(aws, signal)
    const { partition, region, account } = caller
    const topicArn = topic.arn ?? `arn:${partition}:sns:${region}:${account}:${topic.name}`
    const topics = await openTopics(aws, tap.iamActions)
    await topics.check(topicArn, signal)
    const things = new OwnThings(caller.arn, onNote)
    try {
      // What changes something is not cut short, so that it is known what there is to undo.
      const never = new AbortController().signal
      const sqs = await openSqs({ ...aws, needs: tap.iamActions, signal: never })
      const name = `${ownName()}${topic.name.endsWith('.fifo') ? '.fifo' : ''}`
      const sender = { service: 'sns', arn: topicArn } as const
      const own = await temporaryQueue(sqs, things, { name, caller, sender })
      if (!signal.aborted) await subscribed(topics, things, { topicArn, own, place, options })
      if (signal.aborted) return
      onNote(`${place}: what is published from now on, through the queue ${name}`)
      options.onReady?.()
      yield* received(own.queue, place, options)
    } finally {
      await things.remove()
    }
  },
}

function topicOf(address: string): ResourceAddress {
  const topic = resourceAddress(address)
  if (topic && /^[\w-]{1,256}$/.test(topic.name.replace(/\.fifo$/, ''))) return topic
  throw new EvtError(`${address} is no topic of SNS`, {
    code: 'usage',
    hint: 'write sns://NAME or arn:aws:sns:REGION:ACCOUNT:NAME',
  })
}

interface Wanted {
  topicArn: string
  own: TemporaryQueue
  place: string
  options: TapOptions
}

/** Subscribes with what SNS can say of `--filter`; where SNS does not take it, to everything. */
async function subscribed(topics: Topics, things: OwnThings, wanted: Wanted): Promise<void> {
  const { topicArn, own, place, options } = wanted
  const policy = options.filter === undefined ? undefined : filterPolicy(options.filter.json)
  const subscription = { topicArn, queueArn: own.arn, filterPolicy: policy }
  try {
    await subscribe(topics, things, subscription)
    if (policy === undefined) return
    options.onNote(
      `${place}: SNS chooses by --filter; messages whose body is no JSON, or wraps its events ` +
        'once more, are not seen',
    )
  } catch (error) {
    const failure = ofSdk(error)
    if (policy === undefined || !(failure instanceof Error) || !isOfPolicy(failure)) throw error
    options.onNote(`${place}: SNS does not take --filter, evt chooses: ${failure.message}`)
    await subscribe(topics, things, { ...subscription, filterPolicy: undefined })
  }
}

function isOfPolicy({ name, message }: Error): boolean {
  return name === 'FilterPolicyLimitExceededException' || /filter ?policy/i.test(message)
}

async function subscribe(
  topics: Topics,
  things: OwnThings,
  subscription: NewSubscription,
): Promise<void> {
  const { topicArn, queueArn } = subscription
  const arn = await things.make(`the subscription of ${queueArn.split(':').at(-1)}`, {
    make: () => topics.subscribe(subscription),
    async remove(made) {
      if (made !== undefined) return topics.unsubscribe(made)
      for await (const { Endpoint, SubscriptionArn = '' } of topics.subscriptions(topicArn)) {
        // One that waits to be confirmed has no ARN yet, and goes by itself.
        if (Endpoint === queueArn && SubscriptionArn.startsWith('arn:')) {
          await topics.unsubscribe(SubscriptionArn)
        }
      }
    },
  })
  if (arn !== undefined) return
  throw new EvtError(`the subscription to ${topicArn} waits to be confirmed`, {
    code: 'outside',
    hint: 'the owner of the queue has to be who subscribes: use credentials of one account',
  })
}
