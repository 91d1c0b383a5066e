import { createHash } from 'node:crypto'
import type { ListedObject } from '../aws/objects.js'

/** So long an object may take from its time until it is listed: uploads in parts have the time at
 * which they began. */
export const WINDOW_MS = 86_400_000
/** So many are remembered at most. */
export const MOST_SEEN = 20_000

/** An object by its key and what is in it, and its time. */
export type SeenObject = [hash: string, modifiedMs: number]

/** Which objects were given: all of before a time, and those since by what they are. */
export class SeenObjects {
  readonly #seen: Map<string, number>
  #newestMs: number

  /** @param doneMs of before this nothing is new
   * @param seen of what is later
   * @param windowMs what is that much older than the newest one is not looked for any more */
  constructor(
    private doneMs: number,
    seen: readonly SeenObject[] = [],
    private readonly windowMs = WINDOW_MS,
  ) {
    this.#seen = new Map(seen)
    this.#newestMs = Math.max(doneMs, ...seen.map(([, ms]) => ms))
  }

  isNew(object: ListedObject): boolean {
    return object.modifiedMs >= this.doneMs && !this.#seen.has(hashOf(object))
  }

  /** Whether it was given, whatever its time; one of which no ETag is known may be another. */
  has(object: ListedObject): boolean {
    return object.etag !== '' && this.#seen.has(hashOf(object))
  }

  /** Of what is listed, in the order of their times. */
  add(object: ListedObject): void {
    this.#seen.set(hashOf(object), object.modifiedMs)
    this.#newestMs = Math.max(this.#newestMs, object.modifiedMs)
    const isLong = this.#seen.size > MOST_SEEN
    // What is listed behind an old one may be older than what a queue told of before.
    const oldMs = Math.min(this.#newestMs - this.windowMs, object.modifiedMs)
    const isOld = oldMs > this.doneMs + WINDOW_MS / 24
    if (isLong || isOld) this.#forget(oldMs)
  }

  get state(): { doneMs: number; seen: SeenObject[] } {
    return { doneMs: this.doneMs, seen: [...this.#seen] }
  }

  /** A tenth more than it must, so that this is seldom. */
  #forget(oldMs: number): void {
    const times = [...this.#seen.values()].sort((a, b) => a - b)
    const tooMany = times.length > MOST_SEEN ? times[times.length - MOST_SEEN * 0.9] : undefined
    this.doneMs = Math.max(this.doneMs, oldMs, tooMany ?? 0)
    for (const [hash, ms] of this.#seen) if (ms < this.doneMs) this.#seen.delete(hash)
  }
}

/** What tells one object from another. */
function hashOf({ key, etag }: ListedObject): string {
  return createHash('sha256').update(`${key}\n${etag}`).digest('base64url').slice(0, 22)
}
