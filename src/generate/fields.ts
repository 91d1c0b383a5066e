import { EVENTS_PER_CORRELATION, Fault } from './events.js'
import { pick, prose, words } from './prose.js'
import { hex12, mixed, uuid } from './random.js'
import { chainOf, recordedUs, type Workload } from './workload.js'

/** What the identifiers are for: no two of them are alike. Messages have one for each layer. */
const Salt = { id: 0, secondId: 1, correlation: 2, message: 3 } as const

/** Everything that differs from one record of a row to the next. Texts are ASCII without quotes,
 * backslashes and control characters; numbers are integers: a value is the same text in every
 * format, at every depth of wrapping. */
export interface Fields {
  id: string
  timeUs: number
  receivedAtUs: number
  attempt: number
  /** The number of its message in order of arrival, from 1. */
  arrival: number
  /** The message id of each layer, by its index. */
  messages: readonly string[]
  sequence: number
  correlationId: string
  /** Null for an event without a cause. */
  causationId: string | null
  key: string
  employerId: string
  employer: string
  title: string
  email: string
  salaryFrom: number
  salaryTo: number
  city: string
  hours: string
  status: string
  session: string
  description: string
}

const EMPLOYERS = 997

/** The id that a delivery's event has: one of its own where it was published twice. */
export function idOf({ settings, deliveries }: Workload, d: number): string {
  const isSecond = deliveries.fault[d] === Fault.publishedTwice
  return uuid(settings.seed, deliveries.event[d] ?? 0, isSecond ? Salt.secondId : Salt.id)
}

/** The id of an event, as its first delivery has it. */
export function eventId({ settings }: Pick<Workload, 'settings'>, event: number): string {
  return uuid(settings.seed, event, Salt.id)
}

export function keyText(key: number): string {
  return `ad-${key + 10_000_001}`
}

/** `fillerLength` is the mean length of the prose. */
export function fieldsOf(workload: Workload, d: number, fillerLength: number): Fields {
  const { settings, events, deliveries } = workload
  const { seed } = settings
  const event = deliveries.event[d] ?? 0
  const key = events.key[event] ?? 0
  const sequence = events.sequence[event] ?? 0
  const cause = events.cause[event] ?? -1
  const chapter = Math.floor((sequence - 1) / EVENTS_PER_CORRELATION)
  const random = mixed(seed ^ mixed(event + 1))
  const employer = key % EMPLOYERS
  const salaryFrom = 30_000 + (random % 64) * 500
  const isAltered = deliveries.fault[d] === Fault.conflict
  return {
    id: idOf(workload, d),
    timeUs: events.timeUs[event] ?? 0,
    receivedAtUs: recordedUs(workload, d),
    attempt: deliveries.attempt[d] ?? 1,
    arrival: deliveries.message[d] ?? 0,
    messages: messagesOf(workload, d),
    sequence,
    correlationId: uuid(seed, mixed(key ^ mixed(chapter + 1)), Salt.correlation),
    causationId: cause < 0 ? null : uuid(seed, cause, Salt.id),
    key: keyText(key),
    employerId: `emp-${employer}`,
    employer: pick(words.employers, employer),
    title: pick(words.titles, key),
    email: `jobs${employer}@example.org`,
    salaryFrom,
    salaryTo: salaryFrom + (isAltered ? 7_777 : 6_000),
    city: pick(words.cities, key),
    hours: random % 2 === 0 ? 'full-time' : 'part-time',
    status: pick(words.statuses, random >>> 8),
    session: hex12(random),
    description: prose(Math.round(fillerLength * (0.5 + random / 2 ** 32)), random >>> 16),
  }
}

/** A redelivery is of the message that the first delivery came in: both have the event's number.
 * Every other delivery has a message of its own, numbered behind all events. */
function messagesOf(workload: Workload, d: number): string[] {
  const { settings, events, deliveries } = workload
  const event = deliveries.event[d] ?? 0
  const fault = deliveries.fault[d] ?? 0
  const isOwn = fault !== Fault.none && fault !== Fault.redelivery
  const message = isOwn ? events.count + d : event
  const messages: string[] = []
  const { layers } = chainOf(workload, d)
  for (let layer = 0; layer + 1 < layers.length; layer++) {
    const isStream = layers[layer]?.envelope?.name === 'kinesis'
    const id = isStream ? sequenceNumber(recordedUs(workload, d), message) : undefined
    messages.push(id ?? uuid(settings.seed, message, Salt.message + layer))
  }
  return messages
}

/** 56 digits, as those of Kinesis, in order of arrival. */
function sequenceNumber(receivedAtUs: number, message: number): string {
  return `4959${String(receivedAtUs).padStart(18, '0')}${String(message).padStart(34, '0')}`
}
