import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EvtError } from '../errors.js'

/** A page, as it is now. */
export interface Served {
  readonly html: string
  /** Its Content-Security-Policy. */
  readonly policy: string
}

export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number
  /** Called for each request of the page. */
  page(): Promise<Served>
}

export interface PageServer {
  /** `http://127.0.0.1:49152/`. */
  readonly address: string
  /** How many wait for news. */
  readonly readers: number
  /** Tells them that the page is another one now. */
  tell(): void
  /** Ends it at once: nobody is waited for. */
  close(): Promise<void>
}

/** Nobody from elsewhere gets here. */
const HOST = '127.0.0.1'
/** So many readers wait for news at most. */
const MOST_READERS = 64
/** Proxies and browsers take a connection for dead on which nothing comes. */
const BEAT_MS = 15_000

/**
 * Serves one page on loopback alone, and tells its readers (server-sent events) when there is
 * another. A request by another name than that of this machine is refused: a page of somebody
 * else, whose name was made to lead here, must not read this one.
 *
 * @throws EvtError `outside` where the port cannot be had
 */
export async function servePage({ port, page }: ServeOptions): Promise<PageServer> {
  const readers = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    void answer(request, response, { page, readers, port: portOf(server) })
  })
  await listening(server, port)
  const beat = setInterval(() => write(readers, ':\n\n'), BEAT_MS)
  return {
    address: `http://${HOST}:${portOf(server)}/`,
    get readers() {
      return readers.size
    },
    tell: () => write(readers, 'data: new\n\n'),
    close: () => {
      clearInterval(beat)
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = reasons[cause.code ?? ''] ?? cause.message
      const message = `cannot serve on ${HOST}:${port}: ${why}`
      const hint = 'leave --port out, for one that is free'
      reject(new EvtError(message, { code: 'outside', hint, cause }))
    })
    server.listen(port, HOST, resolve)
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else does already',
  EACCES: 'that port needs rights that evt has not',
}

interface Answering {
  readonly page: ServeOptions['page']
  readonly readers: Set<ServerResponse>
  readonly port: number
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { page, readers, port }: Answering,
): Promise<void> {
  const refusal = refusalOf(request, port)
  if (refusal) return end(response, refusal.status, `${refusal.why}\n`)
  if (request.url === '/updates') {
    if (request.method === 'HEAD') response.writeHead(200, followed).end()
    else follow(response, readers)
    return
  }
  try {
    const { html, policy } = await page()
    response.writeHead(200, {
      ...usual,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `${policy}; frame-ancestors 'none'`,
    })
    response.end(request.method === 'HEAD' ? undefined : html)
  } catch {
    end(response, 500, 'the page cannot be drawn\n')
  }
}

const usual = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const followed = { ...usual, 'content-type': 'text/event-stream' }

/** Why a request is not answered. */
function refusalOf({ headers, method, url }: IncomingMessage, port: number) {
  const names = [`${HOST}:${port}`, `localhost:${port}`]
  const isKnown = names.includes(headers.host?.toLowerCase() ?? '')
  if (!isKnown) return { status: 421, why: `this is ${names.join(' or ')} alone` }
  const site = headers['sec-fetch-site']
  const isOurs = site === undefined || site === 'none' || site === 'same-origin'
  // Somebody may follow a link to the page, and nothing more.
  if (!isOurs && headers['sec-fetch-mode'] !== 'navigate') {
    return { status: 403, why: 'another page asks for this one' }
  }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'this is for reading' }
  if (url !== '/' && url !== '/updates') return { status: 404, why: 'the page is at /' }
  return undefined
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...usual, 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}

function follow(response: ServerResponse, readers: Set<ServerResponse>): void {
  if (readers.size >= MOST_READERS) {
    end(response, 503, 'too many read this page\n')
    return
  }
  readers.add(response)
  response.on('close', () => readers.delete(response))
  response.writeHead(200, followed)
  // Who comes back may have missed something.
  response.write('retry: 2000\ndata: new\n\n')
}

/** Who does not take what came before gets nothing more until then: one news says all. */
function write(readers: Set<ServerResponse>, text: string): void {
  for (const reader of readers) if (!reader.writableNeedDrain) reader.write(text)
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0
}
