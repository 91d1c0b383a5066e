import type { Caller } from '../aws/caller.js'
import { isMissing } from '../aws/failure.js'
import { tagsOf } from '../aws/own-resources.js'
import type { OpenQueue, QueueAttributes } from '../aws/queue.js'
import type { OpenSqs } from '../aws/sqs.js'
import type { OwnThings } from './own-things.js'

/** What evt does not receive for an hour is gone. */
const KEPT_SECONDS = 3_600
const HIDDEN_SECONDS = 60

export interface TemporaryQueue {
  readonly queue: OpenQueue
  readonly arn: string
}

export interface QueuePlan {
  readonly name: string
  readonly caller: Caller
  /** The one topic or rule that may send to it. */
  readonly sender: { readonly service: 'sns' | 'events'; readonly arn: string }
}

/** A queue of one tap's own. Who may send to it, who made it and until when stand in the one call
 * that makes it, so that there is none without. */
export async function temporaryQueue(
  sqs: OpenSqs,
  things: OwnThings,
  plan: QueuePlan,
): Promise<TemporaryQueue> {
  const { name } = plan
  const arn = queueArn(plan)
  const queue = await things.make(`the queue ${name}`, {
    make: () => {
      const attributes = attributesOf(arn, plan)
      return sqs.create(name, { attributes, tags: tagsOf(things.ownership()) })
    },
    remove: (made) => removed(async () => made ?? (await sqs.queue({ name, ...unsaid }))),
  })
  things.onRenewal(() => queue.tag(tagsOf(things.ownership())))
  return { queue, arn }
}

const unsaid = { arn: undefined, url: undefined }

export function queueArn({ name, caller }: Pick<QueuePlan, 'name' | 'caller'>): string {
  return `arn:${caller.partition}:sqs:${caller.region}:${caller.account}:${name}`
}

async function removed(queue: () => Promise<OpenQueue>): Promise<void> {
  try {
    await (await queue()).remove()
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function attributesOf(arn: string, { name, sender }: QueuePlan): QueueAttributes {
  const isFifo = name.endsWith('.fifo')
  return {
    MessageRetentionPeriod: String(KEPT_SECONDS),
    VisibilityTimeout: String(HIDDEN_SECONDS),
    SqsManagedSseEnabled: 'true',
    Policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: `${sender.service}.amazonaws.com` },
          Action: 'sqs:SendMessage',
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': sender.arn } },
        },
      ],
    }),
    // As fast as the topic is: limits are those of each group. A topic that takes its ids from the
    // content sends them along, or none; what SNS wraps is never the same twice.
    ...(isFifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    }),
  }
}
