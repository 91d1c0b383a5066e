import type { HopTimes, JsonObject, JsonValue } from '../event/event.js'
import { compilePath, type JsonPath, pathText } from '../event/json-path.js'
import { parseTime } from '../event/time.js'
import type { Derived, Envelope, HopPoint } from './envelope.js'

export type HopReader = (documents: readonly JsonObject[], timeUs: number | null) => HopTimes

/** A place of one layer where a time may be. */
interface TimePlace {
  readonly layer: number
  readonly read: (document: JsonObject) => JsonValue | undefined
  /** Of `time`: whether it is when a transport took the document over. */
  readonly isAccepted?: boolean
}

/**
 * Makes the reader of when an event passed the points of its way, from the documents of its layers.
 * An envelope declares its times for them as `hops`; what each is, and which of several counts:
 *
 * - produced: the event's `time`, unless that is when a transport took the document over (SNS's
 *   Timestamp, where the document has none): then nobody said.
 * - accepted: when the first transport around the document took it over. The innermost layer's that
 *   has one: SNS Timestamp, SQS SentTimestamp, Kinesis ApproximateArrivalTimestamp, Kafka's
 *   timestamp where it is LOG_APPEND_TIME, Firehose's and Logs' arrival, an HTTP request's time.
 * - first received: when a consumer was first given it: SQS ApproximateFirstReceiveTimestamp, of
 *   the innermost layer that has one and is not within the one that accepted.
 * - recorded: when it arrived where it is kept for good: Firehose's arrival, Logs' ingestionTime,
 *   of the outermost layer that has one, outside of the one that received.
 *
 * Not taken: CloudEvents' recordedtime, `ts_ms` of Debezium, the times of DMS and DynamoDB, which
 * are the producer's own, and Firehose's attemptEndingTimestamp. What is no time is not there.
 */
export function hopReader(
  envelopes: readonly Envelope[],
  mappedTime: JsonPath | undefined,
): HopReader {
  const accepting = placesOf(envelopes, 'accepted').reverse()
  const receiving = placesOf(envelopes, 'firstReceived').reverse()
  const recording = placesOf(envelopes, 'recorded')
  const times = timePlaces(envelopes, mappedTime)
  return (documents, timeUs) => {
    const accepted = firstTime(accepting, documents, () => true)
    const received = firstTime(receiving, documents, (at) => !accepted || at <= accepted.layer)
    const recorded = received && firstTime(recording, documents, (at) => at < received.layer)
    const told = times.find((place) => scalarAt(place, documents) !== undefined)
    return {
      producedUs: told?.isAccepted ? null : timeUs,
      acceptedUs: accepted?.timeUs ?? null,
      firstReceivedUs: received?.timeUs ?? null,
      recordedUs: recorded?.timeUs ?? null,
    }
  }
}

/** Outermost first; several of one layer in its order, seen from either end. */
function placesOf(envelopes: readonly Envelope[], point: HopPoint): TimePlace[][] {
  return envelopes.map(({ hops }, layer) =>
    (hops?.[point] ?? []).map((place) => ({ layer, read: readerOf(place) })),
  )
}

/** Where `time` is looked for, in the order of plan.ts. */
function timePlaces(
  envelopes: readonly Envelope[],
  mapped: JsonPath | undefined,
): readonly TimePlace[] {
  const preset = envelopes.map(({ fields, hops }, layer) => {
    const accepted = new Set((hops?.accepted ?? []).map(nameOf))
    return (fields.time ?? []).map((place) => ({
      layer,
      read: readerOf(place),
      isAccepted: accepted.has(nameOf(place)),
    }))
  })
  const own = mapped ? [{ layer: envelopes.length - 1, read: compilePath(mapped) }] : []
  return [...own, ...preset.reverse().flat()]
}

function nameOf(place: JsonPath | Derived): string | Derived {
  return typeof place === 'function' ? place : pathText(place)
}

function readerOf(place: JsonPath | Derived) {
  return typeof place === 'function' ? place : compilePath(place)
}

function firstTime(
  layers: readonly (readonly TimePlace[])[],
  documents: readonly JsonObject[],
  isOf: (layer: number) => boolean,
): { layer: number; timeUs: number } | null {
  for (const places of layers) {
    for (const place of places) {
      const time = isOf(place.layer) ? parseTime(scalarAt(place, documents)) : null
      if (time && 'timeUs' in time) return { layer: place.layer, timeUs: time.timeUs }
    }
  }
  return null
}

/** Undefined where no scalar is there. */
function scalarAt({ layer, read }: TimePlace, documents: readonly JsonObject[]) {
  const document = documents[layer]
  const value = document && read(document)
  return typeof value === 'object' ? undefined : value
}
