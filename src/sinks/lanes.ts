import type { Prepared, SinkEntry, SinkLimits } from './sink.js'

/** An entry that has no outcome yet. */
export interface Pending<E extends SinkEntry> extends Prepared<unknown> {
  readonly entry: E
  /** Calls that it was in. */
  attempts: number
}

/** Entries that wait to be sent. Where order is kept, one of each key may go, and the next of it
 * when that one is settled. */
export class Lanes<E extends SinkEntry> {
  private readonly ready: Pending<E>[] = []
  /** By key of which one is ready or under way: those behind it. */
  private readonly behind = new Map<string, Pending<E>[]>()

  /** Keys of which nothing goes any more. */
  private readonly closed = new Set<string>()

  constructor(private readonly keepsOrder: boolean) {}

  /** How many may go. */
  get readyCount(): number {
    return this.ready.length
  }

  add(pending: Pending<E>): void {
    const { key } = pending.entry
    const others = this.keepsOrder && key !== null ? this.behind.get(key) : undefined
    if (others) {
      others.push(pending)
      return
    }
    if (this.keepsOrder && key !== null) this.behind.set(key, [])
    this.ready.push(pending)
  }

  /** Takes out what goes next: as many as a call takes. */
  take({ entries, batchBytes }: SinkLimits): Pending<E>[] {
    let bytes = 0
    let count = 0
    for (const { sizeBytes } of this.ready) {
      bytes += sizeBytes
      if (count === entries || (bytes > batchBytes && count > 0)) break
      count += 1
    }
    return this.ready.splice(0, count)
  }

  /** Puts one that was taken first in the line. */
  again(pending: Pending<E>): void {
    this.ready.unshift(pending)
  }

  /** One that was taken has its outcome. */
  settle({ entry: { key } }: Pending<E>): void {
    if (!this.keepsOrder || key === null) return
    const next = this.behind.get(key)?.shift()
    if (next) this.ready.push(next)
    else this.behind.delete(key)
  }

  /** Lets nothing more go of the key of one that was taken.
   * @returns those that waited behind it */
  close({ entry: { key } }: Pending<E>): Pending<E>[] {
    if (!this.keepsOrder || key === null) return []
    this.closed.add(key)
    return this.behind.get(key)?.splice(0) ?? []
  }

  /** Lets nothing more go of the key of one that was never added. */
  closeBehind({ key }: SinkEntry): void {
    if (this.keepsOrder && key !== null) this.closed.add(key)
  }

  isClosed({ key }: SinkEntry): boolean {
    return key !== null && this.closed.has(key)
  }

  /** Takes out all that wait. */
  drain(): Pending<E>[] {
    const waiting = [...this.ready.splice(0), ...[...this.behind.values()].flat()]
    this.behind.clear()
    return waiting
  }
}
