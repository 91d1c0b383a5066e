import type { WrapContent } from '../envelopes/envelope.js'
import { timeText } from '../event/time.js'
import { type Chain, wrapInChain } from './chain.js'
import { EVENTS_PER_CORRELATION, Fault } from './events.js'
import { payloadOf } from './payload.js'
import { mixed, uuid } from './random.js'
import { recordedUs, type Workload } from './workload.js'

/** What the identifiers are for: no two of them are alike. */
const Salt = { id: 0, secondId: 1, correlation: 2, message: 3 } as const
const REPLAY_NAME = 'planted-replay'
const SECOND_US = 1e6

/** The id that a delivery's event has: one of its own where it was published twice. */
export function idOf({ settings, deliveries }: Workload, d: number): string {
  const isSecond = deliveries.fault[d] === Fault.publishedTwice
  return uuid(settings.seed, deliveries.event[d] ?? 0, isSecond ? Salt.secondId : Salt.id)
}

export function keyText(key: number): string {
  return `ad-${String(key + 1).padStart(7, '0')}`
}

/**
 * Makes the function that writes the record of a delivery, as a line of JSON without its end.
 * Records hold ASCII alone, and their payloads no fractions and no missing fields: a value is the
 * same text in every format.
 */
export function createRecorder(workload: Workload, eventBytes: number): (d: number) => string {
  const fillers = workload.settings.chains.map((_, chain) => {
    const d = firstInChain(workload, chain)
    const bare = d < 0 ? 0 : JSON.stringify(recordOf(workload, d, { fillerLength: 0 })).length
    return Math.max(0, eventBytes - bare)
  })
  return (d) => {
    const chain = rowOf(workload, d)?.chain ?? 0
    const mean = fillers[chain] ?? 0
    const random = mixed((workload.deliveries.event[d] ?? 0) + 1) / 2 ** 32
    const fillerLength = Math.round(mean * (0.5 + random))
    return JSON.stringify(recordOf(workload, d, { fillerLength }))
  }
}

/** A record with every field that one of its chain can have, to take the columns from. */
export function sampleRecord(workload: Workload): Record<string, unknown> {
  return recordOf(workload, 0, { fillerLength: 1, asReplay: true })
}

interface RecordOptions {
  fillerLength: number
  asReplay?: boolean
}

function recordOf(workload: Workload, d: number, options: RecordOptions): Record<string, unknown> {
  const { settings, events, deliveries } = workload
  const i = deliveries.event[d] ?? 0
  const row = rowOf(workload, d)
  const chain = settings.chains[row?.chain ?? 0]
  if (!row || !chain) throw new Error(`no row for delivery ${d}`)
  const receivedAtUs = recordedUs(workload, d)
  const isReplay = options.asReplay || deliveries.fault[d] === Fault.replay
  const { replay: canName } = chain.document.fields
  const base = {
    id: idOf(workload, d),
    source: row.source,
    type: row.type,
    timeUs: events.timeUs[i] ?? 0,
    receivedAtUs,
    attempt: deliveries.attempt[d] ?? 1,
    // No FIFO queue: its own order would decide, and there is one already.
    key: null,
    replay: isReplay && canName ? REPLAY_NAME : null,
  }
  const payload = payloadOf({
    metadata: metadataOf(workload, i),
    key: keyText(events.key[i] ?? 0),
    keyNumber: events.key[i] ?? 0,
    random: mixed(settings.seed ^ mixed(i + 1)),
    isAltered: deliveries.fault[d] === Fault.conflict,
    fillerLength: options.fillerLength,
  })
  const message = deliveryOfMessage(workload, d)
  const contentOf = (layer: number, document: Record<string, unknown>): WrapContent => ({
    ...base,
    document,
    transportId: uuid(settings.seed, message, Salt.message + layer),
  })
  return wrapInChain(chain, documentOf(chain, { payload, ...contentOf(3, payload) }), contentOf)
}

/** The producer's document, with the time of arrival where no transport records it. */
function documentOf(
  chain: Chain,
  content: WrapContent & { payload: Record<string, unknown> },
): Record<string, unknown> {
  const { payload, id, source, type, timeUs, receivedAtUs } = content
  // EventBridge's own time has whole seconds: the precise one is in the metadata.
  const isCoarse = chain.document.name === 'eventbridge'
  const shownUs = isCoarse ? Math.floor(timeUs / SECOND_US) * SECOND_US : timeUs
  const isPlain = chain.document.payload === undefined
  const document = isPlain
    ? { id, source, type, time: timeText(timeUs), ...payload }
    : chain.document.wrap?.({ ...content, document: payload, timeUs: shownUs })
  return { ...document, ...(chain.recordsArrival ? {} : { receivedAt: timeText(receivedAtUs) }) }
}

function metadataOf({ settings, events }: Workload, i: number) {
  const sequence = events.sequence[i] ?? 0
  const cause = events.cause[i] ?? -1
  const chapter = Math.floor((sequence - 1) / EVENTS_PER_CORRELATION)
  const correlation = mixed((events.key[i] ?? 0) ^ mixed(chapter + 1))
  return {
    occurredAt: timeText(events.timeUs[i] ?? 0),
    sequence,
    correlationId: uuid(settings.seed, correlation, Salt.correlation),
    causationId: cause < 0 ? null : uuid(settings.seed, cause, Salt.id),
  }
}

/** A redelivery is of the message that the first delivery came in: both have the event's number.
 * Every other delivery has a message of its own, numbered behind all events. */
function deliveryOfMessage({ events, deliveries }: Workload, d: number): number {
  const fault = deliveries.fault[d] ?? 0
  const isOwn = fault !== Fault.none && fault !== Fault.redelivery
  return isOwn ? events.count + d : (deliveries.event[d] ?? 0)
}

function rowOf({ rows, events, deliveries }: Workload, d: number) {
  return rows[events.row[deliveries.event[d] ?? 0] ?? 0]
}

function firstInChain(workload: Workload, chain: number): number {
  return workload.deliveries.event.findIndex((_, d) => rowOf(workload, d)?.chain === chain)
}
