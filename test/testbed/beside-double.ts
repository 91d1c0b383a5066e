import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'

interface DoubledGroup {
  readonly lines: readonly { readonly atMs: number; readonly message: string }[]
  /** Why it may not be read. */
  readonly refusal?: string
  /** Whether its pages never end. */
  readonly isEndless?: boolean
  readonly pageSize?: number
}

interface DoubledTraces {
  /** By the id of a trace, the documents of its segments. */
  readonly documents?: Readonly<Record<string, readonly string[]>>
  /** How often X-Ray leaves a trace unprocessed. */
  readonly unprocessed?: Readonly<Record<string, number>>
  /** From this call on X-Ray refuses. */
  readonly refusesFrom?: number
}

/**
 * FilterLogEvents of some groups and BatchGetTraces over the wire. Patterns are read as CloudWatch
 * reads them: a text in quotes, or any of several that begin with `?`; within quotes, a backslash
 * takes the next character as it is.
 */
export async function startBeside(groups: Record<string, DoubledGroup>, traces: DoubledTraces) {
  const asked: { group?: string; pattern?: string; traceIds?: string[] }[] = []
  const left = new Map(Object.entries(traces.unprocessed ?? {}))
  let xrayCalls = 0
  const logs = (said: { logGroupName: string; filterPattern: string; nextToken?: string }) => {
    asked.push({ group: said.logGroupName, pattern: said.filterPattern })
    const group = groups[said.logGroupName]
    const type = group ? group.refusal : 'ResourceNotFoundException'
    if (!group || type) return { status: 400, body: { __type: type, message: 'no' } }
    const { lines, isEndless, pageSize = 10_000 } = group
    if (isEndless) return { status: 200, body: { events: [], nextToken: `${asked.length}` } }
    const terms = termsIn(said.filterPattern)
    const from = Number(said.nextToken ?? 0)
    const events = lines
      .map(({ atMs: timestamp, message }, n) => {
        return { eventId: `${n}`, logStreamName: 's', timestamp, message }
      })
      .filter(({ message }) => terms.some((term) => message.includes(term)))
    const next = from + pageSize < events.length ? { nextToken: `${from + pageSize}` } : {}
    return { status: 200, body: { events: events.slice(from, from + pageSize), ...next } }
  }
  const xray = ({ TraceIds }: { TraceIds: string[] }) => {
    asked.push({ traceIds: TraceIds })
    xrayCalls += 1
    if (xrayCalls >= (traces.refusesFrom ?? Number.POSITIVE_INFINITY))
      return { status: 403, body: { __type: 'AccessDeniedException', message: 'may not' } }
    const isLeft = (id: string) => (left.get(id) ?? 0) > 0
    const UnprocessedTraceIds = TraceIds.filter(isLeft)
    const Traces = TraceIds.filter((id) => !isLeft(id)).flatMap((Id) => {
      const Segments = traces.documents?.[Id]?.map((Document, n) => ({ Id: `${n}`, Document }))
      return Segments ? [{ Id, Segments }] : []
    })
    for (const id of UnprocessedTraceIds) left.set(id, (left.get(id) ?? 0) - 1)
    return { status: 200, body: { Traces, UnprocessedTraceIds } }
  }
  const server = createServer(async (request, response) => {
    const said = JSON.parse(String(await bodyOf(request)))
    const { status, body } = request.url === '/Traces' ? xray(said) : logs(said)
    const type = '__type' in body ? { 'x-amzn-errortype': String(body.__type) } : {}
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...type })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url, asked, stop }
}

/** @throws Error for what CloudWatch would not take, or would take for something else */
function termsIn(pattern: string): string[] {
  const one = /(\??)"((?:[^"\\]|\\.)*)"/gy
  const terms: string[] = []
  const marks = new Set<string>()
  if (pattern.length > 1_024) throw new Error(`${pattern.length} characters`)
  for (let at = 0; at < pattern.length; at = one.lastIndex + 1) {
    one.lastIndex = at
    const [, mark = '', text = ''] = one.exec(pattern) ?? []
    if (one.lastIndex === 0) throw new Error(`no pattern: ${pattern}`)
    marks.add(mark)
    terms.push(text.replace(/\\(.)/g, '$1'))
  }
  if (marks.size !== 1 || (terms.length > 1 && marks.has(''))) throw new Error(pattern)
  return terms
}
