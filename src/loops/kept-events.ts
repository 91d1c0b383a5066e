import type { EventRecord } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import { Identities } from '../meters/identities.js'
import { hasLineage } from './lineage.js'
import type { LinkedEvent } from './linked-event.js'
import { linksOf } from './links.js'

/** So many events are kept at most, whatever the time. */
const MOST_KEPT = 200_000

interface Kept {
  readonly event: LinkedEvent
  generation: number
}

/** First deliveries that may be causes or effects, in memory that {@link forget} bounds. */
export class KeptEvents {
  private kept: Kept[] = []
  private generation = 0
  private readonly identities = new Identities()
  /** Whether something may have been forgotten. */
  isBounded = false

  /** @returns whether the event is a first delivery */
  add(event: EventRecord): boolean {
    if (this.identities.judge(event) !== null) return false
    this.kept.push({ event: linkedEventOf(event), generation: this.generation })
    return true
  }

  get size(): number {
    return this.kept.length
  }

  get isFull(): boolean {
    return this.kept.length >= MOST_KEPT
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
    this.generation += 1
    this.identities.forget()
    this.isBounded = true
  }

  /** Events that name a cause, are named as one or have a lineage, in order of time, as
   * queries/loops/links.sql has them. */
  linked(): LinkedEvent[] {
    const events = this.kept.map(({ event }) => event)
    const named = new Set(events.flatMap(({ causationId }) => causationId ?? []))
    return events
      .filter(({ id, causationId, traceId }) => {
        return causationId !== null || hasLineage(traceId) || (id !== null && named.has(id))
      })
      .sort(inOrder)
  }
}

function inOrder(a: LinkedEvent, b: LinkedEvent): number {
  const [one, other] = [a.atUs ?? Number.POSITIVE_INFINITY, b.atUs ?? Number.POSITIVE_INFINITY]
  if (one !== other) return one - other
  return compareText(a.position.path, b.position.path) || a.position.record - b.position.record
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
