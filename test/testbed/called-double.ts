import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'
import type { faults } from './faults.js'

type Fault = (typeof faults)[number]

/** What is called with one event at a time: a program behind HTTP, and Lambda with a function
 * `orders`. */
export interface CalledDouble {
  readonly url: string
  readonly taken: { readonly id: string; readonly body: string }[]
  /** What happens to the next calls that bring an event, one each. */
  next(...faults: readonly Fault[]): void
  stop(): Promise<void>
}

export async function startCalled(): Promise<CalledDouble> {
  const taken: CalledDouble['taken'] = []
  const due: Fault[] = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (body === undefined) return
    const invoked = /\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '')?.[1]
    if (invoked !== undefined && invoked !== 'orders') return refuse(response, 404)
    const isLook = request.headers['x-amz-invocation-type'] === 'DryRun'
    if (isLook || request.method === 'HEAD') return void response.writeHead(204).end()
    take(body.toString(), { request, response, fault: due.shift() })
  })
  const take = (body: string, { request, response, fault }: Call) => {
    if (fault === 'cut') return void request.socket.destroy()
    if (fault === 'throttle' || fault === 'entry') return refuse(response, 429)
    if (fault === 'unavailable' || fault === 'html') return refuse(response, 503)
    const id = `r-${taken.length}`
    taken.push({ id, body })
    if (fault === 'lost') return void request.socket.destroy()
    response.writeHead(200, { 'x-request-id': id, 'x-amzn-requestid': id }).end('{}')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    next: (...more) => void due.push(...more),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly fault: Fault | undefined
}

/** As Lambda says it; a program may say anything. */
function refuse(response: ServerResponse, status: number): void {
  const names: Record<number, string> = {
    404: 'ResourceNotFoundException',
    429: 'TooManyRequestsException',
    503: 'ServiceException',
  }
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': names[status] ?? '' }
  response.writeHead(status, headers).end(JSON.stringify({ Message: 'no' }))
}
