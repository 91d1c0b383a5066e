import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'

/** An answer of SQS: a body, an error by its name, a page, or none at all. */
export type Answer =
  | { body: object }
  | { error: string; status?: number }
  | { html: number }
  | 'cut'
  | 'silence'

interface Asked {
  readonly action: string
  readonly body: Record<string, unknown>
}

/** SQS that answers what a test says, for faults that no emulator has. */
export interface QueueDouble {
  readonly url: string
  readonly asked: Asked[]
  /** What to answer to an action from now on: one after the other, the last one ever after. */
  answers(action: string, ...answers: Answer[]): void
  stop(): void
}

/** One with a queue `orders` that has nothing in it. */
export async function queueDouble(): Promise<QueueDouble> {
  const asked: Asked[] = []
  const script = new Map<string, Answer[]>()
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (body === undefined) return
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    asked.push({ action, body: JSON.parse(body.toString()) })
    const left = script.get(action) ?? []
    give(response, (left.length > 1 ? left.shift() : left[0]) ?? { body: {} })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answers: QueueDouble['answers'] = (action, ...all) => void script.set(action, all)
  answers('GetQueueUrl', { body: { QueueUrl: `${url}/123456789012/orders` } })
  return {
    ...{ url, asked, answers },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return
  if (answer === 'cut') {
    response.destroy()
    return
  }
  if ('html' in answer) {
    response.writeHead(answer.html, { 'content-type': 'text/html' })
    response.end('<!doctype html><title>Gateway</title><p>The proxy says no.')
    return
  }
  const isError = 'error' in answer
  const status = isError ? (answer.status ?? 400) : 200
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
  const error = isError && { __type: `com.amazonaws.sqs#${answer.error}`, message: 'It says no.' }
  response.end(JSON.stringify(error || (answer as { body: object }).body))
}
