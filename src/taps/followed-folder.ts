import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { placesOf } from '../archives/address.js'
import type { FileObject } from '../archives/object.js'
import type { FilePlace } from '../archives/place.js'
import { sniff } from '../archives/sniff.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import type { ObjectPlace, TextPlace } from './file-places.js'
import { Generation, isText } from './generation.js'
import { type Given, nothingGiven } from './given-count.js'
import { objectRecords, refusal } from './object-records.js'
import type { Start, TapOptions } from './tap.js'
import { Wake } from './wake.js'

const POLL_MS = 1_000
/** Of the time, looking into the folder takes no more than one part of so many. */
const LOOKING_SHARE = 10

/** A file of the folder, by what it is, not by its name: one that is renamed is not read again. */
interface Known {
  sizeBytes: number
  mtimeMs: number
  /** How far it was read, where it is read as a whole. */
  object?: ObjectPlace
  /** How far it was read, where what is added can be read by itself. */
  text?: Generation
  /** It is read when nobody writes to it any more. */
  isWaiting: boolean
}

interface Found {
  place: FilePlace
  key: string
  identity: { dev: number; ino: number }
  object: FileObject
}

/** A folder or a glob: what is there, in the order of paths, then what is added and what is new. */
export class FollowedFolder {
  readonly #known = new Map<string, Known>()
  readonly #complaints = new Set<string>()
  /** How far another run was, of the files that were not yet looked at. */
  readonly #before: Map<string, TextPlace | ObjectPlace>

  constructor(
    private readonly address: string,
    private readonly options: TapOptions,
    places: readonly (TextPlace | ObjectPlace)[] = [],
  ) {
    this.#before = new Map(places.map((place) => [keyOf(place), place]))
  }

  /** What is there, in the order of paths. */
  async *readOnce(files: readonly FilePlace[], start: Start): AsyncGenerator<Decoded[]> {
    for (const place of inOrder(files)) {
      const found = this.options.signal.aborted ? undefined : await foundAt(place)
      if (found) yield* this.#new(found, start)
    }
    this.options.checkpoint?.([], () => this.#checkpoint())
    this.options.onReady?.()
  }

  /** What is there at first, then what changes, until the signal aborts. */
  async *read(files: readonly FilePlace[], start: Start): AsyncGenerator<Decoded[]> {
    const { signal, cwd, pollMs = POLL_MS } = this.options
    const wake = new Wake([resolve(cwd, this.address)], signal)
    let waitMs = pollMs
    try {
      yield* this.readOnce(files, start)
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

  /** What one file refuses keeps nobody from the others. */
  async *#lookOnce(place: FilePlace): AsyncGenerator<Decoded[]> {
    try {
      const found = await foundAt(place)
      if (found) yield* this.#look(found)
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

  async *#look(found: Found): AsyncGenerator<Decoded[]> {
    const known = this.#known.get(found.key)
    if (!known) return yield* this.#new(found, 'new')
    const { sizeBytes, mtimeMs } = found.object
    const isSame = known.sizeBytes === sizeBytes && known.mtimeMs === mtimeMs
    known.sizeBytes = sizeBytes
    known.mtimeMs = mtimeMs
    if (known.isWaiting && isSame && sizeBytes > 0) {
      known.isWaiting = false
      yield* this.#whole(found, known)
    } else if (known.text && !isSame) {
      yield* this.#more(known.text, found.place)
    } else if (!isSame) {
      known.isWaiting = true
    }
  }

  async *#new(found: Found, start: Start | 'new'): AsyncGenerator<Decoded[]> {
    const { sizeBytes, mtimeMs } = found.object
    const text = await Generation.open(found.place, this.options)
    if (!text) return
    const known: Known = { sizeBytes, mtimeMs, isWaiting: false }
    this.#known.set(found.key, known)
    const before = this.#before.get(found.key)
    try {
      const sniffed = await text.format()
      if (!sniffed || isText(sniffed)) {
        this.#keptAs(known, text)
        this.#before.delete(found.key)
        if (before && 'offset' in before) yield* text.resume(before)
        else yield* text.begin(start === 'new' ? 'beginning' : start)
      } else {
        yield* this.#newObject(found, known, start)
      }
    } finally {
      await text.close()
    }
  }

  async *#newObject(found: Found, known: Known, start: Start | 'new'): AsyncGenerator<Decoded[]> {
    const before = this.#before.get(found.key)
    this.#before.delete(found.key)
    const isAsRead = isAsThen(before, known)
    if (isAsRead) known.object = before
    if (start === 'latest' && !isAsRead) known.object = objectPlace(found, nothingGiven, true)
    else if (start === 'new') known.isWaiting = true
    if (!known.isWaiting && !known.object?.isWhole) yield* this.#whole(found, known)
  }

  #keptAs(known: Known, text: Generation): void {
    const { checkpoint } = this.options
    known.text = text
    if (!checkpoint) return
    text.keep = (batch, at) => checkpoint(batch, (taken) => this.#checkpoint(known, at(taken)))
  }

  /** @param now the one of which a batch is being taken, and how far it has come */
  #checkpoint(now?: Known, place?: TextPlace | ObjectPlace) {
    const read = [...this.#known.values()].flatMap((known) => {
      const of = known === now ? place : (known.text?.readTo ?? known.object)
      return of ? [of] : []
    })
    return { files: [...read, ...this.#before.values()] }
  }

  /** Lets go of the file afterwards: a folder may have more files than a process may open. */
  async *#more(text: Generation, { path, file }: FilePlace): AsyncGenerator<Decoded[]> {
    text.place = { path, file }
    try {
      yield* text.read()
    } finally {
      await text.close()
    }
  }

  async *#whole(found: Found, known: Known): AsyncGenerator<Decoded[]> {
    const { object } = found
    const { checkpoint, signal } = this.options
    const sniffed = await sniff(object)
    const refused = refusal(object.path, sniffed)
    if (refused) return this.options.onNote(refused.message)
    const before = isAsThen(known.object, object) ? known.object : undefined
    let given: Given = before ?? nothingGiven
    yield* objectRecords(object, sniffed, this.options, {
      before,
      keep: (batch, at) => {
        known.object = objectPlace(found, given, false)
        given = at(batch.length)
        checkpoint?.(batch, (taken) =>
          this.#checkpoint(known, objectPlace(found, at(taken), false)),
        )
      },
    })
    known.object = objectPlace(found, given, !signal.aborted)
  }
}

function objectPlace(
  { identity, object: { sizeBytes, mtimeMs } }: Found,
  given: Given,
  isWhole: boolean,
): ObjectPlace {
  return { ...identity, sizeBytes, mtimeMs, ...given, isWhole }
}

function isAsThen(
  place: TextPlace | ObjectPlace | undefined,
  { sizeBytes, mtimeMs }: Pick<FileObject, 'sizeBytes' | 'mtimeMs'>,
): place is ObjectPlace {
  if (!place || !('isWhole' in place)) return false
  return place.sizeBytes === sizeBytes && place.mtimeMs === mtimeMs
}

function keyOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`
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
  const { dev, ino } = now
  return { place, key: keyOf(now), identity: { dev, ino }, object }
}
