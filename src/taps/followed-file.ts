import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FilesCheckpoint, SavedFile } from './files-checkpoint.js'
import { Generation, isSame } from './generation.js'
import type { Batch, Start, TapOptions } from './tap.js'

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
  async *begin(first: Generation, start: Start): AsyncGenerator<Batch> {
    this.#current = first
    yield* this.#marked(first.begin(start))
  }

  /** Goes on where the reading was before: of files that were renamed meanwhile, with what was
   * written to them. */
  async *resume(first: Generation, saved: readonly SavedFile[]): AsyncGenerator<Batch> {
    const last = saved.at(-1)
    const before = last?.ino === first.identity.ino ? last.text : undefined
    const goesOn = before !== undefined && (await first.goOn(before))
    for (const one of goesOn ? saved.slice(0, -1) : saved) await this.#retire(one)
    yield* this.#readRetired()
    this.#current = first
    yield* this.#marked(first.read())
  }

  async #retire({ ino, text, path }: SavedFile): Promise<void> {
    const file = text && (await this.#renamed(ino))
    const generation = file && (await Generation.open({ file, path }, this.options))
    if (generation && text && (await generation.goOn(text))) {
      this.#retired.push({ generation, untilMs: Date.now() + RETIRED_MS })
      return
    }
    await (generation || undefined)?.close()
    const detail =
      'is another one than before, which is not in its folder any more: what was written to that ' +
      'one behind what was read is missed'
    this.options.onFault(path, { reason: 'changed', detail })
  }

  /** Where the file is now that had the name before. */
  async #renamed(ino: number): Promise<string | undefined> {
    const folder = dirname(this.file)
    const names = await readdir(folder)
    for (const name of names.filter((each) => each.startsWith(basename(this.file)))) {
      const found = await stat(join(folder, name)).catch(() => undefined)
      if (found?.isFile() && found.ino === ino) return join(folder, name)
    }
    return undefined
  }

  async *#marked(batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      const files = await this.#saved()
      if (files) batch.checkpoint = { files } satisfies FilesCheckpoint
      yield batch
    }
  }

  async #saved(): Promise<SavedFile[] | undefined> {
    const all = [...this.#retired.map(({ generation }) => generation), this.#current]
    const files: SavedFile[] = []
    for (const generation of all) {
      const saved = await generation?.saved()
      if (generation && !saved) return undefined
      if (saved) files.push(saved)
    }
    return files
  }

  /** What has been added since, whatever happened to the file. */
  async *read(): AsyncGenerator<Batch> {
    const next = await this.#replaced()
    if (this.#current) yield* this.#marked(this.#current.read())
    yield* this.#readRetired()
    if (!next) return
    if (this.#current) {
      this.#retired.push({ generation: this.#current, untilMs: Date.now() + RETIRED_MS })
    }
    this.#current = next
    yield* this.#marked(next.read())
  }

  /** What is left where nothing will follow. */
  async *end(): AsyncGenerator<Batch> {
    for (const { generation } of this.#retired) yield* generation.end()
    if (this.#current) yield* this.#current.end()
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

  async *#readRetired(): AsyncGenerator<Batch> {
    for (const { generation } of this.#retired) yield* this.#marked(generation.read())
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
