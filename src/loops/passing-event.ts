import type { ResultColumn, ResultValue } from '../engines/engine.js'
import type { EventRecord } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import { type LinkedEvent, linkedEventsOf } from './linked-event.js'

/** A thread passes a node so often before its contents are compared. */
export const LEAST_PASSES = 5
/** Contents of so many events are compared at most. */
export const MOST_COMPARED = 100_000
/** Larger payloads are not compared. */
const LONGEST_PAYLOAD = 65_536

/** The first delivery of an event that nobody is known to have caused and that caused nothing, as
 * queries/loops/again.sql gives it. */
export interface PassingEvent extends LinkedEvent {
  /** What it is about: the first entity, else the key, else the correlation id; empty: unsaid. */
  thread: string
  /** How many events the thread has; 0: of no thread. */
  threadEvents: number
  /** JSON text. */
  payload: string
  /** Where it stands among all in order of time. */
  order: number
}

/** Those that are linked, and those that may only be known by their contents, of which so many came
 * before. */
export function splitRows(
  columns: readonly ResultColumn[],
  rows: readonly (readonly ResultValue[])[],
  before: number,
): { linked: LinkedEvent[]; passing: PassingEvent[] } {
  const at = (name: string) => columns.findIndex((column) => column.name === name)
  const [threadAt, payloadAt] = [at('thread'), at('payload')]
  const eventsAt = at('thread_events')
  const linked: LinkedEvent[] = []
  const passing: PassingEvent[] = []
  for (const [n, event] of linkedEventsOf(columns, rows).entries()) {
    const thread = rows[n]?.[threadAt] ?? null
    const payload = String(rows[n]?.[payloadAt] ?? '')
    if (thread === null) linked.push(event)
    else {
      const threadEvents = Number(rows[n]?.[eventsAt] ?? 0)
      const order = before + passing.length
      const of = { thread: String(thread), threadEvents }
      passing.push({ ...event, ...of, payload, order })
    }
  }
  return { linked, passing }
}

/** The thread of an event, as again.sql has it. */
export function threadOf({ entities, key, correlationId }: EventRecord): string {
  if (entities.length > 0) return `e ${entities[0]}`
  if (key !== null) return `k ${key}`
  return correlationId === null ? '' : `c ${correlationId}`
}

/** The payload whose content is compared; null where again.sql has none. */
export function comparedPayload(event: EventRecord): string | null {
  const { replay, attempt, payload, timeUs, receivedAtUs } = event
  if (replay !== null || (attempt ?? 1) > 1) return null
  // Without the producer's time, what comes again may be the same delivery.
  if (timeUs === null && (attempt === null || receivedAtUs === null)) return null
  const text = JSON.stringify(payload)
  return text.length <= LONGEST_PAYLOAD ? text : null
}

/** In order of time, then of position. */
export function inOrder(a: LinkedEvent, b: LinkedEvent): number {
  const [one, other] = [a.atUs ?? Number.POSITIVE_INFINITY, b.atUs ?? Number.POSITIVE_INFINITY]
  if (one !== other) return one - other
  return compareText(a.position.path, b.position.path) || a.position.record - b.position.record
}
