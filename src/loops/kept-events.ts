import type { EventRecord } from '../event/event.js'
import { Identities } from '../meters/identities.js'
import { hasLineage } from './lineage.js'
import type { LinkedEvent } from './linked-event.js'
import { linksOf } from './links.js'
import { mostTelling } from './most-telling.js'
import {
  comparedPayload,
  inOrder,
  LEAST_PASSES,
  MOST_COMPARED,
  type PassingEvent,
  threadOf,
} from './passing-event.js'

/** So many events are kept at most, whatever the time. */
const MOST_KEPT = 200_000

/** Payloads of so many characters together, whose contents are compared. */
const MOST_COMPARED_CHARS = 64 * 1024 * 1024

interface Kept {
  readonly event: LinkedEvent
  readonly thread: string
  /** Null where its content is not compared. */
  readonly payload: string | null
  generation: number
}

/** First deliveries that may be causes or effects, in memory that {@link forget} bounds. */
export class KeptEvents {
  private kept: Kept[] = []
  private generation = 0
  private payloadChars = 0
  private readonly identities = new Identities()
  /** Whether something may have been forgotten. */
  isBounded = false

  /** @returns whether the event is a first delivery */
  add(event: EventRecord): boolean {
    if (this.identities.judge(event) !== null) return false
    const { generation } = this
    const linked = linkedEventOf(event)
    const payload = isLinked(linked) ? null : comparedPayload(event)
    this.kept.push({ event: linked, thread: threadOf(event), payload, generation })
    this.payloadChars += payload?.length ?? 0
    return true
  }

  get size(): number {
    return this.kept.length
  }

  get isFull(): boolean {
    return this.kept.length >= MOST_KEPT || this.payloadChars >= MOST_COMPARED_CHARS
  }

  /** Forgets what came before this was called last, but for causes of what came since: of a chain
   * that goes on nothing is forgotten, until there are too many. */
  forget(): void {
    const events = this.linked()
    const { causes } = linksOf(events)
    const needed = new Set<LinkedEvent>()
    const isOf = new Map(this.kept.map(({ event, generation }) => [event, generation]))
    for (const [at, event] of events.entries()) {
      if (isOf.get(event) !== this.generation) continue
      for (let one = at; one !== -1; one = causes[one] as number) {
        const cause = events[one] as LinkedEvent
        if (needed.has(cause)) break
        needed.add(cause)
      }
    }
    const now = this.generation
    this.kept = this.kept
      .filter(({ event, generation }) => generation === now || needed.has(event))
      .slice(-MOST_KEPT / 2)
    this.boundPayloads()
    this.generation += 1
    this.identities.forget()
    this.isBounded = true
  }

  /** Events that name a cause, are named as one or have a lineage, in order of time, as
   * queries/loops/links.sql has them. */
  linked(): LinkedEvent[] {
    const events = this.kept.map(({ event }) => event)
    const named = namedIn(events)
    return events.filter((event) => isLinked(event) || isNamed(event, named)).sort(inOrder)
  }

  /** Of the others those whose thread passes their node again, as queries/loops/again.sql has
   * them. */
  passing(): PassingEvent[] {
    const named = namedIn(this.kept.map(({ event }) => event))
    const sizes = new Map<string, number>()
    for (const { thread } of this.kept) sizes.set(thread, (sizes.get(thread) ?? 0) + 1)
    const others = this.kept.flatMap(({ event, thread, payload }) => {
      if (payload === null || isNamed(event, named)) return []
      const threadEvents = thread === '' ? 0 : (sizes.get(thread) ?? 0)
      return { ...event, thread, payload, threadEvents, order: 0 }
    })
    const again = mostTelling(others, LEAST_PASSES, MOST_COMPARED)
    return again.sort(inOrder).map((event, order) => ({ ...event, order }))
  }

  /** Of payloads that are too many together the oldest are forgotten. */
  private boundPayloads(): void {
    let chars = 0
    this.kept = this.kept
      .reverse()
      .map((one) => {
        chars += one.payload?.length ?? 0
        return chars > MOST_COMPARED_CHARS / 2 ? { ...one, payload: null } : one
      })
      .reverse()
    this.payloadChars = this.kept.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0)
  }
}

function isLinked({ causationId, traceId }: LinkedEvent): boolean {
  return causationId !== null || hasLineage(traceId)
}

function namedIn(events: readonly LinkedEvent[]): Set<string> {
  return new Set(events.flatMap(({ causationId }) => causationId ?? []))
}

function isNamed({ id }: LinkedEvent, named: ReadonlySet<string>): boolean {
  return id !== null && named.has(id)
}

function linkedEventOf(event: EventRecord): LinkedEvent {
  const { id, source, type, timeUs, receivedAtUs, correlationId, causationId, traceId } = event
  const { entities, sizeBytes: bytes, position } = event
  const atUs = timeUs ?? receivedAtUs
  return {
    ...{ id, source, type, atUs, receivedAtUs, correlationId, causationId },
    ...{ traceId, entities, bytes, position },
  }
}
