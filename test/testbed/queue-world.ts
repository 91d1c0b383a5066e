import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'
import { type MoveTask, moveOn, startMove, type Told } from './queue-world-moves.js'

interface WorldMessage {
  readonly id: string
  readonly body: string
  readonly attributes: Record<string, unknown>
  readonly group: string | undefined
  readonly dedupe: string | undefined
  readonly sequence: number
  readonly sentMs: number
  /** Of X-Ray, which SQS keeps beside the attributes. */
  readonly trace: string | undefined
  /** The queue that gave it up. */
  readonly from: string | undefined
  receives: number
  hiddenUntilMs: number
  receipt: string
}

export interface WorldQueue {
  readonly name: string
  readonly arn: string
  readonly isFifo: boolean
  /** The queue that its dead letters go to, and after how many receives. */
  readonly redrive: { to: string; after: number } | undefined
  messages: WorldMessage[]
  /** All that was ever sent to it, in order. */
  readonly taken: WorldMessage[]
}

interface Put {
  id?: string
  body: string
  attributes?: Record<string, unknown>
  group?: string
  dedupe?: string
  sentMs?: number
  from?: string
  trace?: string
  receives?: number
}

const ACCOUNT = '123456789012'

/**
 * SQS with queues that keep what they get, hide what was received, keep groups in order and move
 * dead letters back, in the ways that no emulator has.
 */
export class QueueWorld {
  url = ''
  nowMs = () => Date.now()
  readonly queues = new Map<string, WorldQueue>()
  readonly asked: { action: string; body: Record<string, unknown> }[] = []
  /** What becomes of a call instead, by its action; undefined: what it asks for. */
  fault: (action: string, body: Record<string, unknown>) => Told | 'cut' | 'lost' | undefined =
    () => undefined
  /** What a queue will not have, at any time. */
  refuses: (body: string) => boolean = () => false
  /** How many a move moves between two looks at it. */
  movedAtOnce = Number.POSITIVE_INFINITY
  readonly moves: MoveTask[] = []
  #count = 0
  readonly #server = createServer(async (request, response) => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) return
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const body = JSON.parse(bytes.toString())
    this.asked.push({ action, body })
    const fault = this.fault(action, body)
    if (fault === 'cut') return void response.destroy()
    const told = typeof fault === 'object' ? fault : this.#answer(action, body)
    if (fault === 'lost') return void response.destroy()
    response.setHeader('date', new Date(this.nowMs()).toUTCString())
    send(response, told)
  })

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
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

  make(name: string, redrive?: WorldQueue['redrive']): WorldQueue {
    const arn = `arn:aws:sqs:eu-west-1:${ACCOUNT}:${name}`
    const queue = { name, arn, isFifo: name.endsWith('.fifo'), redrive, messages: [], taken: [] }
    this.queues.set(name, queue)
    return queue
  }

  put(name: string, { id, body, attributes = {}, group, dedupe, ...put }: Put): WorldMessage {
    const queue = this.#named(name)
    this.#count += 1
    const message: WorldMessage = {
      ...{ id: id ?? `m-${this.#count}`, body, attributes, group, dedupe, sequence: this.#count },
      ...{ sentMs: put.sentMs ?? this.nowMs(), from: put.from, receives: put.receives ?? 0 },
      ...{ hiddenUntilMs: 0, receipt: '', trace: put.trace },
    }
    queue.messages.push(message)
    queue.taken.push(message)
    return message
  }

  bodies(name: string): string[] {
    return this.#named(name).messages.map(({ body }) => body)
  }

  #named(name: string): WorldQueue {
    const found = this.queues.get(name)
    if (!found) throw new Error(`no queue ${name}`)
    return found
  }

  #answer(action: string, body: Record<string, unknown>): Told {
    const text = (field: string) => String(body[field] ?? '')
    const queue = this.queues.get((text('QueueName') || text('QueueUrl')).split('/').at(-1) ?? '')
    const ofMove = { StartMessageMoveTask: 1, ListMessageMoveTasks: 1, CancelMessageMoveTask: 1 }
    if (action in ofMove) return this.#move(action, text)
    if (!queue) return { error: 'QueueDoesNotExist' }
    switch (action) {
      case 'GetQueueUrl':
        return { body: { QueueUrl: this.#urlOf(queue) } }
      case 'GetQueueAttributes':
        return { body: { Attributes: this.#attributes(queue) } }
      case 'ListDeadLetterSourceQueues':
        return { body: { queueUrls: this.sourcesOf(queue).map((one) => this.#urlOf(one)) } }
      case 'ReceiveMessage':
        return { body: { Messages: this.#receive(queue, Number(body['VisibilityTimeout'] ?? 30)) } }
      default:
        return this.#batch(action, queue, (body['Entries'] ?? []) as Entry[])
    }
  }

  sourcesOf(queue: WorldQueue): WorldQueue[] {
    return [...this.queues.values()].filter(({ redrive }) => redrive?.to === queue.name)
  }

  #urlOf({ name }: WorldQueue): string {
    return `${this.url}/${ACCOUNT}/${name}`
  }

  #attributes({ arn, isFifo, redrive, messages }: WorldQueue): Record<string, string> {
    const hidden = messages.filter((one) => one.hiddenUntilMs > this.nowMs()).length
    const policy = redrive && {
      deadLetterTargetArn: this.#named(redrive.to).arn,
      maxReceiveCount: redrive.after,
    }
    return {
      ...{ QueueArn: arn, MessageRetentionPeriod: '1209600' },
      ApproximateNumberOfMessages: `${messages.length - hidden}`,
      ...{ ApproximateNumberOfMessagesNotVisible: `${hidden}` },
      ApproximateNumberOfMessagesDelayed: '0',
      ...(isFifo && { FifoQueue: 'true' }),
      ...(policy && { RedrivePolicy: JSON.stringify(policy) }),
    }
  }

  #receive(queue: WorldQueue, hiddenSeconds: number): object[] {
    const nowMs = this.nowMs()
    const isHidden = ({ hiddenUntilMs }: WorldMessage) => hiddenUntilMs > nowMs
    const locked = new Set(queue.messages.filter(isHidden).map(({ group }) => group))
    const given: object[] = []
    for (const message of [...queue.messages]) {
      if (given.length === 10) break
      if (isHidden(message) || (queue.isFifo && locked.has(message.group))) continue
      if (queue.redrive && message.receives >= queue.redrive.after) {
        this.#giveUp(queue, message)
        continue
      }
      message.receives += 1
      message.hiddenUntilMs = nowMs + hiddenSeconds * 1_000
      message.receipt = `${message.id}/${message.receives}`
      given.push(receivedOf(message, queue))
    }
    return given
  }

  #giveUp(queue: WorldQueue, message: WorldMessage): void {
    queue.messages = queue.messages.filter((one) => one !== message)
    const { redrive, arn } = queue
    if (redrive) this.#named(redrive.to).messages.push({ ...message, from: arn, receipt: '' })
  }

  #batch(action: string, queue: WorldQueue, entries: readonly Entry[]): Told {
    const Successful: object[] = []
    const Failed: object[] = []
    for (const entry of entries) {
      const isSent = action === 'SendMessageBatch'
      const isRefused = isSent && this.refuses(entry.MessageBody ?? '')
      const done = isRefused
        ? undefined
        : isSent
          ? this.#send(queue, entry)
          : act(queue, entry, this)
      if (done) Successful.push({ Id: entry.Id, ...done })
      else Failed.push({ Id: entry.Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true })
    }
    if (action === 'DeleteMessageBatch') {
      const gone = new Set(entries.map(({ ReceiptHandle }) => ReceiptHandle))
      queue.messages = queue.messages.filter(({ receipt }) => receipt === '' || !gone.has(receipt))
    }
    return { body: { Successful, Failed } }
  }

  #send(queue: WorldQueue, entry: Entry): object {
    const { MessageGroupId: group, MessageDeduplicationId: dedupe } = entry
    const before = queue.isFifo ? queue.taken.find((one) => one.dedupe === dedupe) : undefined
    const put = { body: entry.MessageBody ?? '', attributes: entry.MessageAttributes ?? {} }
    const trace = entry.MessageSystemAttributes?.['AWSTraceHeader']?.StringValue
    const more = { ...put, ...(trace && { trace }) }
    const { id } =
      before ??
      this.put(queue.name, { ...more, ...(group && { group }), ...(dedupe && { dedupe }) })
    return { MessageId: id }
  }

  #move(action: string, text: (field: string) => string): Told {
    if (action === 'StartMessageMoveTask') return startMove(this, text)
    return moveOn(this, action, text)
  }
}

