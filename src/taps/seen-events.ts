export type SavedEvent = [id: string, timeMs: number]

/** The ids of events that were given, as long as they may come again. */
export class SeenEvents {
  readonly #timeMs = new Map<string, number>()

  constructor(private readonly most: number) {}

  /** Takes an id; whether it is new. Of too many the first that came is forgotten. */
  isNew(id: string, timeMs: number): boolean {
    if (this.#timeMs.has(id)) return false
    this.#timeMs.set(id, timeMs)
    if (this.#timeMs.size > this.most) {
      const [oldest = ''] = this.#timeMs.keys()
      this.#timeMs.delete(oldest)
    }
    return true
  }

  get all(): SavedEvent[] {
    return [...this.#timeMs]
  }

  /** Forgets events from before, which will not be asked for again. */
  forgetBefore(timeMs: number): void {
    for (const [id, ms] of this.#timeMs) if (ms < timeMs) this.#timeMs.delete(id)
  }
}
