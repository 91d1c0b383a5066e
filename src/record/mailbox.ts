/** What several give, taken by one. */
export class Mailbox<T> {
  readonly #items: T[] = []
  #rouse: (() => void) | undefined

  readonly put = (item: T): void => {
    this.#items.push(item)
    this.#rouse?.()
  }

  /** The next item; undefined where none comes within so long. */
  async take(waitMs: number | null): Promise<T | undefined> {
    if (this.#items.length === 0 && (waitMs === null || waitMs > 0)) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#rouse = resolve
        if (waitMs !== null) timer = setTimeout(resolve, waitMs)
      })
      clearTimeout(timer)
      this.#rouse = undefined
    }
    return this.#items.shift()
  }
}