interface Entry {
  Id: string
  ReceiptHandle?: string
  VisibilityTimeout?: number
  MessageBody?: string
  MessageGroupId?: string
  MessageDeduplicationId?: string
  MessageAttributes?: Record<string, unknown>
  MessageSystemAttributes?: Record<string, { StringValue?: string }>
}

function act(queue: WorldQueue, entry: Entry, { nowMs }: QueueWorld): object | undefined {
  const message = queue.messages.find(({ receipt }) => receipt === entry.ReceiptHandle)
  if (!message) return undefined
  if (entry.VisibilityTimeout !== undefined) {
    message.hiddenUntilMs = nowMs() + entry.VisibilityTimeout * 1_000
  }
  return {}
}

function receivedOf(message: WorldMessage, { isFifo }: WorldQueue): object {
  const { id, body, receipt, attributes, sentMs, receives, from, group, sequence } = message
  const { trace } = message
  return {
    ...{ MessageId: id, ReceiptHandle: receipt, Body: body },
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    Attributes: {
      ...{ SentTimestamp: `${sentMs}`, ApproximateReceiveCount: `${receives}` },
      ...(from && { DeadLetterQueueSourceArn: from }),
      ...(trace && { AWSTraceHeader: trace }),
      ...(isFifo && { MessageGroupId: group, SequenceNumber: `${sequence}`.padStart(20, '0') }),
    },
  }
}

function send(response: ServerResponse, told: Told): void {
  const isError = 'error' in told
  response.writeHead(isError ? (told.status ?? 400) : 200, {
    'content-type': 'application/x-amz-json-1.0',
  })
  const error = isError && {
    ...{ __type: `com.amazonaws.sqs#${told.error}`, message: told.message ?? 'It says no.' },
  }
  response.end(JSON.stringify(error || (told as { body: object }).body))
}
