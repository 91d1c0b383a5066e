import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { crc32 } from 'node:zlib'
import { type ModelStart, Refusal, type StreamModel } from './stream-model.js'

/**
 * What becomes of a subscription after its first event with records: an exception in the midst of
 * it, also one that is for good, a frame that is cut or wrong, a connection that is closed or goes
 * silent. `busy`: it is refused.
 */
export type SubscriptionFault =
  | ('exception' | 'denied' | 'gone' | 'cut' | 'corrupt' | 'closed' | 'silent')
  | 'busy'

const exceptions: Partial<Record<SubscriptionFault, string>> = {
  exception: 'InternalFailureException',
  denied: 'KMSAccessDeniedException',
  gone: 'ResourceNotFoundException',
}

type Response = ServerResponse | Http2ServerResponse
type Request = IncomingMessage | Http2ServerRequest

/** SubscribeToShard: events as there are records, until its time is over or the shard ends. */
export class Subscriptions {
  readonly faults: SubscriptionFault[] = []
  /** Five minutes at AWS. */
  lifeMs = 300_000
  /** Records of an event. */
  pageSize = 100
  /** Between two events without records. */
  idleMs = 200
  /** Those that were begun. */
  begun = 0
  readonly #open = new Set<() => void>()

  constructor(private readonly model: StreamModel) {}

  end(): void {
    for (const end of this.#open) end()
  }

  /** @throws Refusal */
  begin(body: Record<string, unknown>, response: Response, request: Request): void {
    const id = String(body['ShardId'])
    let index = this.model.indexOf(id, body['StartingPosition'] as ModelStart)
    const fault = this.faults.shift()
    if (fault === 'busy') throw new Refusal('ResourceInUseException', 'Another is active')
    this.begun += 1
    // One signature for each of two classes.
    const out = response as ServerResponse
    out.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
    out.write(frame({ ':message-type': 'event', ':event-type': 'initial-response' }, '{}'))
    const state = { isOver: false, isSilent: false }
    const end = (how: () => void) => {
      if (state.isOver) return
      state.isOver = true
      clearTimeout(life)
      clearInterval(idle)
      unhear()
      this.#open.delete(stop)
      how()
    }
    const stop = () => end(() => out.end())
    const send = (isIdle = false) => {
      while (!state.isOver && !state.isSilent) {
        const page = this.model.slice(id, index, this.pageSize)
        if (page.records.length === 0 && !page.isEnd && !isIdle) return
        index = page.next
        out.write(eventFrame(this.model, id, page))
        if (fault && page.records.length > 0) return misbehave(fault, { out, request, state, end })
        if (page.isEnd) return stop()
        if (page.records.length === 0) return
      }
    }
    const life = setTimeout(stop, this.lifeMs)
    const idle = setInterval(() => send(true), this.idleMs)
    const unhear = this.model.onChange(() => send())
    this.#open.add(stop)
    out.on('close', () => end(() => {}))
    send(true)
  }
}

interface Subscription {
  readonly out: ServerResponse
  readonly request: Request
  readonly state: { isSilent: boolean }
  end(how: () => void): void
}

function misbehave(fault: SubscriptionFault, { out, request, state, end }: Subscription): void {
  const type = exceptions[fault] ?? 'InternalFailureException'
  const headers = { ':message-type': 'exception', ':exception-type': type }
  const whole = frame(headers, '{"message":"oops"}')
  const hangUp = () => {
    if ('stream' in request) request.stream.close(2)
    else request.socket.destroy()
  }
  if (fault === 'silent') state.isSilent = true
  else if (fault in exceptions) end(() => out.end(whole))
  else if (fault === 'closed') end(hangUp)
  else if (fault === 'cut') end(() => out.write(whole.subarray(0, 20), hangUp))
  else {
    whole[whole.length - 1] = (whole.at(-1) ?? 0) ^ 0xff
    end(() => out.end(whole))
  }
}

function eventFrame(
  model: StreamModel,
  id: string,
  { records, isEnd, behindMs, next }: ReturnType<StreamModel['slice']>,
): Buffer {
  const { firstSequence, records: all } = model.shard(id)
  const last = all[next - 1]
  const children = model.childrenOf(id).map(({ id: child, parents, from, to }) => ({
    ...{ ShardId: child, ParentShards: parents },
    HashKeyRange: { StartingHashKey: `${from}`, EndingHashKey: `${to}` },
  }))
  const body = {
    ...{ Records: records, MillisBehindLatest: behindMs },
    ContinuationSequenceNumber: isEnd ? null : (last?.SequenceNumber ?? `${firstSequence}`),
    ...(isEnd && { ChildShards: children }),
  }
  const headers = { ':message-type': 'event', ':event-type': 'SubscribeToShardEvent' }
  return frame({ ...headers, ':content-type': 'application/x-amz-json-1.1' }, JSON.stringify(body))
}

/** A message of AWS's event streams: lengths, headers, payload, and CRCs of both. */
/** An event of a stream of events, as AWS frames it. */
export function frame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const parts = Object.entries(headers).map(([name, value]) => {
    const [key, text] = [Buffer.from(name), Buffer.from(value)]
    const size = Buffer.alloc(2)
    size.writeUInt16BE(text.length)
    return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([7]), size, text])
  })
  const head = Buffer.concat(parts)
  const body = Buffer.from(payload)
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(12 + head.length + body.length + 4, 0)
  prelude.writeUInt32BE(head.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const message = Buffer.concat([prelude, head, body])
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc32(message))
  return Buffer.concat([message, end])
}
