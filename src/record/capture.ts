import type { RecordValue } from '../envelopes/decode.js'
import { complete, Missing } from '../envelopes/missing.js'
import type { Decoded } from '../event/event.js'

/** One record of a source, and what was found in it. */
export interface Captured {
  /** Undefined for what holds no JSON object. */
  record: RecordValue | undefined
  /** What was found in it first: its own times stand for the record's. */
  first: Decoded
  /** All the bytes of what holds no JSON object, where they are held. */
  unread?: Uint8Array | undefined
  /** How much of it is about somebody who was erased. */
  erased: 'nothing' | 'part' | 'all'
}

/** Remembers of what each tap decodes which record it was. */
export class Capture {
  /** Of what is about somebody who was erased, whether nothing else is in its record. */
  readonly #sides = new WeakMap<Decoded, boolean>()
  readonly #records = new WeakMap<Decoded, RecordValue>()
  readonly #unread = new WeakMap<Decoded, Uint8Array>()
  readonly #others = new WeakSet<Decoded>()

  /** @param isErased whether somebody was erased whom one of these is */
  constructor(
    private readonly decodeRecord: (record: RecordValue) => Decoded[],
    private readonly isErased: (entities: readonly string[]) => boolean,
  ) {}

  readonly decode = (record: RecordValue): Decoded[] | Promise<Decoded[]> => {
    const kept = (found: Decoded[]) => this.#kept(record, found)
    try {
      return kept(this.decodeRecord(record))
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      return complete(() => this.decodeRecord(record)).then(kept)
    }
  }

  readonly keep = (found: Decoded, bytes: Uint8Array): void => {
    this.#unread.set(found, bytes)
  }

  #kept(record: RecordValue, found: Decoded[]): Decoded[] {
    const erased = found.filter((one) => one.kind === 'event' && this.isErased(one.event.entities))
    const [first] = found
    if (first && erased.length > 0) this.#sides.set(first, erased.length === found.length)
    for (const [n, one] of found.entries()) {
      if (n === 0) this.#records.set(one, record)
      else this.#others.add(one)
    }
    return found
  }

  /** The records of a batch. */
  *of(batch: readonly Decoded[]): Generator<Captured> {
    for (const first of batch) {
      if (this.#others.has(first)) continue
      const isAll = this.#sides.get(first)
      const erased = isAll === undefined ? 'nothing' : isAll ? 'all' : 'part'
      yield { record: this.#records.get(first), first, unread: this.#unread.get(first), erased }
    }
  }
}
