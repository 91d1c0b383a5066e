import type { ReadEvent } from './archive-reader.js'

/** The figures of DESIGN §8 in the most literal way, over what was read. No percentiles. */
export function bruteForce(read: readonly ReadEvent[]) {
  const order = [...read].sort(
    (a, b) =>
      a.receivedUs - b.receivedUs ||
      Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)) ||
      a.record - b.record,
  )
  const seen = new Map<string, ReadEvent[]>()
  const streams = new Map<string, ReadEvent[]>()
  const judged = order.map((event) => {
    const identity = `${event.source} ${event.id}`
    const before = seen.get(identity) ?? []
    seen.set(identity, [...before, event])
    const cause = before.length === 0 ? null : causeOf(event, before)
    if (cause !== null) return { event, cause, extent: 0, lateUs: 0 }
    const stream = streams.get(event.key) ?? []
    streams.set(event.key, stream)
    const j = stream.findIndex(({ sequence }) => sequence > event.sequence)
    const extent = j < 0 ? 0 : stream.length - j
    const lateUs = j < 0 ? 0 : event.receivedUs - (stream[j]?.receivedUs ?? 0)
    stream.push(event)
    return { event, cause, extent, lateUs }
  })
  const names = new Set(read.map(({ type, source }) => JSON.stringify([type, source])))
  const types = [...names].map((name) => {
    const [type, source] = JSON.parse(name)
    const own = judged.filter(({ event }) => event.type === type && event.source === source)
    return { type, source, ...figures(own) }
  })
  return { total: figures(judged), types }
}

type Cause = 'replay' | 'redelivery' | 'sameId'

function causeOf(event: ReadEvent, before: readonly ReadEvent[]): Cause {
  if (event.replay) return 'replay'
  const isSame = before.some(({ messageId }) => messageId === event.messageId)
  return event.messageId !== null && isSame && event.attempt > 1 ? 'redelivery' : 'sameId'
}

interface Judged {
  event: ReadEvent
  cause: Cause | null
  extent: number
  lateUs: number
}

function figures(judged: readonly Judged[]) {
  const firsts = judged.filter(({ cause }) => cause === null)
  const reordered = firsts.filter(({ extent }) => extent > 0)
  const latencies = firsts
    .map(({ event }) => event.receivedUs - event.timeUs)
    .filter((us) => us >= 0)
    .sort((a, b) => a - b)
  const sum = latencies.reduce((total, us) => total + us, 0)
  const count = judged.length - firsts.length
  const of = (cause: Cause) => judged.filter((one) => one.cause === cause).length
  return {
    events: judged.length,
    distinct: firsts.length,
    duplicates: {
      count,
      rate: count / judged.length,
      byCause: {
        replay: of('replay'),
        redelivery: of('redelivery'),
        sameId: of('sameId'),
      },
    },
    ordering: {
      keys: new Set(firsts.map(({ event }) => event.key)).size,
      checked: firsts.length,
      reordered: reordered.length,
      ratio: reordered.length / firsts.length,
      maxExtent: Math.max(0, ...reordered.map(({ extent }) => extent)),
      maxLateMs: Math.max(0, ...reordered.map(({ lateUs }) => lateUs)) / 1000,
    },
    latency: {
      count: latencies.length,
      min: (latencies[0] ?? 0) / 1000,
      mean: sum / latencies.length / 1000,
      max: (latencies.at(-1) ?? 0) / 1000,
      skewed: firsts.length - latencies.length,
    },
    latencies,
  }
}
