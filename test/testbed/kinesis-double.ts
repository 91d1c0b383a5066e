import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'
import { type Answer, answerOf, type Calls } from './kinesis-calls.js'
import { Refusal, type StreamModel } from './stream-model.js'
import { type SubscriptionFault, Subscriptions } from './subscriptions.js'
import { tableAnswerOf } from './table-calls.js'

type Request = IncomingMessage | Http2ServerRequest
type Response = ServerResponse | Http2ServerResponse

/** A call as it came. */
interface Asked {
  readonly operation: string
  readonly body: Record<string, unknown>
  readonly atMs: number
}

/**
 * Kinesis with one stream, over HTTP/1.1 and over HTTP/2 without TLS, for what no emulator has:
 * throttling, iterators that expire, subscriptions that are cut; and DynamoDB with one table, whose
 * stream has the same shards.
 */
export class KinesisDouble {
  /** By HTTP/1.1. */
  url = ''
  /** By HTTP/2. */
  url2 = ''
  readonly asked: Asked[] = []
  /** What a call meets instead of its answer; undefined: it is answered. */
  fault: (asked: Asked) => Refusal | 'cut' | undefined = () => undefined
  readonly calls: Calls
  readonly subscriptions: Subscriptions
  readonly #server: Server = createServer((...call) => void this.#take(...call))
  readonly #server2 = createHttp2Server((...call) => void this.#take(...call))
  readonly #sessions = new Set<ServerHttp2Session>()

  constructor(readonly model: StreamModel) {
    this.calls = { model, iteratorLifeMs: 300_000, pageSize: 10_000, consumers: new Map() }
    this.subscriptions = new Subscriptions(model)
    this.#server2.on('session', (session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session))
      session.on('error', () => {})
    })
  }

  async start(): Promise<void> {
    const urls: string[] = []
    for (const server of [this.#server, this.#server2]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    }
    ;[this.url = '', this.url2 = ''] = urls
  }

  /** Says to all who are connected by HTTP/2 that they had better go. */
  goAway(): void {
    for (const session of this.#sessions) session.goaway(0)
  }

  /** What the next subscriptions meet, one each. */
  faults(...faults: SubscriptionFault[]): void {
    this.subscriptions.faults.push(...faults)
  }

  /** Calls of an operation. */
  count(operation: string): number {
    return this.asked.filter((asked) => asked.operation === operation).length
  }

  async stop(): Promise<void> {
    this.subscriptions.end()
    this.#server.closeAllConnections()
    for (const session of this.#sessions) session.destroy()
    this.#server.close()
    this.#server2.close()
    await Promise.all([once(this.#server, 'close'), once(this.#server2, 'close')])
  }

  async #take(request: Request, response: Response): Promise<void> {
    response.on('error', () => {})
    const bytes = await bodyOf(request as IncomingMessage)
    if (bytes === undefined) return
    // The one call of STS, which has no such header.
    if (!request.headers['x-amz-target']) return identity(response)
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.')
    const answer = service.startsWith('DynamoDB') ? tableAnswerOf : answerOf
    const body = JSON.parse(bytes.toString()) as Record<string, unknown>
    const asked = { operation, body, atMs: performance.now() }
    this.asked.push(asked)
    const fault = this.fault(asked)
    if (fault === 'cut') return void cut(request)
    try {
      if (fault) throw fault
      if (operation === 'SubscribeToShard') this.subscriptions.begin(body, response, request)
      else send(response, 200, answer(this.calls, operation, body), this.model.nowMs)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      send(response, 400, { __type: error.type, message: error.message }, this.model.nowMs)
    }
  }
}

function cut(request: Request): void {
  if ('stream' in request) request.stream.session?.destroy()
  else request.socket.resetAndDestroy()
}

function identity(response: Response): void {
  const arn = 'arn:aws:iam::123456789012:user/ann'
  const told = `<Arn>${arn}</Arn><UserId>A</UserId><Account>123456789012</Account>`
  const result = `<GetCallerIdentityResult>${told}</GetCallerIdentityResult>`
  response.writeHead(200, { 'content-type': 'text/xml' })
  ;(response as ServerResponse).end(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}` +
      '</GetCallerIdentityResponse>',
  )
}

function send(response: Response, status: number, body: Answer, nowMs: number): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    date: new Date(nowMs).toUTCString(),
  })
  // One signature for each of two classes.
  ;(response as ServerResponse).end(text)
}
