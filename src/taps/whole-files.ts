import type { FileObject, Sniffed } from '../archives/object.js'
import { sniff } from '../archives/sniff.js'
import type { SavedFile } from './files-checkpoint.js'
import { objectRecords } from './object-records.js'
import type { Batch, TapOptions } from './tap.js'

/** What is read of files that are read whole, and was before. */
export class WholeFiles {
  readonly #saved = new Map<string, SavedFile>()

  constructor(
    saved: readonly SavedFile[],
    private readonly options: TapOptions,
  ) {
    for (const one of saved) if (one.whole) this.#saved.set(one.path, one)
  }

  get saved(): SavedFile[] {
    return [...this.#saved.values()]
  }

  /** The records of a file that were not given before, as long as it is the same. */
  async *read(object: FileObject, ino: number, sniffed?: Sniffed): AsyncGenerator<Batch> {
    const { path, sizeBytes, mtimeMs } = object
    const before = this.#saved.get(path)?.whole
    const isSame = before?.sizeBytes === sizeBytes && before.mtimeMs === mtimeMs
    let left = isSame ? before.records : 0
    let records = 0
    for await (const batch of objectRecords(
      object,
      sniffed ?? (await sniff(object)),
      this.options,
    )) {
      records += batch.length
      const fresh: Batch = left === 0 ? batch : batch.slice(left)
      left = Math.max(0, left - batch.length)
      if (fresh.length === 0) continue
      this.#saved.set(path, { path, ino, whole: { sizeBytes, mtimeMs, records } })
      yield fresh
    }
  }
}
