import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { placesOf } from '../archives/address.js'
import type { FileObject } from '../archives/object.js'
import type { FilePlace } from '../archives/place.js'
import { sniff } from '../archives/sniff.js'
import { EvtError } from '../errors.js'
import { type FilesCheckpoint, type SavedFile, savedFiles } from './files-checkpoint.js'
import { Generation, isText } from './generation.js'
import { refusal } from './object-records.js'
import type { Batch, Start, TapOptions } from './tap.js'
import { Wake } from './wake.js'
import { WholeFiles } from './whole-files.js'

const POLL_MS = 1_000
/** Of the time, looking into the folder takes no more than one part of so many. */
const LOOKING_SHARE = 10

/** A file of the folder, by what it is, not by its name: one that is renamed is not read again. */
interface Known {
  sizeBytes: number
  mtimeMs: number
  /** How far it was read, where what is added can be read by itself. */
  text?: Generation
  /** It is read when nobody writes to it any more. */
  isWaiting: boolean
}

interface Found {
  place: FilePlace
  key: string
  ino: number
  object: FileObject
}

/** A folder or a glob: what is there, in the order of paths, then what is added and what is new. */
export class FollowedFolder {
  readonly #known = new Map<string, Known>()
  readonly #complaints = new Set<string>()
  readonly #wholes: WholeFiles
  /** How far each text was read, by the number of its file. */
  readonly #texts = new Map<number, SavedFile>()

  constructor(
    private readonly address: string,
    private readonly options: TapOptions,
  ) {
    const saved = savedFiles(options.resume)
    this.#wholes = new WholeFiles(saved, options)
    for (const one of saved) if (one.text) this.#texts.set(one.ino, one)
  }

  /** What is there at first, then what changes, until the signal aborts. */
  async *read(files: readonly FilePlace[], start: Start): AsyncGenerator<Batch> {
    const { signal, cwd, pollMs = POLL_MS } = this.options
    const wake = new Wake([resolve(cwd, this.address)], signal)
    let waitMs = pollMs
    try {
      for (const place of inOrder(files)) {
        const found = signal.aborted ? undefined : await foundAt(place)
        if (found) yield* this.#marked(this.#new(found, start))
      }
      while (!signal.aborted) {
        await wake.wait(waitMs)
        const beganMs = performance.now()
        for (const place of inOrder(await this.#list())) {
          if (!signal.aborted) yield* this.#lookOnce(place)
        }
        waitMs = Math.max(pollMs, (performance.now() - beganMs) * LOOKING_SHARE)
      }
    } finally {
      wake.close()
    }
  }

  async *#marked(batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      const files = [...this.#texts.values(), ...this.#wholes.saved]
      batch.checkpoint = { files } satisfies FilesCheckpoint
      yield batch
    }
  }

  async *#textOf(generation: Generation, batches: AsyncGenerator<Batch>): AsyncGenerator<Batch> {
    for await (const batch of batches) {
      const saved = await generation.saved()
      if (saved) this.#texts.set(saved.ino, saved)
      yield batch
    }
  }

  /** What one file refuses keeps nobody from the others. */
  async *#lookOnce(place: FilePlace): AsyncGenerator<Batch> {
    try {
      const found = await foundAt(place)
      if (found) yield* this.#marked(this.#look(found))
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      if (!this.#complaints.has(error.message)) this.options.onNote(error.message)
      this.#complaints.add(error.message)
    }
  }

  async #list(): Promise<FilePlace[]> {
    try {
      const places = await placesOf(this.address, this.options)
      return places.filter((place): place is FilePlace => 'file' in place)
    } catch (error) {
      // Nothing there for the moment: it may come back.
      if (error instanceof EvtError && error.code === 'usage') return []
      throw error
    }
  }

  async *#look(found: Found): AsyncGenerator<Batch> {
    const known = this.#known.get(found.key)
    if (!known) return yield* this.#new(found, 'new')
    const { sizeBytes, mtimeMs } = found.object
    const isSame = known.sizeBytes === sizeBytes && known.mtimeMs === mtimeMs
    known.sizeBytes = sizeBytes
    known.mtimeMs = mtimeMs
    if (known.isWaiting && isSame && sizeBytes > 0) {
      known.isWaiting = false
      yield* this.#whole(found)
    } else if (known.text && !isSame) {
      yield* this.#more(known.text, found.place)
    } else if (!isSame) {
      known.isWaiting = true
    }
  }

  async *#new(found: Found, start: Start | 'new'): AsyncGenerator<Batch> {
    const { sizeBytes, mtimeMs } = found.object
    const text = await Generation.open(found.place, this.options)
    if (!text) return
    const known: Known = { sizeBytes, mtimeMs, isWaiting: false }
    this.#known.set(found.key, known)
    try {
      const sniffed = await text.format()
      if (!sniffed || isText(sniffed)) {
        known.text = text
        const before = this.#texts.get(text.identity.ino)?.text
        const goesOn = before && (await text.goOn(before))
        const begun = text.begin(start === 'new' ? 'beginning' : start)
        yield* this.#textOf(text, goesOn ? text.read() : begun)
      } else if (start === 'new') {
        known.isWaiting = true
      } else if (start !== 'latest') {
        yield* this.#whole(found)
      }
    } finally {
      await text.close()
    }
  }

  /** Lets go of the file afterwards: a folder may have more files than a process may open. */
  async *#more(text: Generation, { path, file }: FilePlace): AsyncGenerator<Batch> {
    text.place = { path, file }
    try {
      yield* this.#textOf(text, text.read())
    } finally {
      await text.close()
    }
  }

  async *#whole({ object, ino }: Found): AsyncGenerator<Batch> {
    const sniffed = await sniff(object)
    const refused = refusal(object.path, sniffed)
    if (refused) this.options.onNote(refused.message)
    else yield* this.#wholes.read(object, ino, sniffed)
  }
}

/** By the bytes of their paths. */
export function inOrder(places: readonly FilePlace[]): FilePlace[] {
  return [...places].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

async function foundAt(place: FilePlace): Promise<Found | undefined> {
  const now = await stat(place.file).catch(() => undefined)
  if (!now?.isFile()) return undefined
  const { path, file } = place
  const object: FileObject = {
    ...{ kind: 'file', path, file },
    ...{ sizeBytes: now.size, mtimeMs: now.mtimeMs },
  }
  return { place, key: `${now.dev}:${now.ino}`, ino: now.ino, object }
}
