import { type Caller, callerOf } from '../aws/caller.js'
import { openRules, type Rules } from '../aws/eventbridge.js'
import { isMissing } from '../aws/failure.js'
import type { AwsOptions } from '../aws/options.js'
import { isOwnName, OWN_PREFIX, type Ownership, ownershipOf } from '../aws/own-resources.js'
import type { OpenQueue } from '../aws/queue.js'
import { openTopics, type Topics } from '../aws/sns.js'
import { type OpenSqs, openSqs } from '../aws/sqs.js'
import { openConsumers, type StreamConsumers } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import type { Leftover, Survey } from './leftover.js'

/** What of IAM it takes to find everything and to remove it. */
const iamActions = [
  'sqs:ListQueues',
  'sqs:ListQueueTags',
  'sqs:GetQueueUrl',
  'sqs:DeleteQueue',
  'sns:ListSubscriptions',
  'sns:Unsubscribe',
  'events:ListEventBuses',
  'events:ListRules',
  'events:ListTagsForResource',
  'events:ListTargetsByRule',
  'events:RemoveTargets',
  'events:DeleteRule',
  'kinesis:ListStreams',
  'kinesis:ListStreamConsumers',
  'kinesis:ListTagsForResource',
  'kinesis:DeregisterStreamConsumer',
] as const

/** A subscription to a queue that is named as evt's are. */
interface Subscribed {
  readonly arn: string
  readonly queue: string
  readonly topic: string
}

/**
 * What taps left in an account and region: by its name and its tags, so that nothing of anybody
 * else is taken for it. Subscriptions have no tags: they go with their queue, and when that is
 * gone. A service that cannot be asked is a gap, and the others are looked at all the same.
 */
export async function leftInAccount(
  aws: AwsOptions,
  { signal, nowMs }: { signal: AbortSignal; nowMs: number },
): Promise<Survey> {
  const caller = await callerOf(aws, signal)
  const topics = await openTopics(aws, iamActions)
  const rules = await openRules(aws, iamActions)
  const never = new AbortController().signal
  const sqs = await openSqs({ ...aws, needs: iamActions, signal: never })
  const gaps: EvtError[] = []
  // Subscriptions come first: the queue of one that is listed here was made before.
  const subscribed = await orGap(gaps, 'subscriptions', () => subscriptionsOf(topics, caller))
  const owned = await orGap(gaps, 'queues', () => ownedQueues(sqs))
  const ofRules = await orGap(gaps, 'rules', () => ownedRules(rules, nowMs))
  const ofTopics = await orGap(gaps, 'the queues of subscriptions', () =>
    leftSubscriptions(subscribed, { topics, sqs, owned, nowMs }),
  )
  const consumers = await openConsumers(aws, iamActions)
  const ofStreams = await orGap(gaps, 'the consumers of streams', () =>
    ownedConsumers(consumers, caller, nowMs),
  )
  return {
    where: `account ${caller.account}, region ${caller.region}`,
    found: [
      ...ofTopics,
      ...ofRules,
      ...ofStreams,
      ...owned.map((queue) => leftQueue(queue, nowMs)),
    ],
    gaps,
  }
}

/** What is found; nothing, and a gap, where it cannot be looked for. */
async function orGap<T>(gaps: EvtError[], what: string, find: () => Promise<T[]>): Promise<T[]> {
  try {
    return await find()
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    const { message, code, hint } = error
    gaps.push(new EvtError(`cannot look for ${what}: ${message}`, { code, hint, cause: error }))
    return []
  }
}

async function subscriptionsOf(topics: Topics, caller: Caller): Promise<Subscribed[]> {
  // Whether a queue elsewhere is still there cannot be told.
  const here = `arn:${caller.partition}:sqs:${caller.region}:${caller.account}:`
  const found: Subscribed[] = []
  for await (const {
    Endpoint = '',
    SubscriptionArn: arn = '',
    TopicArn,
  } of topics.subscriptions()) {
    const queue = Endpoint.startsWith(here) ? Endpoint.slice(here.length) : ''
    // One that waits to be confirmed has no ARN yet, and goes by itself.
    if (!isOwnName(queue) || !arn.startsWith('arn:')) continue
    found.push({ arn, queue, topic: TopicArn?.split(':').at(-1) ?? '' })
  }
  return found
}

