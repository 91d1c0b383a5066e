import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** What becomes of a call: it is done; AWS refuses it; it is done and the answer is lost; something
 * on the way answers with a page. */
export type Fate = 'done' | 'denied' | 'lost' | 'page'

export interface FaultyProxy {
  readonly url: string
  /** The actions that were asked for, such as CreateQueue. */
  readonly actions: string[]
  /** Asked for each call; a promise holds the call up. */
  fate: (action: string) => Fate | Promise<Fate>
  stop(): Promise<void>
}

/** Stands before an emulator of AWS, on loopback. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((request, response) => void answer(request, response))
  const proxy = { url: '', actions: [] as string[], fate: (): Fate | Promise<Fate> => 'done', stop }
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const action = actionOf(request, body)
    proxy.actions.push(action)
    const fate = await (proxy.fate as FaultyProxy['fate'])(action)
    if (fate === 'denied') return deny(response, action, request)
    if (fate === 'page') return void response.writeHead(503).end('<html>busy</html>')
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) {
      if (!/^(host|connection|content-length)$/.test(name)) headers.set(name, String(value))
    }
    const init = { method: 'POST', headers, body }
    const done = await fetch(`${target}${request.url}`, init).catch(() => undefined)
    if (fate === 'lost' || !done) return void request.socket.destroy()
    const type = done.headers.get('content-type') ?? 'text/xml'
    response.writeHead(done.status, { 'content-type': type })
    response.end(Buffer.from(await done.arrayBuffer()))
  }
  async function stop() {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'object' && address) proxy.url = `http://127.0.0.1:${address.port}`
  return proxy
}

function actionOf({ headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target']
  if (typeof target === 'string') return target.split('.').at(-1) ?? ''
  return new URLSearchParams(body.toString()).get('Action') ?? ''
}

function deny(response: ServerResponse, action: string, { headers }: IncomingMessage): void {
  const message = `User: arn:aws:iam::123456789012:user/ann may not ${action}`
  if (headers['x-amz-target'] !== undefined) {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message }))
    return
  }
  response.writeHead(403, { 'content-type': 'text/xml' })
  const error = `<Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message>`
  response.end(`<ErrorResponse><Error>${error}</Error><RequestId>r-1</RequestId></ErrorResponse>`)
}
