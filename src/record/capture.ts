import type { RecordValue } from '../envelopes/decode.js'
import { complete, Missing } from '../envelopes/missing.js'
import type { Withheld } from '../erased/withhold.js'
import type { Decoded } from '../event/event.js'
import { jsonText, parseJson } from '../event/json.js'

/** One record of a source, and what was found in it. */
export interface Captured {
  /** Undefined for what holds no JSON object. */
  record: RecordValue | undefined
  /** What was found in it first: its own times stand for the record's. */
  first: Decoded
  /** All the bytes of what holds no JSON object, where they are held. */
  unread?: Uint8Array | undefined
  /** Whether somebody who was erased was in it: they were taken out, could not be, or nothing is
   * left without them. */
  erased: 'nothing' | 'part' | 'left' | 'all'
}

/** Takes those who were erased out of records. */
interface Erasing {
  /** Whether an event of a type is not to be about it any more. */
  isErased(entity: string, type: string): boolean
  withhold(text: string, entities: readonly string[]): Promise<Withheld>
}

/** Remembers of what each tap decodes which record it was. */
export class Capture {
  readonly #sides = new WeakMap<Decoded, Captured['erased']>()
  readonly #records = new WeakMap<Decoded, RecordValue>()
  readonly #unread = new WeakMap<Decoded, Uint8Array>()
  readonly #others = new WeakSet<Decoded>()

  constructor(
    private readonly decodeRecord: (record: RecordValue) => Decoded[],
    private readonly erasing: Erasing,
  ) {}

  readonly decode = (record: RecordValue): Decoded[] | Promise<Decoded[]> => {
    const kept = (found: Decoded[]) => this.#kept(record, found)
    try {
      return kept(this.decodeRecord(record))
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      return this.#completed(record).then(kept)
    }
  }

  #completed(record: RecordValue): Promise<Decoded[]> {
    return complete(() => this.decodeRecord(record))
  }

  readonly keep = (found: Decoded, bytes: Uint8Array): void => {
    this.#unread.set(found, bytes)
  }

  #kept(record: RecordValue, found: Decoded[]): Decoded[] | Promise<Decoded[]> {
    const erased = found.flatMap((one) => this.#erasedIn(one))
    if (erased.length === 0) return this.#remembered(record, found, 'nothing')
    return this.#without(record, found, [...new Set(erased)])
  }

  #erasedIn(found: Decoded): string[] {
    if (found.kind !== 'event') return []
    const { entities, type } = found.event
    return entities.filter((entity) => this.erasing.isErased(entity, type))
  }

  /** The record without these; it is another one then. */
  async #without(
    record: RecordValue,
    found: Decoded[],
    entities: readonly string[],
  ): Promise<Decoded[]> {
    const text = record.text ? Buffer.from(record.text).toString() : jsonText(record.value)
    const { text: left, isLeft } = await this.erasing.withhold(text, entities)
    if (left === null) return this.#remembered(record, found, 'all')
    if (left === text) {
      const isAll = found.every((one) => this.#erasedIn(one).length > 0)
      return this.#remembered(record, found, isAll ? 'all' : 'left')
    }
    const bytes = Buffer.from(left)
    const next = {
      ...{ ...record, value: parseJson(left), sizeBytes: bytes.length },
      ...(record.text && { text: bytes, head: bytes.subarray(0, record.head.length) }),
    }
    const rest = await this.#completed(next)
    if (rest.length === 0) return this.#remembered(record, found, 'all')
    return this.#remembered(next, rest, isLeft ? 'left' : 'part')
  }

  #remembered(record: RecordValue, found: Decoded[], erased: Captured['erased']): Decoded[] {
    const [first] = found
    if (first && erased !== 'nothing') this.#sides.set(first, erased)
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
      const erased = this.#sides.get(first) ?? 'nothing'
      yield { record: this.#records.get(first), first, unread: this.#unread.get(first), erased }
    }
  }
}
