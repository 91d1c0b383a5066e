import type { EventRecord } from '../event/event.js'

/** What was the matter with an event, in few words. */
export type Mark = 'duplicate' | 'late' | 'early' | null

export interface Shown {
  readonly number: number
  readonly source: string
  readonly event: EventRecord
  readonly mark: Mark
  /** What explains the mark. */
  readonly explain: string
}

const MOST_EVENTS = 500
const MOST_BYTES = 8e6
const MOST_EVENT_BYTES = 1e6

/** The last events, as many as a person may want to go back to, and no more than memory holds. */
export class RecentEvents {
  private readonly kept: Shown[] = []
  private bytes = 0

  add(shown: Shown): void {
    const kept = light(shown, MOST_EVENT_BYTES)
    this.kept.push(kept)
    this.bytes += bytesOf(kept)
    while (this.kept.length > MOST_EVENTS || this.bytes > MOST_BYTES) {
      const first = this.kept.shift()
      if (!first) return
      this.bytes -= bytesOf(first)
    }
  }

  /** The latest first. */
  all(): Shown[] {
    return [...this.kept].reverse()
  }
}

function bytesOf({ event }: Shown): number {
  return event.sizeBytes <= MOST_EVENT_BYTES ? event.sizeBytes : 0
}

/** The same without its document where that is too large to be kept. */
export function light(shown: Shown, mostBytes: number): Shown {
  if (shown.event.sizeBytes <= mostBytes) return shown
  const note = { 'evt keeps no document of this size': shown.event.sizeBytes }
  return { ...shown, event: { ...shown.event, document: note, payload: note } }
}
