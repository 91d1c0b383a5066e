import type { ResultColumn, ResultRows, ResultValue } from '../engines/engine.js'
import { createDecoder } from '../envelopes/decode.js'
import type { Register } from '../erased/register.js'
import type { Withhold } from '../erased/withhold.js'
import type { Mapping } from '../event/mapping.js'

type ResultRow = readonly ResultValue[]

interface UnerasedOptions {
  register: Register
  mapping: Mapping
  withhold: Withhold
}

/** Takes those who were erased out of events, by the column `entities`: what is about nobody else
 * is left out. */
export class Unerased {
  /** Of the rows that were given last. */
  leftOut = 0
  blanked = 0
  /** Whose state was left out last. */
  #state: string | null = null
  readonly #decode: ReturnType<typeof createDecoder>

  constructor(private readonly options: UnerasedOptions) {
    this.#decode = createDecoder({ mapping: options.mapping })
  }

  unknownKinds(): string[] {
    const { register, mapping } = this.options
    return register.unknownTo(mapping)
  }

  of({ columns, chunks }: ResultRows): ResultRows {
    if (this.options.register.isEmpty) return { columns, chunks }
    this.leftOut = 0
    this.blanked = 0
    this.#state = null
    return { columns, chunks: this.#kept(chunks, columns) }
  }

  async *#kept(
    chunks: ResultRows['chunks'],
    columns: readonly ResultColumn[],
  ): ResultRows['chunks'] {
    const placeOf = (wanted: string) => columns.findIndex(({ name }) => name === wanted)
    const at = {
      ...{ entities: placeOf('entities'), document: placeOf('document') },
      ...{ payload: placeOf('payload'), key: placeOf('key'), folds: placeOf('folds') },
    }
    for await (const chunk of chunks) {
      const kept: ResultRow[] = []
      for (const cells of chunk) {
        const left = this.#isErasedState(cells[at.folds])
          ? undefined
          : await this.#without(cells, at)
        if (left) kept.push(left)
      }
      yield kept
    }
  }

  /** Whether a row is a part of the state of somebody who was erased, which is one event. */
  #isErasedState(folds: ResultValue | undefined): boolean {
    if (typeof folds !== 'string' || !this.options.register.hasAny([folds])) return false
    if (folds !== this.#state) this.leftOut += 1
    this.#state = folds
    return true
  }

  /** Undefined where nothing is left, or where the document does not say who it is about. */
  async #without(cells: ResultRow, at: Places): Promise<ResultRow | undefined> {
    const { register, mapping, withhold } = this.options
    const about = cells[at.entities]
    const all = Array.isArray(about) ? about.map(String) : []
    const entities = all.filter((entity) => register.hasAny([entity]))
    if (entities.length === 0) return cells
    const before = String(cells[at.document])
    const of = { entities, mapping, decode: this.#decode }
    const isOfOthers = entities.length < all.length
    const { text, isLeft } = isOfOthers ? await withhold(before, of) : { text: null, isLeft: false }
    if (text === null || isLeft || text === before) {
      this.leftOut += 1
      return undefined
    }
    // What is a part of a state is no event that is sent.
    if (typeof cells[at.folds] !== 'string') this.blanked += 1
    const ids = entities.map((entity) => entity.slice(entity.indexOf(':') + 1))
    return cells.map((cell, n): ResultValue => {
      if (n === at.document) return text
      // Where the document has a payload, that is what is sent of it.
      if (n === at.payload && cell !== null) return text
      return n === at.key && typeof cell === 'string' && ids.includes(cell) ? null : cell
    })
  }
}

interface Places {
  readonly entities: number
  readonly document: number
  readonly payload: number
  readonly key: number
  readonly folds: number
}
