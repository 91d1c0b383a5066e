import type { SQSClient } from '@aws-sdk/client-sqs'
import type { ResourceAddress } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'
import { type OpenQueue, openedQueue, type QueueAttributes, type Sent } from './queue.js'
import { type QueueMoves, queueMoves } from './queue-moves.js'
import { answerStep, ServerClock } from './server-clock.js'

export interface SqsOptions extends AwsOptions {
  /** Everything that IAM has to allow for what is to be done, for who is told that it does not. */
  needs: readonly string[]
  /** Ends every call that is given no signal of its own. */
  signal: AbortSignal
  /** How often the SDK tries a call by itself; as usual if unsaid. */
  maxAttempts?: number | undefined
}

/** SQS of one account and region; each call throws an EvtError that says what failed. */
export interface OpenSqs {
  /** The queue that an address names; SQS is asked for its URL unless the address says it. */
  queue(address: Pick<ResourceAddress, 'name' | 'arn' | 'url'>): Promise<OpenQueue>
  create(
    name: string,
    made: { attributes: QueueAttributes; tags: Record<string, string> },
  ): Promise<OpenQueue>
  /** Those whose names begin so. */
  list(prefix: string): Promise<OpenQueue[]>
  readonly moves: QueueMoves
  /** SQS's clock as its answers tell it, at the end of the second that they name; undefined before
   * the first. */
  nowMs(): number | undefined
}

/** @param address whose region and host count where nothing else says them */
export async function openSqs(
  options: SqsOptions,
  address?: Pick<ResourceAddress, 'region' | 'url'>,
): Promise<OpenSqs> {
  const endpointUrl = options.endpointUrl ?? emulatorOf(address?.url)
  const region = options.region ?? address?.region
  const sdk = await import('@aws-sdk/client-sqs')
  const client = new sdk.SQSClient({
    ...clientSettings({ ...options, region, endpointUrl }),
    ...(options.maxAttempts === undefined ? {} : { maxAttempts: options.maxAttempts }),
    // An emulator may not know the host that it is reached by, and says another.
    useQueueUrlAsEndpoint: false,
    // A body that was changed on its way is told of by the decoder, and is no reason to stop.
    md5: false,
  })
  const clock = new ServerClock()
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call)
      clock.see(answer.response)
      return answer
    },
    answerStep,
  )
  const send = senderOf(client, options)
  const opened = (url: string) => openedQueue(sdk, send, url)
  return {
    moves: queueMoves(sdk, send),
    nowMs() {
      const second = clock.nowMs()
      return second === undefined ? undefined : second + 1_000
    },
    async queue({ name, arn, url }) {
      if (url !== undefined) return opened(url)
      const owner = arn?.split(':')[4]
      const found = await send<{ QueueUrl?: string }>(
        new sdk.GetQueueUrlCommand({
          QueueName: name,
          ...(owner ? { QueueOwnerAWSAccountId: owner } : {}),
        }),
        { action: 'sqs:GetQueueUrl', name },
      )
      return opened(found.QueueUrl ?? '')
    },
    async create(name, { attributes, tags }) {
      const made = await send<{ QueueUrl?: string }>(
        new sdk.CreateQueueCommand({ QueueName: name, Attributes: attributes, tags }),
        { action: 'sqs:CreateQueue', name },
      )
      return opened(made.QueueUrl ?? '')
    },
    async list(prefix) {
      const found: OpenQueue[] = []
      for (let token: string | undefined; ; ) {
        const page: { QueueUrls?: string[]; NextToken?: string } = await send(
          new sdk.ListQueuesCommand({
            QueueNamePrefix: prefix,
            MaxResults: 1_000,
            NextToken: token,
          }),
          { action: 'sqs:ListQueues', name: `${prefix}*` },
        )
        found.push(...(page.QueueUrls ?? []).map(opened))
        if (!page.NextToken) return found
        token = page.NextToken
      }
    },
  }
}

function senderOf(client: SQSClient, { needs, signal: whole }: SqsOptions): Sent {
  return async (command, { action, name, signal = whole }) => {
    try {
      // The client's own type is one signature for each of some twenty commands.
      const answer = await client.send(command as never, { abortSignal: signal })
      return answer as never
    } catch (error) {
      const call = { action, on: `the queue ${name}`, needs, signal }
      throw await awsFailure(error, { ...call, region: client.config.region })
    }
  }
}

/** The host of a queue's URL where that is none of AWS. */
function emulatorOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const { origin, hostname } = new URL(url)
  return /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(hostname) ? undefined : origin
}
