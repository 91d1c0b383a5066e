import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/**
 * What happens to a call. `throttle`, `unavailable`, `html`: the service is not asked, and answers
 * so; `cut`: the connection is closed before it is asked, `lost`: after. `entry`: of a batch, the
 * first entry is refused for now, the others reach the service.
 */
export const faults = ['throttle', 'unavailable', 'html', 'cut', 'lost', 'entry'] as const
type Fault = (typeof faults)[number]

export interface FaultyAws {
  readonly url: string
  /** What happens to the next calls that send, one each; then they reach the service. */
  next(...faults: readonly Fault[]): void
  close(): Promise<void>
}

/** Stands before an emulated AWS and lets calls that send messages fail. */
export async function faultsBefore(target: string): Promise<FaultyAws> {
  const due: Fault[] = []
  const server = createServer(async (asked, answer) => {
    const body = await read(asked)
    const isSending = /SendMessage|PutEvents|PublishBatch/.test(`${operation(asked)}${body}`)
    await fate(isSending ? due.shift() : undefined, { asked, body, answer, target })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    next: (...more) => void due.push(...more),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Exchange {
  readonly asked: IncomingMessage
  readonly body: string
  readonly answer: ServerResponse
  readonly target: string
}

async function fate(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { asked, body, answer } = exchange
  switch (fault) {
    case 'cut':
      asked.socket.destroy()
      return
    case 'lost':
      await forwarded(exchange, body)
      asked.socket.destroy()
      return
    case 'html':
      answer.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway</html>')
      return
    case 'unavailable':
      refuse(asked, answer, { status: 503, code: 'ServiceUnavailable' })
      return
    case 'throttle':
      refuse(asked, answer, { status: 400, code: 'ThrottlingException' })
      return
    case 'entry': {
      const parts = isQuery(asked) ? queryWithout(body) : jsonWithout(body)
      const { status, text } =
        parts.rest === undefined ? none : await forwarded(exchange, parts.rest)
      answer.writeHead(status, { 'content-type': contentType(asked) }).end(parts.refuse(text))
      return
    }
    default: {
      const { status, text } = await forwarded(exchange, body)
      answer.writeHead(status, { 'content-type': contentType(asked) }).end(text)
    }
  }
}

const none = { status: 200, text: '' }

function operation(asked: IncomingMessage): string {
  return String(asked.headers['x-amz-target'] ?? '')
}

function isQuery(asked: IncomingMessage): boolean {
  return operation(asked) === ''
}

function contentType(asked: IncomingMessage): string {
  return isQuery(asked) ? 'text/xml' : String(asked.headers['content-type'])
}

function refuse(
  asked: IncomingMessage,
  answer: ServerResponse,
  { status, code }: { status: number; code: string },
): void {
  const error = `<Error><Code>${code}</Code><Message>no</Message></Error>`
  const xml = `<ErrorResponse>${error}</ErrorResponse>`
  const text = isQuery(asked) ? xml : JSON.stringify({ __type: code, message: 'no' })
  answer.writeHead(status, { 'content-type': contentType(asked) }).end(text)
}

async function read(stream: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

async function forwarded({ asked, target }: Exchange, body: string) {
  const { host: _, 'content-length': __, ...headers } = asked.headers
  const to = request(new URL(asked.url ?? '/', target), {
    ...{ method: asked.method, agent: false },
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  to.end(body)
  const [answer] = (await once(to, 'response')) as [IncomingMessage] // the event's only argument
  return { status: answer.statusCode ?? 500, text: await read(answer) }
}

/** A call without the first entry of its batch, undefined where none is left; and the answer to it
 * as if that one had been refused. */
interface Without {
  readonly rest: string | undefined
  refuse(text: string): string
}

function jsonWithout(body: string): Without {
  const { Entries: [first, ...others] = [], ...more } = JSON.parse(body)
  return {
    rest: others.length === 0 ? undefined : JSON.stringify({ ...more, Entries: others }),
    refuse(text) {
      const answer = text === '' ? {} : JSON.parse(text)
      if (first.Id === undefined) {
        const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'no' }
        return JSON.stringify({
          FailedEntryCount: 1,
          Entries: [refused, ...(answer.Entries ?? [])],
        })
      }
      const refused = { Id: first.Id, Code: 'InternalError', SenderFault: false }
      return JSON.stringify({ ...answer, Failed: [...(answer.Failed ?? []), refused] })
    },
  }
}

/** SNS's calls are forms, its answers XML. */
function queryWithout(body: string): Without {
  const given = new URLSearchParams(body)
  const rest = new URLSearchParams()
  const place = /^(PublishBatchRequestEntries\.member)\.(\d+)\.(.*)$/
  let left = 0
  for (const [name, value] of given) {
    const [, list, number, field] = place.exec(name) ?? []
    if (number === '1') continue
    left += number === undefined ? 0 : 1
    rest.append(number === undefined ? name : `${list}.${Number(number) - 1}.${field}`, value)
  }
  const id = given.get('PublishBatchRequestEntries.member.1.Id')
  const fields = `<Id>${id}</Id><Code>InternalError</Code><SenderFault>false</SenderFault>`
  const refused = `<Failed><member>${fields}</member></Failed>`
  const result = `<PublishBatchResult><Successful/>${refused}</PublishBatchResult>`
  return {
    rest: left === 0 ? undefined : rest.toString(),
    refuse: (text) =>
      text === ''
        ? `<PublishBatchResponse>${result}</PublishBatchResponse>`
        : text.replace(/<Failed\s*\/>|<Failed>\s*<\/Failed>|(?=<\/PublishBatchResult>)/, refused),
  }
}
