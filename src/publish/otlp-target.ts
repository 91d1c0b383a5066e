import { setTimeout } from 'node:timers/promises'
import { EvtError } from '../errors.js'
import { withoutSecrets } from '../event/shown-url.js'
import type { WindowDatums } from './datums.js'
import type { Target } from './target.js'

export interface OtlpOptions {
  readonly url: string
  readonly namespace: string
  readonly version: string
  /** For `OTEL_EXPORTER_OTLP_HEADERS`, such as a token. */
  readonly env: NodeJS.ProcessEnv
}

/** So many windows go in one request. */
const WINDOWS_AT_ONCE = 100
const TIMEOUT_MS = 30_000
const FIRST_WAIT_MS = 250
const MOST_ATTEMPTS = 8
/** Nothing was taken, and may be later. Who stands between may say 502 or 504 of what was. */
const busy = new Set([429, 503])

/**
 * Who takes OTLP over HTTP, as protobuf. A request whose answer was lost is not made again: what it
 * has would count twice.
 *
 * @throws EvtError `usage` for an URL that is none
 */
export async function otlpTarget({ url: typed, env, ...of }: OtlpOptions): Promise<Target> {
  const at = endpointOf(typed)
  const url = withoutSecrets(typed)
  const headers = { ...headersOf(env), 'content-type': 'application/x-protobuf' }
  const { otlpMetrics } = await import('./otlp-metrics.js')
  const { JsonMetricsSerializer, ProtobufMetricsSerializer } = await import(
    '@opentelemetry/otlp-transformer'
  )
  const send = async (windows: readonly WindowDatums[], patience: AbortSignal) => {
    const bytes = ProtobufMetricsSerializer.serializeRequest(otlpMetrics(windows, of))
    if (bytes === undefined) throw new Error('nothing to send')
    const body = Buffer.from(bytes)
    for (let attempt = 1, waitMs = FIRST_WAIT_MS; ; attempt++, waitMs *= 2) {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      // Who is sent elsewhere by a 301 would ask there with a GET, and headers would go along.
      const asked = { method: 'POST', headers, body, signal, redirect: 'manual' } as const
      const answer = await fetch(at, asked).catch((error) => {
        if (isUnsent(error)) return error as Error
        throw failed(url, reasonOf(error), error)
      })
      if (answer instanceof Error) return { refused: failed(url, reasonOf(answer), answer) }
      if (answer.ok) return noneRejected(answer)
      await answer.body?.cancel()
      const { status, statusText } = answer
      const refused = failed(url, `HTTP ${status} ${statusText}`)
      if (status > 499 && !busy.has(status)) throw refused
      if (!busy.has(status) || attempt === MOST_ATTEMPTS) return { refused }
      await setTimeout(waitMs, undefined, { signal: patience }).catch(() => undefined)
      if (patience.aborted) return { refused }
    }
  }
  const noneRejected = async (answer: Response) => {
    const bytes = await answer.arrayBuffer().catch((error: unknown) => {
      throw failed(url, reasonOf(error), error)
    })
    const partial = readAnswer(new Uint8Array(bytes), answer.headers.get('content-type') ?? '')
    if (partial === undefined) return undefined
    throw failed(url, partial)
  }
  const readAnswer = (bytes: Uint8Array, kind: string): string | undefined => {
    if (bytes.length === 0) return undefined
    const isJson = /json/i.test(kind)
    const serializer = isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer
    let partialSuccess: ReturnType<typeof serializer.deserializeResponse>['partialSuccess']
    try {
      // Its own serializer takes what is none for an empty answer.
      if (isJson) JSON.parse(new TextDecoder().decode(bytes))
      partialSuccess = serializer.deserializeResponse(bytes)?.partialSuccess
    } catch {
      return `what it answers is no OTLP (${kind || 'of no type'})`
    }
    const rejected = Number(partialSuccess?.rejectedDataPoints ?? 0)
    return rejected > 0
      ? `${rejected} data points were rejected: ${partialSuccess?.errorMessage ?? ''}`
      : undefined
  }
  return {
    ...{ kind: 'otlp', region: null, url },
    batches: (windows) =>
      Array.from({ length: Math.ceil(windows.length / WINDOWS_AT_ONCE) }, (_, n) => {
        const part = windows.slice(n * WINDOWS_AT_ONCE, (n + 1) * WINDOWS_AT_ONCE)
        const starts = part.map(({ startMs }) => startMs)
        return { begins: starts, ends: starts, send: (patience) => send(part, patience) }
      }),
    close: () => undefined,
  }
}

/** @throws EvtError `usage` for what is none */
function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new EvtError(
      `--otlp ${withoutSecrets(text)} is no URL of http or https without a password`,
      {
        code: 'usage',
        hint: 'write http://localhost:4318; OTEL_EXPORTER_OTLP_HEADERS has what signs in',
      },
    )
  }
  if (url.pathname === '/') url.pathname = '/v1/metrics'
  return url
}

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry's specification has it. */
function headersOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = (env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const]
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isUnsent(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|bad port)$/.test(codeOf(error))
}

/** fetch says of all failures the same, and their cause tells; of a port that is none for HTTP, in
 * words. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return ''
  if ('code' in cause) return String(cause.code)
  return cause.message === 'bad port' ? cause.message : ''
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : String(error)
  return codeOf(error) || (name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1_000} s` : name)
}

function failed(url: string, why: string, cause?: unknown): EvtError {
  return new EvtError(`${url} does not take metrics: ${why}`, {
    ...{ code: 'outside', hint: 'it takes a receiver of OTLP over HTTP, usually on port 4318' },
    ...(cause !== undefined && { cause }),
  })
}
