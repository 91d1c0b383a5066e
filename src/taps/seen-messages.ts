/** Ids of messages that were shown, the latest so many. */
export class SeenMessages {
  readonly #ids = new Set<string>()

  constructor(private readonly most: number) {}

  /** Whether it is there; then it is one of the latest again. */
  has(id: string): boolean {
    if (!this.#ids.delete(id)) return false
    this.#ids.add(id)
    return true
  }

  add(id: string): void {
    this.#ids.add(id)
    if (this.#ids.size <= this.most) return
    const [oldest] = this.#ids
    if (oldest !== undefined) this.#ids.delete(oldest)
  }

  delete(id: string): void {
    this.#ids.delete(id)
  }
}
