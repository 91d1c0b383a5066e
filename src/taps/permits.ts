/** So many at one time; others wait, in their order. */
export class Permits {
  readonly #waiting: (() => void)[] = []

  constructor(private left: number) {}

  async take(): Promise<void> {
    if (this.left > 0) this.left -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.left += 1
  }
}
