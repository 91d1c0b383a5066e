import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'
import { frame } from './subscriptions.js'

export interface LogEvent {
  readonly eventId: string
  readonly timestamp: number
  readonly ingestionTime: number
  readonly message: string
  readonly logStreamName: string
}

/** What FilterLogEvents was asked. */
interface Asked {
  readonly logGroupName?: string
  readonly logGroupIdentifier?: string
  readonly startTime: number
  readonly nextToken?: string
  readonly limit?: number
}

/** A refusal, or a connection that is cut. */
type Fault = 'cut' | { status: number; body: object | string }

/**
 * FilterLogEvents of one group as AWS has it and no emulator does: events come late and in any
 * order, a page may be empty and not the last, the clock may be another than this machine's.
 */
export class LogGroup {
  readonly events: LogEvent[] = []
  readonly asked: Asked[] = []
  /** What the next calls meet instead of an answer. */
  readonly faults: Fault[] = []
  pageSize = 10_000
  /** Whether live tails may be begun. */
  hasLiveTails = false
  /** Those that are open. */
  readonly #tails = new Set<ServerResponse>()
  /** Of AWS's clock, before this machine's. */
  aheadMs = 0
  url = ''
  #server = createServer()
  #serial = 0

  async start(): Promise<void> {
    this.#server.on('request', async (request, response) => {
      const sent = await bodyOf(request)
      if (sent === undefined) return
      const fault = this.faults.shift()
      if (fault === 'cut') return void request.socket.resetAndDestroy()
      const operation = String(request.headers['x-amz-target']).split('.')[1]
      if (operation === 'StartLiveTail') return this.#startLiveTail(response)
      if (operation === 'DescribeLogGroups') {
        const logGroupArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/shop'
        const body = { logGroups: [{ logGroupName: '/shop', logGroupArn }] }
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        return void response.end(JSON.stringify(body))
      }
      const asked = JSON.parse(sent.toString()) as Asked
      this.asked.push(asked)
      const { status, body } = fault ?? { status: 200, body: this.#page(asked) }
      response.writeHead(status, {
        'content-type': typeof body === 'string' ? 'text/html' : 'application/x-amz-json-1.1',
        date: new Date(this.nowMs()).toUTCString(),
      })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  nowMs(): number {
    return Date.now() + this.aheadMs
  }

  /** Something that arrives now and says that it happened so long ago. */
  put(id: string | number, agoMs = 0): void {
    this.#serial += 1
    this.events.push({
      ...{ eventId: `${this.#serial}`, timestamp: this.nowMs() - agoMs, logStreamName: 's' },
      ...{ ingestionTime: this.nowMs(), message: JSON.stringify({ id: `${id}` }) },
    })
  }

  #startLiveTail(response: ServerResponse): void {
    if (!this.hasLiveTails) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'may not' }))
      return
    }
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
    response.write(frame({ ':message-type': 'event', ':event-type': 'initial-response' }, '{}'))
    response.write(tailEvent('sessionStart', { sessionId: '1' }))
    this.#tails.add(response)
    response.on('close', () => this.#tails.delete(response))
  }

  /** Live tails hear of what came; of a thousand events they have a sample. */
  tell(): void {
    const sessionResults = this.events.slice(-1).map(({ timestamp, message }) => {
      return { timestamp, ingestionTime: timestamp, message, logStreamName: 's' }
    })
    const update = { sessionMetadata: { sampled: true }, sessionResults }
    for (const tail of this.#tails) tail.write(tailEvent('sessionUpdate', update))
  }

  /** Three hours are over. */
  endLiveTails(): void {
    for (const tail of this.#tails) tail.end()
  }

  get liveTails(): number {
    return this.#tails.size
  }

  #page({ startTime, nextToken, limit = this.pageSize }: Asked): object {
    const from = Number(nextToken?.slice(1) ?? 0)
    const found = this.events
      .filter(({ timestamp }) => timestamp >= startTime)
      .sort((a, b) => a.timestamp - b.timestamp)
    // Each second page is empty, as where a stream is searched that has nothing.
    if (nextToken?.startsWith('e')) return { events: [], nextToken: `f${from}` }
    const to = from + Math.min(limit, this.pageSize)
    const more = to < found.length && { nextToken: `e${to}` }
    return { events: found.slice(from, to), ...more }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function tailEvent(type: string, payload: object): Buffer {
  const headers = { ':message-type': 'event', ':event-type': type }
  return frame({ ...headers, ':content-type': 'application/json' }, JSON.stringify(payload))
}