interface OwnedQueue {
  readonly queue: OpenQueue
  readonly ownership: Ownership
}

async function ownedQueues(sqs: OpenSqs): Promise<OwnedQueue[]> {
  const found: OwnedQueue[] = []
  for (const queue of await sqs.list(OWN_PREFIX)) {
    if (!isOwnName(queue.name)) continue
    const ownership = ownershipOf(await unlessGone(queue.tags(), {}))
    if (ownership) found.push({ queue, ownership })
  }
  return found
}

async function leftSubscriptions(
  subscribed: readonly Subscribed[],
  from: { topics: Topics; sqs: OpenSqs; owned: readonly OwnedQueue[]; nowMs: number },
): Promise<Leftover[]> {
  const { topics, sqs, owned, nowMs } = from
  const found: Leftover[] = []
  for (const { arn, queue: name, topic } of subscribed) {
    const own = owned.find(({ queue }) => queue.name === name)
    // A list of queues may be older than one that was made just now.
    if (!own && (await isThere(sqs, name))) continue
    found.push({
      ...{ kind: 'subscription', name, of: topic },
      ...(own ? ownedBy(own.ownership, nowMs) : ofNobody),
      remove: () => topics.unsubscribe(arn),
    })
  }
  return found
}

async function isThere(sqs: OpenSqs, name: string): Promise<boolean> {
  const queue = sqs.queue({ name, arn: undefined, url: undefined })
  return (await unlessGone<OpenQueue | undefined>(queue, undefined)) !== undefined
}

async function ownedRules(rules: Rules, nowMs: number): Promise<Leftover[]> {
  const found: Leftover[] = []
  for await (const { Name: bus = '' } of rules.buses()) {
    for await (const { Name: rule = '', Arn: arn = '' } of rules.named(OWN_PREFIX, bus)) {
      const ownership = isOwnName(rule) ? ownershipOf(await rules.tagsOf(arn)) : undefined
      if (!ownership) continue
      found.push({
        ...{ kind: 'rule', name: rule, of: bus },
        ...ownedBy(ownership, nowMs),
        async remove() {
          const ids = await rules.targetIds({ bus, rule })
          if (ids.length > 0) await rules.removeTargets({ bus, rule }, ids)
          await rules.remove({ bus, rule })
        },
      })
    }
  }
  return found
}

async function ownedConsumers(
  consumers: StreamConsumers,
  { partition, region, account }: Caller,
  nowMs: number,
): Promise<Leftover[]> {
  const found: Leftover[] = []
  for await (const stream of consumers.streams()) {
    const streamArn = `arn:${partition}:kinesis:${region}:${account}:stream/${stream}`
    for await (const { ConsumerName = '', ConsumerARN: arn = '' } of consumers.of(streamArn)) {
      const isOwn = isOwnName(ConsumerName)
      const ownership = isOwn ? ownershipOf(await unlessGone(consumers.tagsOf(arn), {})) : undefined
      if (!ownership) continue
      found.push({
        ...{ kind: 'consumer', name: ConsumerName, of: stream },
        ...ownedBy(ownership, nowMs),
        remove: () => consumers.remove(arn),
      })
    }
  }
  return found
}

function leftQueue({ queue, ownership }: OwnedQueue, nowMs: number): Leftover {
  return {
    ...{ kind: 'queue', name: queue.name, of: null },
    ...ownedBy(ownership, nowMs),
    remove: () => unlessGone(queue.remove(), undefined),
  }
}

function ownedBy({ owner, expiresMs }: Ownership, nowMs: number) {
  return { owner, expiresMs, isExpired: expiresMs <= nowMs }
}

const ofNobody = { owner: null, expiresMs: null, isExpired: true }

async function unlessGone<T>(call: Promise<T>, otherwise: T): Promise<T> {
  return call.catch((error) => {
    if (isMissing(error)) return otherwise
    throw error
  })
}
