import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyOf } from './body.js'

/** A receiver of OTLP over HTTP that reads protobuf by the numbers of its fields, as
 * opentelemetry/proto/metrics/v1/metrics.proto gives them. */
export interface OtlpDouble {
  readonly url: string
  /** What each request had. */
  readonly got: OtlpMetric[][]
  readonly headers: Record<string, unknown>[]
  /** The status of an answer, and its body; `cut`: none, although it was taken. */
  answer: () => { status: number; body?: Buffer; headers?: Record<string, string> } | 'cut'
  stop(): Promise<void>
}

interface OtlpMetric {
  readonly name: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum' | 'exponential'
  /** 1: what each point adds. */
  readonly temporality: number
  readonly points: OtlpPoint[]
}

interface OtlpPoint {
  readonly attributes: Record<string, string>
  readonly startMs: number
  readonly endMs: number
  readonly value?: number
  readonly histogram?: OtlpHistogram
}

export interface OtlpHistogram {
  readonly count: number
  readonly sum: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  readonly scale: number
  readonly zeroCount: number
  readonly offset: number
  readonly bucketCounts: number[]
}

export async function startOtlp(): Promise<OtlpDouble> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (body === undefined) return
    double.headers.push({ ...request.headers, path: request.url })
    const answer = double.answer()
    if (answer === 'cut' || answer.status < 300) double.got.push(metricsIn(body))
    if (answer === 'cut') request.socket.destroy()
    else response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const double: OtlpDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ got: [], headers: [], answer: () => ({ status: 200 }) },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return double
}

type Value = bigint | Buffer

/** The fields of a message: numbers as they are on the wire, the rest as bytes. */
class Message {
  private readonly fields = new Map<number, Value[]>()

  constructor(bytes: Buffer) {
    let at = 0
    const varint = () => {
      let [value, shift] = [0n, 0n]
      for (;;) {
        const byte = bytes[at++] ?? 0
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return value
        shift += 7n
      }
    }
    while (at < bytes.length) {
      const tag = Number(varint())
      const [field, type] = [tag >>> 3, tag & 7]
      let value: Value
      if (type === 0) value = varint()
      else if (type === 1) {
        value = bytes.readBigUInt64LE(at)
        at += 8
      } else if (type === 2) {
        const length = Number(varint())
        value = bytes.subarray(at, at + length)
        at += length
      } else throw new Error(`field ${field} is of wire type ${type}`)
      this.fields.set(field, [...(this.fields.get(field) ?? []), value])
    }
  }

  has(field: number): boolean {
    return this.fields.has(field)
  }

  messages(field: number): Message[] {
    return (this.fields.get(field) ?? []).map((value) => new Message(value as Buffer))
  }

  text(field: number): string {
    const [value] = this.fields.get(field) ?? []
    return value === undefined ? '' : (value as Buffer).toString()
  }

  number(field: number): number {
    return Number(this.fields.get(field)?.[0] ?? 0n)
  }

  /** sint32 */
  signed(field: number): number {
    const raw = this.number(field)
    return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2
  }

  double(field: number): number | undefined {
    const [bits] = this.fields.get(field) ?? []
    if (bits === undefined) return undefined
    const buffer = Buffer.alloc(8)
    buffer.writeBigUInt64LE(bits as bigint)
    return buffer.readDoubleLE()
  }

  /** repeated uint64, packed or not */
  numbers(field: number): number[] {
    return (this.fields.get(field) ?? []).flatMap((value) => {
      if (typeof value === 'bigint') return [Number(value)]
      const found: number[] = []
      let [sum, scale] = [0, 1]
      for (const byte of value) {
        sum += (byte & 0x7f) * scale
        scale *= 128
        if (byte < 0x80) {
          found.push(sum)
          ;[sum, scale] = [0, 1]
        }
      }
      return found
    })
  }
}

function metricsIn(body: Buffer): OtlpMetric[] {
  const scopes = new Message(body).messages(1).flatMap((resource) => resource.messages(2))
  return scopes.flatMap((scope) => scope.messages(2)).map(metricOf)
}

const kinds = { 5: 'gauge', 7: 'sum', 10: 'exponential' } as const

function metricOf(metric: Message): OtlpMetric {
  const field = ([5, 7, 10] as const).find((each) => metric.has(each))
  if (field === undefined) throw new Error(`${metric.text(1)} is of no known kind`)
  const [data] = metric.messages(field)
  if (!data) throw new Error('no data')
  const isHistogram = field === 10
  return {
    ...{ name: metric.text(1), unit: metric.text(3), kind: kinds[field] },
    temporality: data.number(2),
    points: data.messages(1).map((point) => ({
      attributes: Object.fromEntries(
        point
          .messages(isHistogram ? 1 : 7)
          .map((pair) => [pair.text(1), pair.messages(2)[0]?.text(1) ?? '']),
      ),
      ...{ startMs: point.number(2) / 1e6, endMs: point.number(3) / 1e6 },
      ...(isHistogram ? { histogram: histogramOf(point) } : { value: numberOf(point) }),
    })),
  }
}

function numberOf(point: Message): number {
  return point.double(4) ?? point.number(6)
}

function histogramOf(point: Message): OtlpHistogram {
  const [positive] = point.messages(8)
  return {
    ...{ count: point.number(4), sum: point.double(5), min: point.double(12) },
    ...{ max: point.double(13), scale: point.signed(6), zeroCount: point.number(7) },
    ...{ offset: positive?.signed(1) ?? 0, bucketCounts: positive?.numbers(2) ?? [] },
  }
}
