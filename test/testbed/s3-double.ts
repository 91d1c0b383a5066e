import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What becomes of a call for an object: the connection ends after half of the answer, or before
 * any of it though S3 did what it was asked to (`lost`), or S3 refuses it. */
type ObjectFault = 'half' | 'lost' | { status: number; code: string }

/** How it was asked for: `PUT`, and what stands behind the `?`. */
interface ObjectCall {
  readonly method: string
  readonly query: URLSearchParams
}

/** A way to the S3 of an emulator, on which calls fail as a test says. */
export interface FaultyBucket {
  readonly url: string
  /** The keys of the objects that were asked for, and those of listings as `?`. */
  readonly asked: string[]
  /** @param nth how often the object was asked for, from 1 */
  fault: (
    key: string,
    nth: number,
    call: ObjectCall,
  ) => ObjectFault | Promise<ObjectFault | undefined> | undefined
  stop(): Promise<void>
}

/** @param behind the emulator */
export async function startFaultyBucket(behind: string): Promise<FaultyBucket> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => void request.socket.destroy())
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', behind)
    const key = searchParams.has('list-type') ? '?' : pathname.split('/').slice(2).join('/')
    faulty.asked.push(key)
    const nth = faulty.asked.filter((each) => each === key).length
    const called = { method: request.method ?? 'GET', query: searchParams }
    const fault = await faulty.fault(key, nth, called)
    if (typeof fault === 'object') {
      const { status, code } = fault
      const xml = `<Error><Code>${code}</Code><Message>${code} of a test</Message></Error>`
      response.writeHead(status, { 'content-type': 'application/xml' }).end(xml)
      return
    }
    const { method, headers } = request
    const forwarded = ask(new URL(request.url ?? '/', behind), { method, headers })
    forwarded.end(await buffer(request))
    const [got] = (await once(forwarded, 'response')) as [IncomingMessage]
    const bytes = await buffer(got)
    if (fault === 'lost') return void request.socket.destroy()
    response.writeHead(got.statusCode ?? 500, got.headers)
    if (fault === undefined) response.end(bytes)
    else response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy())
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const faulty: FaultyBucket = {
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
