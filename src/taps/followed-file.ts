import { stat } from 'node:fs/promises'
import type { Decoded } from '../event/event.js'
import { Generation, isSame } from './generation.js'
import type { Start, TapOptions } from './tap.js'

/** A program goes on writing to the file it has opened, for a while after it was renamed. */
const RETIRED_MS = 5_000

/** What stands under a name: one file after the other, as logs are rotated. */
export class FollowedFile {
  #current: Generation | undefined
  readonly #retired: { generation: Generation; untilMs: number }[] = []
  #isGone = false

  constructor(
    private readonly file: string,
    private readonly path: string,
    private readonly options: TapOptions,
  ) {}

  /** @param first the file as it was opened */
  async *begin(first: Generation, start: Start): AsyncGenerator<Decoded[]> {
    this.#current = first
    yield* first.begin(start)
  }

  /** What has been added since, whatever happened to the file. */
  async *read(): AsyncGenerator<Decoded[]> {
    const next = await this.#replaced()
    if (this.#current) yield* this.#current.read()
    yield* this.#readRetired()
    if (!next) return
    if (this.#current) {
      this.#retired.push({ generation: this.#current, untilMs: Date.now() + RETIRED_MS })
    }
    this.#current = next
    yield* next.read()
  }

  /** The file that stands there now, where it is another one. */
  async #replaced(): Promise<Generation | undefined> {
    const now = await stat(this.file).catch(() => undefined)
    if (!now) {
      if (!this.#isGone) this.options.onNote(`${this.path} is gone: waiting for it to come back`)
      this.#isGone = true
      return undefined
    }
    if (this.#current && isSame(this.#current.identity, now)) {
      if (this.#isGone) this.options.onNote(`${this.path} is back`)
      this.#isGone = false
      return undefined
    }
    const next = await Generation.open({ file: this.file, path: this.path }, this.options)
    if (next) {
      const what = this.#isGone ? 'is back' : 'was replaced'
      this.options.onNote(`${this.path} ${what}: reading the new file from its beginning`)
      this.#isGone = false
    }
    return next
  }

  async *#readRetired(): AsyncGenerator<Decoded[]> {
    for (const { generation } of this.#retired) yield* generation.read()
    while (this.#retired[0] && this.#retired[0].untilMs < Date.now()) {
      const { generation } = this.#retired[0]
      yield* generation.end()
      this.#retired.shift()
      await generation.close()
    }
  }

  async close(): Promise<void> {
    for (const { generation } of this.#retired) await generation.close()
    await this.#current?.close()
  }
}
