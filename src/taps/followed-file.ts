import { stat } from 'node:fs/promises'
import type { Decoded } from '../event/event.js'
import type { ObjectPlace, TextPlace } from './file-places.js'
import { Generation, isSame } from './generation.js'
import { renamedFile } from './renamed-file.js'
import type { Start, TapOptions } from './tap.js'

/** A program goes on writing to the file it has opened, for a while after it was renamed. */
const RETIRED_MS = 5_000

/** What stands under a name: one file after the other, as logs are rotated. */
export class FollowedFile {
  #current: Generation | undefined
  readonly #retired: { generation: Generation; untilMs: number }[] = []
  /** Of another run, and not yet gone on with. */
  #waiting: readonly TextPlace[] = []
  #isGone = false

  constructor(
    private readonly file: string,
    private readonly path: string,
    private readonly options: TapOptions,
  ) {}

  /** @param first the file as it was opened */
  async *begin(first: Generation, start: Start): AsyncGenerator<Decoded[]> {
    this.#kept(first)
    this.#current = first
    yield* first.begin(start)
    this.options.checkpoint?.([], () => this.#checkpoint())
  }

  /**
   * Goes on where another run was: with files that were rotated since, to their end, then with what
   * stands there now.
   */
  async *resume(
    first: Generation,
    places: readonly (TextPlace | ObjectPlace)[],
  ): AsyncGenerator<Decoded[]> {
    const { onNote, signal } = this.options
    this.#waiting = places.filter((place): place is TextPlace => 'offset' in place)
    const now = this.#waiting.find(({ ino }) => ino === first.identity.ino)
    for (const place of this.#waiting) if (place !== now) yield* this.#rotated(place)
    if (signal.aborted) return await first.close()
    this.#kept(first)
    this.#current = first
    this.#waiting = []
    if (now) return yield* first.resume(now)
    onNote(`${this.path} was replaced: reading the new file from its beginning`)
    yield* first.read()
  }

  /** The rest of a file that stood there, wherever it is now. */
  async *#rotated(place: TextPlace): AsyncGenerator<Decoded[]> {
    const { onNote, onFault, signal } = this.options
    if (signal.aborted) return
    const generation = await this.#renamed(place)
    this.#waiting = this.#waiting.filter((one) => one !== place)
    if (generation === undefined) {
      const detail = 'was replaced, and what was added to the file before, which is gone, is missed'
      onFault(this.path, { reason: 'changed', detail })
      return
    }
    const retired = { generation, untilMs: 0 }
    this.#kept(generation)
    this.#retired.push(retired)
    onNote(`${this.path} was rotated: reading the rest of ${generation.place.path}`)
    yield* generation.resume(place)
    if (signal.aborted) return
    yield* generation.end()
    this.#retired.splice(this.#retired.indexOf(retired), 1)
    await generation.close()
  }

  async #renamed(place: TextPlace): Promise<Generation | undefined> {
    const found = await renamedFile(this.file, this.path, place)
    const generation = found && (await Generation.open(found, this.options))
    if (generation === undefined || (await generation.isAsRead(place))) return generation
    await generation.close()
    return undefined
  }

  #kept(generation: Generation): void {
    const { checkpoint } = this.options
    if (!checkpoint) return
    generation.keep = (batch, at) =>
      checkpoint(batch, (taken) => this.#checkpoint(generation, at(taken)))
  }

  /** @param now the one of which a batch is being taken, and how far it has come */
  #checkpoint(now?: Generation, place?: TextPlace): { files: TextPlace[] } {
    const all = [...this.#retired.map(({ generation }) => generation)]
    if (this.#current) all.push(this.#current)
    const read = all.map((each) => (each === now && place ? place : each.readTo))
    return { files: [...read, ...this.#waiting] }
  }

  /** What has been added since, whatever happened to the file. */
  async *read(): AsyncGenerator<Decoded[]> {
    const next = await this.#replaced()
    if (this.#current) yield* this.#current.read()
    yield* this.#readRetired()
    if (!next) return
    this.#kept(next)
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
    // What is read no further than somebody interrupts has an end of its own.
    while (!this.options.signal.aborted) {
      const [first] = this.#retired
      if (!first || first.untilMs >= Date.now()) return
      const { generation } = first
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
