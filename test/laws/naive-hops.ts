import type { EventRecord } from '../../src/event/event.js'
import { byPosition } from './naive.js'
import { naiveLegs } from './naive-latency.js'

/* The legs of SQS, SNS, Kinesis and Logs by what the decoder says of each layer's stamps, by brute
 * force: it shares no code with src/envelopes/hops.ts. */

const accepting = ['SentTimestamp', 'Timestamp', 'ApproximateArrivalTimestamp', 'ingestionTime']

/** When the event passed each point, in µs. Stamps stand outermost first. */
function pointsOf({ stamps, timeUs, document, envelopes }: EventRecord): (number | null)[] {
  const depth = (layer: string) => envelopes.indexOf(layer)
  const accepted = stamps.filter(({ name }) => accepting.includes(name)).at(-1)
  const received = stamps.findLast(
    ({ layer, name }) =>
      name === 'ApproximateFirstReceiveTimestamp' &&
      (!accepted || depth(layer) <= depth(accepted.layer)),
  )
  const recorded = stamps.find(
    ({ layer, name }) =>
      name === 'ingestionTime' && received && depth(layer) < depth(received.layer),
  )
  const isOwn = document['time'] !== undefined
  return [
    isOwn ? timeUs : null,
    accepted?.timeUs ?? null,
    received?.timeUs ?? null,
    recorded?.timeUs ?? null,
  ]
}

/** The figures of each row that has events, and of all. No delivery is of an ordered place. */
export function naiveHops(events: readonly EventRecord[], rowOf: (event: EventRecord) => string) {
  const firsts = new Set(events.filter((event) => isFirst(event, events)))
  const names = [...new Set(events.map(rowOf))]
  const of = (isIn: (event: EventRecord) => boolean) =>
    naiveLegs([...firsts].filter(isIn).map(pointsOf))
  const rows = names.map((name) => [name, of((event) => rowOf(event) === name)] as const)
  return { rows, total: of(() => true) }
}

function isFirst(event: EventRecord, events: readonly EventRecord[]): boolean {
  if (event.id === null) return true
  const same = events.filter(({ id, source }) => id === event.id && source === event.source)
  const isTimed = same.every(({ receivedAtUs }) => receivedAtUs !== null)
  const [first] = same.sort((a, b) => {
    const byTime = isTimed ? (a.receivedAtUs ?? 0) - (b.receivedAtUs ?? 0) : 0
    return byTime || byPosition(a, b)
  })
  return first === event
}
