import type {
  Message,
  QueueAttributeName,
  SendMessageBatchCommandOutput,
  SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs'

export type { Message }
export type QueueAttributes = Partial<Record<QueueAttributeName, string>>

/** Sends a command; `signal` instead of that of the client. */
export type Sent = <Answer>(
  command: object,
  call: { action: string; name: string; signal?: AbortSignal | undefined },
) => Promise<Answer>

/** A message of a batch that was not done, and why. */
export interface Refused {
  readonly message: Message
  readonly reason: string
  /** Whether it may be done if it is tried again. */
  readonly isTemporary: boolean
}

interface ReceiveOptions {
  /** How long SQS waits for a message where there is none: at most 20. */
  waitSeconds: number
  /** How long others do not receive what is received; undefined: as the queue has it. */
  hiddenSeconds?: number | undefined
  signal?: AbortSignal | undefined
}

/** A queue of SQS. Each call throws an EvtError that says what failed. */
export interface OpenQueue {
  readonly name: string
  readonly url: string
  attributes(): Promise<QueueAttributes>
  setAttributes(attributes: QueueAttributes): Promise<void>
  tags(): Promise<Readonly<Record<string, string>>>
  /** The URLs of the queues whose dead letters it gets. */
  sources(): Promise<string[]>
  /** Adds to them, or says other values. */
  tag(tags: Readonly<Record<string, string>>): Promise<void>
  /** Ten messages at most, with all that SQS knows of them. */
  receive(options: ReceiveOptions): Promise<Message[]>
  /** Ten messages at most; what became of each. */
  sendBatch(
    entries: readonly SendMessageBatchRequestEntry[],
    signal: AbortSignal,
  ): Promise<SendMessageBatchCommandOutput>
  /** Ten messages at most; those that SQS refuses. */
  deleteBatch(messages: readonly Message[], signal?: AbortSignal): Promise<Refused[]>
  /** The same; 0 seconds give them back. */
  changeVisibilityBatch(
    messages: readonly Message[],
    seconds: number,
    signal?: AbortSignal,
  ): Promise<Refused[]>
  /** The queue itself, with all that is in it. */
  remove(signal?: AbortSignal): Promise<void>
}

/** What one receive, delete or change of SQS takes. */
export const MOST_IN_BATCH = 10

type Sdk = typeof import('@aws-sdk/client-sqs')

export function openedQueue(sdk: Sdk, send: Sent, url: string): OpenQueue {
  const name = url.slice(url.lastIndexOf('/') + 1)
  const call = (action: string, signal?: AbortSignal) => ({ action: `sqs:${action}`, name, signal })
  const queue = { QueueUrl: url }
  return {
    ...{ name, url },
    async attributes() {
      const command = new sdk.GetQueueAttributesCommand({ ...queue, AttributeNames: ['All'] })
      const found = await send<{ Attributes?: QueueAttributes }>(
        command,
        call('GetQueueAttributes'),
      )
      return found.Attributes ?? {}
    },
    async setAttributes(attributes) {
      const command = new sdk.SetQueueAttributesCommand({ ...queue, Attributes: attributes })
      await send(command, call('SetQueueAttributes'))
    },
    async tags() {
      const command = new sdk.ListQueueTagsCommand(queue)
      const found = await send<{ Tags?: Record<string, string> }>(command, call('ListQueueTags'))
      return found.Tags ?? {}
    },
    sources: () =>
      allSources((token) => {
        const asked = { ...queue, MaxResults: 1_000, NextToken: token }
        const command = new sdk.ListDeadLetterSourceQueuesCommand(asked)
        return send(command, call('ListDeadLetterSourceQueues'))
      }),
    async tag(tags) {
      await send(new sdk.TagQueueCommand({ ...queue, Tags: { ...tags } }), call('TagQueue'))
    },
    async receive({ waitSeconds, hiddenSeconds, signal }) {
      const command = new sdk.ReceiveMessageCommand({
        ...queue,
        MaxNumberOfMessages: MOST_IN_BATCH,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: hiddenSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      })
      const found = await send<{ Messages?: Message[] }>(command, call('ReceiveMessage', signal))
      return found.Messages ?? []
    },
    async sendBatch(entries, signal) {
      const command = new sdk.SendMessageBatchCommand({ ...queue, Entries: [...entries] })
      return send(command, call('SendMessage', signal))
    },
    async deleteBatch(messages, signal) {
      const command = new sdk.DeleteMessageBatchCommand({ ...queue, Entries: entriesOf(messages) })
      return refusedOf(messages, await send(command, call('DeleteMessage', signal)))
    },
    async changeVisibilityBatch(messages, seconds, signal) {
      const entries = entriesOf(messages).map((one) => ({ ...one, VisibilityTimeout: seconds }))
      const command = new sdk.ChangeMessageVisibilityBatchCommand({ ...queue, Entries: entries })
      return refusedOf(messages, await send(command, call('ChangeMessageVisibility', signal)))
    },
    async remove(signal) {
      await send(new sdk.DeleteQueueCommand(queue), call('DeleteQueue', signal))
    },
  }
}

async function allSources(
  page: (token: string | undefined) => Promise<{ queueUrls?: string[]; NextToken?: string }>,
): Promise<string[]> {
  const found: string[] = []
  let token: string | undefined
  do {
    const { queueUrls = [], NextToken } = await page(token)
    found.push(...queueUrls)
    token = NextToken
  } while (token)
  return found
}

/** Numbered, as one message may be there twice. */
function entriesOf(messages: readonly Message[]) {
  return messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }))
}

interface BatchAnswer {
  Failed?: { Id?: string; Code?: string; Message?: string; SenderFault?: boolean }[]
}

function refusedOf(messages: readonly Message[], { Failed = [] }: BatchAnswer): Refused[] {
  return Failed.flatMap(({ Id, Code, Message, SenderFault }) => {
    const message = messages[Number(Id)]
    const reason = Code ?? Message ?? 'no reason is given'
    return message ? [{ message, reason, isTemporary: SenderFault !== true }] : []
  })
}
