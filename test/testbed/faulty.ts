import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'

/**
 * What becomes of a call instead. `cut`: the connection is closed before the emulator is asked,
 * `lost`: after. A page or a refusal: the emulator is not asked.
 */
export type Fault = 'cut' | 'lost' | Page | Refusal | Altered

interface Page {
  status: number
  body: string | object
}

/** An error, in the protocol of the call. */
interface Refusal {
  status: number
  code: string
  message: string
}

/** The emulator is asked something else, undefined: nothing, and its answer is told otherwise. */
export interface Altered {
  readonly rest: string | undefined
  answer(text: string): string
}

/** A call as it came. */
export interface Asked {
  /** Such as GetMetricData. */
  readonly operation: string
  /** Its path, by which services that speak REST are asked. */
  readonly url: string
  readonly body: Buffer<ArrayBuffer>
  /** Of the query protocol: a form, answered in XML. */
  readonly isQuery: boolean
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
    const body = await bodyOf(request)
    if (body === undefined) return
    const asked = askedOf(request, body)
    faulty.asked.push(asked)
    // An emulator that ends while it is asked answers nobody any more.
    const cut = () => void request.socket.destroy()
    await become(faulty.fault(asked), { request, response, asked, behind }).catch(cut)
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
      await once(server, 'close')
    },
  }
  return faulty
}

/** The refusal of somebody who may not do this. */
export function denied({ operation, isQuery }: Asked): Refusal {
  const message = `User: arn:aws:iam::123456789012:user/ann may not ${operation}`
  if (isQuery) return { status: 403, code: 'AccessDenied', message }
  return { status: 400, code: 'AccessDeniedException', message }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly asked: Asked
  readonly behind: string
}

async function become(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { request, response, asked } = exchange
  if (fault === 'lost') await forwarded(exchange, asked.body)
  if (fault === 'cut' || fault === 'lost') {
    request.socket.destroy()
  } else if (fault === undefined) {
    const { status, headers, bytes } = await forwarded(exchange, asked.body)
    response.writeHead(status, headers).end(bytes)
  } else if ('code' in fault) {
    response.writeHead(fault.status, { 'content-type': contentType(exchange) })
    response.end(refusalText(asked, fault))
  } else if ('rest' in fault) {
    const done = fault.rest === undefined ? nothing : await forwarded(exchange, fault.rest)
    response.writeHead(done.status, { 'content-type': contentType(exchange) })
    response.end(fault.answer(done.bytes.toString()))
  } else {
    const isText = typeof fault.body === 'string'
    const type = isText ? 'text/html' : 'application/x-amz-json-1.1'
    response.writeHead(fault.status, { 'content-type': type })
    response.end(isText ? fault.body : JSON.stringify(fault.body))
  }
}

const nothing = { status: 200, bytes: Buffer.alloc(0) }

function contentType({ request, asked }: Exchange): string {
  return asked.isQuery ? 'text/xml' : String(request.headers['content-type'])
}

function refusalText({ isQuery }: Asked, { code, message }: Refusal): string {
  const error = `<Type>Sender</Type><Code>${code}</Code><Message>${message}</Message>`
  const xml = `<ErrorResponse><Error>${error}</Error><RequestId>r-1</RequestId></ErrorResponse>`
  return isQuery ? xml : JSON.stringify({ __type: code, message })
}

async function forwarded({ request, behind }: Exchange, body: Buffer<ArrayBuffer> | string) {
  const { method = 'POST', url = '/', headers } = request
  const { host: _, connection: __, 'content-length': ___, ...kept } = headers
  const passed = Object.entries(kept).map(([name, value]) => [name, String(value)])
  const answer = await fetch(`${behind}${url}`, {
    ...{ method, headers: Object.fromEntries(passed), body: method === 'GET' ? null : body },
  })
  const type = answer.headers.get('content-type') ?? ''
  // The last two are what S3 says of an object.
  const said = ['smithy-protocol', 'etag', 'last-modified'].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    status: answer.status,
    headers: { 'content-type': type, ...Object.fromEntries(said) },
    bytes: Buffer.from(await answer.arrayBuffer()),
  }
}

/** By the header of the JSON protocols, the path of CBOR's, the form of the query protocol. */
function askedOf({ headers, url = '' }: IncomingMessage, body: Buffer<ArrayBuffer>): Asked {
  const target = headers['x-amz-target']
  const path = /\/operation\/(\w+)$/.exec(url)?.[1]
  const named = typeof target === 'string' ? target.split('.').at(-1) : path
  const operation = named ?? new URLSearchParams(body.toString()).get('Action') ?? ''
  return { operation, url, body, isQuery: named === undefined }
}
