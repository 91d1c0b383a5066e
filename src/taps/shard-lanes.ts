/** What a lane gave, or that it is over, and what it said then. */
type Given<T> =
  | { readonly id: string; readonly batch: T }
  | { readonly id: string; readonly batch?: undefined; readonly isEnd: boolean }

/**
 * Takes batches from several lanes as they come. A lane is asked for its next batch when somebody
 * has asked for what follows its last, so that of each one batch at most is held.
 */
export class ShardLanes<T> {
  readonly #lanes = new Map<string, AsyncGenerator<T, boolean>>()
  readonly #given: Given<T>[] = []
  #failure: { error: unknown } | undefined
  #taken: string | undefined
  #rouse = () => {}

  get size(): number {
    return this.#lanes.size
  }

  add(id: string, batches: AsyncGenerator<T, boolean>): void {
    this.#lanes.set(id, batches)
    this.#ask(id)
  }

  /**
   * The batch that came first; undefined where none came in this time.
   *
   * @throws what a lane throws
   */
  async next(mostMs: number): Promise<Given<T> | undefined> {
    if (this.#taken !== undefined) this.#ask(this.#taken)
    this.#taken = undefined
    if (this.#given.length === 0 && !this.#failure) await this.#change(mostMs)
    if (this.#failure) throw this.#failure.error
    const given = this.#given.shift()
    if (given?.batch !== undefined) this.#taken = given.id
    return given
  }

  /** Ends all of them; what one throws as it ends is of no interest any more. */
  async close(): Promise<void> {
    const lanes = [...this.#lanes.values()]
    await Promise.allSettled(lanes.map((lane) => lane.return(false)))
    this.#lanes.clear()
  }

  #ask(id: string): void {
    const lane = this.#lanes.get(id)
    lane?.next().then(
      ({ done, value }) => {
        if (done) this.#lanes.delete(id)
        this.#given.push(done ? { id, isEnd: value } : { id, batch: value })
        this.#rouse()
      },
      (error) => {
        this.#lanes.delete(id)
        this.#failure ??= { error }
        this.#rouse()
      },
    )
  }

  async #change(mostMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#rouse = resolve
      timer = setTimeout(resolve, mostMs)
    })
    clearTimeout(timer)
  }
}
