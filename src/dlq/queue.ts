import type { AwsOptions } from '../aws/options.js'
import type { OpenQueue, QueueAttributes } from '../aws/queue.js'
import { type OpenSqs, openSqs } from '../aws/sqs.js'
import type { Config } from '../config/config.js'
import { EvtError } from '../errors.js'
import type { GivenSources } from '../reading/named-sources.js'
import { natureOf, type QueueNature } from '../taps/queue-consents.js'
import { lettersNamed, type NamedLetters, takesQueue } from './named.js'
import type { QueueFacts, SourceQueue } from './result.js'

/** A queue of dead letters that was found. */
export interface FoundQueue {
  /** As it was named. */
  readonly source: string
  readonly config: Config
  readonly sqs: OpenSqs
  readonly queue: OpenQueue
  readonly nature: QueueNature
  readonly facts: QueueFacts
  readonly from: readonly SourceQueue[] | null
}

export interface QueueRequest extends GivenSources {
  readonly aws: AwsOptions
  readonly signal: AbortSignal
  onNote(text: string): void
}

/** Asks SQS of a queue without a look at a message.
 * @throws EvtError `usage` where what was named is no queue, or not there */
export async function findQueue(
  request: QueueRequest,
  needs: readonly string[],
): Promise<FoundQueue> {
  return queueAt(await lettersNamed(request), request, needs)
}

/** The same for what was named. */
export async function queueAt(
  { source, config, named }: NamedLetters,
  { aws, signal, onNote }: QueueRequest,
  needs: readonly string[],
): Promise<FoundQueue> {
  if (named?.service !== 'sqs') {
    throw new EvtError(`${source} is no queue`, { code: 'usage', hint: takesQueue })
  }
  const sqs = await openSqs({ ...aws, needs, signal }, named)
  const queue = await sqs.queue(named)
  const attributes = await queue.attributes()
  const found = { source, config, sqs, queue, nature: natureOf(attributes) }
  const from = await sourcesOf(queue, sqs).catch((error: unknown) => {
    if (!(error instanceof EvtError) || error.code !== 'outside') throw error
    onNote(`${error.message}: which queues it is the dead-letter queue of is not known`)
    return null
  })
  return { ...found, facts: factsOf(queue, attributes), from }
}

async function sourcesOf(queue: OpenQueue, sqs: OpenSqs): Promise<SourceQueue[]> {
  const urls = await queue.sources()
  const asked = urls.map(async (url) => {
    const name = url.slice(url.lastIndexOf('/') + 1)
    const unknown = { name, arn: null, maxReceiveCount: null }
    const one = await sqs.queue({ name, arn: undefined, url })
    // A queue that is gone since is still told of for a while.
    const attributes = await one.attributes().catch(() => undefined)
    if (!attributes) return unknown
    const { maxReceives } = natureOf(attributes)
    return { name, arn: attributes.QueueArn ?? null, maxReceiveCount: maxReceives }
  })
  const found = await Promise.all(asked)
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function factsOf(queue: OpenQueue, attributes: QueueAttributes): QueueFacts {
  const { isFifo, maxReceives } = natureOf(attributes)
  const retentionS = attributes.MessageRetentionPeriod
  return {
    ...{ name: queue.name, arn: attributes.QueueArn ?? '', fifo: isFifo },
    visible: Number(attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    retentionMs: retentionS === undefined ? null : Number(retentionS) * 1_000,
    maxReceiveCount: maxReceives,
  }
}
