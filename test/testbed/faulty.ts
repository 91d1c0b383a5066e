import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What AWS answers instead: a status with a body, or a connection that is cut. */
type Fault = 'cut' | { status: number; body: string | object }

/** A call as it came. */
interface Asked {
  /** Such as GetMetricData. */
  readonly operation: string
  readonly body: Buffer
}

/** A way to an emulator on which calls fail as a test says. */
export interface Faulty {
  readonly url: string
  /** Every call that came, those that failed too. */
  readonly asked: Asked[]
  /** Which calls fail, and how; undefined: they reach the emulator. */
  fault: (asked: Asked) => Fault | undefined
  stop(): Promise<void>
}

/** @param behind the emulator */
export async function startFaulty(behind: string): Promise<Faulty> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const asked = { operation: operationOf(request, body), body }
    faulty.asked.push(asked)
    const fault = faulty.fault(asked)
    if (fault === 'cut') {
      request.socket.destroy()
      return
    }
    if (fault) {
      const isText = typeof fault.body === 'string'
      const type = isText ? 'text/html' : 'application/x-amz-json-1.1'
      response.writeHead(fault.status, { 'content-type': type })
      response.end(isText ? fault.body : JSON.stringify(fault.body))
      return
    }
    const { method = 'POST', url = '/', headers } = request
    const { host: _, connection: __, 'content-length': ___, ...kept } = headers
    const passed = Object.entries(kept).map(([name, value]) => [name, String(value)])
    const answer = await fetch(`${behind}${url}`, {
      ...{ method, headers: Object.fromEntries(passed), body: method === 'GET' ? null : body },
    })
    const type = answer.headers.get('content-type') ?? ''
    const protocol = answer.headers.get('smithy-protocol')
    response.writeHead(answer.status, {
      'content-type': type,
      ...(protocol && { 'smithy-protocol': protocol }),
    })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const faulty: Faulty = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    fault: () => undefined,
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return faulty
}

/** By the header of the JSON protocols, the path of CBOR's, the form of the query protocol. */
function operationOf({ headers, url = '' }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1) ?? ''
  const path = /\/operation\/(\w+)$/.exec(url)?.[1]
  return path ?? new URLSearchParams(body.toString()).get('Action') ?? ''
}
