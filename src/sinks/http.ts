import { EvtError } from '../errors.js'
import type { OpenSink, Sent, Sink } from './sink.js'

const MEBIBYTE = 1_048_576
const ANSWER_MS = 30_000

interface Post {
  readonly body: string
  readonly headers: Record<string, string>
}

/** A program that is posted one body after the other. */
export const http: Sink = {
  name: 'http',
  writes: 'a URL, http:// or https://',
  order: 'The next of a key is posted when the one before is answered.',
  repeated:
    'Where an answer is lost, a body is posted again, with the same header idempotency-key.',
  cost: 'What the receiver takes; a request for each event.',
  ...{ marks: 'attribute', callMs: 20 },
  iamActions: [],
  async open(address, { signal }) {
    const url = urlOf(address)
    await reached(url, signal)
    return opened(url)
  },
}

function opened(url: URL): OpenSink<Post> {
  return {
    target: url.href,
    limits: { entries: 1, entryBytes: 10 * MEBIBYTE, batchBytes: 10 * MEBIBYTE },
    keepsOrder: true,
    prepare({ body, attributes, sendId }) {
      const encoded = Object.entries(attributes).map(([name, value]) => [
        name,
        encodeURIComponent(value),
      ])
      const headers = {
        ...{ 'content-type': 'application/json', 'idempotency-key': sendId },
        ...Object.fromEntries(encoded),
      }
      return { message: { body, headers }, sizeBytes: Buffer.byteLength(body) }
    },
    async send(batch, signal) {
      return Promise.all(batch.map((post) => posted(url, post, signal)))
    },
    close: () => {},
  }
}

async function posted(url: URL, { body, headers }: Post, signal: AbortSignal): Promise<Sent> {
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', body, headers, redirect: 'manual' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    await answer.arrayBuffer()
    return sentOf(answer)
  } catch (error) {
    const told = signal.aborted ? 'interrupted before it was answered' : reasonOf(error)
    return { isSent: false, error: told, isTemporary: true, isOfAll: true }
  }
}

/** The receiver is not there, has enough for now, or wants this body at no time. */
function sentOf({ ok, status, headers }: Response): Sent {
  if (ok) return { isSent: true, messageId: headers.get('x-request-id') ?? `HTTP ${status}` }
  const isOfAll = [429, 502, 503, 504].includes(status)
  const isTemporary = status >= 500 || [408, 425, 429].includes(status)
  return { isSent: false, error: `HTTP ${status}`, isTemporary, isOfAll }
}

function urlOf(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch (cause) {
    throw new EvtError(`${address} is no URL`, { code: 'usage', cause })
  }
  if (url.username === '' && url.password === '') return url
  throw new EvtError(`the URL of --to has a user name or a password in it`, {
    code: 'usage',
    hint: 'others on this machine can read a command line: leave them out',
  })
}

/** Whether anybody answers. What is answered to this says nothing of a POST. */
async function reached(url: URL, signal: AbortSignal): Promise<void> {
  try {
    await fetch(url, {
      ...{ method: 'HEAD', redirect: 'manual' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
  } catch (cause) {
    if (signal.aborted) throw new EvtError('interrupted', { code: 'interrupted', cause })
    const message = `${url.origin} cannot be reached (${reasonOf(cause)})`
    throw new EvtError(message, { code: 'outside', cause })
  }
}

/** What undici hides behind `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) {
    return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  }
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message
}
