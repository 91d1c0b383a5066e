import type { ResultRows } from '../engines/engine.js'
import type { Register } from '../erased/register.js'
import type { Mapping } from '../event/mapping.js'

/** Leaves out events about somebody who was erased, by the column `entities`. */
export class Unerased {
  /** Of the rows that were given last. */
  leftOut = 0

  constructor(private readonly register: Register) {}

  unknownTo(mapping: Mapping): string[] {
    return this.register.unknownTo(mapping)
  }

  of({ columns, chunks }: ResultRows): ResultRows {
    if (this.register.isEmpty) return { columns, chunks }
    this.leftOut = 0
    const at = columns.findIndex(({ name }) => name === 'entities')
    return { columns, chunks: this.#kept(chunks, at) }
  }

  async *#kept(chunks: ResultRows['chunks'], at: number): ResultRows['chunks'] {
    for await (const chunk of chunks) {
      const kept = chunk.filter((cells) => {
        const entities = cells[at]
        return !this.register.hasAny(Array.isArray(entities) ? entities.map(String) : [])
      })
      this.leftOut += chunk.length - kept.length
      yield kept
    }
  }
}
