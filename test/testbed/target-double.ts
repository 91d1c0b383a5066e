import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { bodyOf } from './body.js'

/** What a target took, in the order in which it came. */
export interface Taken {
  readonly messageId: string
  readonly body: string
  readonly group: string
  /** By which a FIFO queue knows what it has already; the body's own hash in a stream. */
  readonly dedupe: string
  readonly attributes: Record<string, { StringValue: string }>
}

/** What may happen to a call. */
type Happening = 'entry' | 'throttle' | 'cut' | 'lost' | undefined

interface Entry {
  readonly id: string
  readonly body: string
  readonly group: string
  readonly dedupe: string
  readonly attributes: Taken['attributes']
}

/**
 * A FIFO queue `orders.fifo` and a stream `orders` that keep what they took, fail by chance, and
 * answer some milliseconds later, as no emulator does.
 */
export class TargetDouble {
  url = ''
  readonly taken: Taken[] = []
  /** Entries that were taken although the answer was lost. */
  lost = 0
  calls = 0
  happens: () => Happening = () => undefined
  /** What the queue will not have, at any time. */
  refuses: (entry: Entry) => boolean = () => false
  readonly #server = createServer(async (request, response) => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) return
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    await this.#answer(operation, JSON.parse(bytes.toString()), response)
  })

  constructor(private readonly answerMs = 0) {}

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** What a child process needs to find it. */
  get env(): Record<string, string> {
    return {
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' },
      AWS_ENDPOINT_URL: this.url,
    }
  }

  async #answer(operation: string, body: Record<string, unknown>, response: ServerResponse) {
    if (operation === 'GetQueueUrl') {
      return send(response, { QueueUrl: `${this.url}/123456789012/orders.fifo` })
    }
    if (operation === 'GetQueueAttributes') {
      const QueueArn = 'arn:aws:sqs:eu-west-1:123456789012:orders.fifo'
      return send(response, { Attributes: { QueueArn, FifoQueue: 'true' } })
    }
    if (operation === 'DescribeStreamSummary') {
      const StreamARN = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
      return send(response, { StreamDescriptionSummary: { StreamARN, OpenShardCount: 4 } })
    }
    this.calls += 1
    await setTimeout(this.answerMs)
    await this.#take(operation === 'PutRecords' ? recordsOf(body) : messagesOf(body), response)
  }

  async #take(entries: readonly Entry[], response: ServerResponse): Promise<void> {
    const happening = this.happens()
    if (happening === 'cut') return void response.destroy()
    if (happening === 'throttle') {
      return send(response, { __type: 'ThrottlingException', message: 'no' }, 400)
    }
    const [first, ...others] = entries
    const asked = happening === 'entry' ? others : entries
    const refused = asked.filter((entry) => this.refuses(entry))
    const taken = asked.flatMap((entry) => (refused.includes(entry) ? [] : [this.#keep(entry)]))
    if (happening === 'lost') {
      this.lost += taken.length
      return void response.destroy()
    }
    const isStream = first?.id === ''
    const failed = happening === 'entry' ? [first?.id] : []
    const answer = isStream ? putAnswer(taken, happening) : batchAnswer(taken, { failed, refused })
    send(response, answer)
  }

  #keep({ id, ...entry }: Entry): { id: string; messageId: string } {
    const messageId = `m-${this.taken.length}`
    this.taken.push({ ...entry, messageId })
    return { id, messageId }
  }
}

type Kept = { id: string; messageId: string }

interface NotTaken {
  readonly failed: readonly (string | undefined)[]
  readonly refused: readonly Entry[]
}

function batchAnswer(taken: readonly Kept[], { failed, refused }: NotTaken) {
  const Failed = [
    ...failed.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })),
    ...refused.map(({ id: Id }) => ({ Id, Code: 'InvalidMessageContents', SenderFault: true })),
  ]
  return {
    Successful: taken.map(({ id, messageId }) => ({ Id: id, MessageId: messageId })),
    Failed,
  }
}

function putAnswer(taken: readonly Kept[], happening: Happening) {
  const Records = taken.map(({ messageId }) => ({ SequenceNumber: messageId, ShardId: 's-0' }))
  const refused = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'no' }
  return { Records: happening === 'entry' ? [refused, ...Records] : Records }
}

interface SqsEntry {
  Id: string
  MessageBody: string
  MessageGroupId: string
  MessageDeduplicationId: string
  MessageAttributes?: Taken['attributes']
}

function messagesOf(body: Record<string, unknown>): Entry[] {
  return (body['Entries'] as SqsEntry[]).map((entry) => ({
    ...{ id: entry.Id, body: entry.MessageBody, group: entry.MessageGroupId },
    ...{ dedupe: entry.MessageDeduplicationId, attributes: entry.MessageAttributes ?? {} },
  }))
}

function recordsOf(body: Record<string, unknown>): Entry[] {
  return (body['Records'] as { Data: string; PartitionKey: string }[]).map((record) => ({
    ...{ id: '', body: Buffer.from(record.Data, 'base64').toString(), group: record.PartitionKey },
    ...{ dedupe: createHash('sha256').update(record.Data).digest('hex'), attributes: {} },
  }))
}

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}
