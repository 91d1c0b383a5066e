import type { Duckdb } from '../engines/duckdb.js'
import { typeMatcher } from '../event/type-globs.js'

/** Type and source of events. */
export interface Kind {
  type: string
  source: string
}

/** The kinds that arrivals are of, by their number. */
export class Kinds {
  private constructor(private readonly byNumber: ReadonlyMap<number, Kind>) {}

  static async read(duckdb: Duckdb): Promise<Kinds> {
    const rows = await duckdb.rows('SELECT kind, type, source FROM kinds')
    return new Kinds(
      new Map(
        rows.map(([kind, type, source]) => [
          Number(kind),
          { type: String(type), source: String(source) },
        ]),
      ),
    )
  }

  of(number: number): Kind {
    const kind = this.byNumber.get(number)
    if (!kind) throw new Error(`no kind has the number ${number}`)
    return kind
  }

  get types(): string[] {
    return [...new Set([...this.byNumber.values()].map(({ type }) => type))]
  }

  where(isWanted: (kind: Kind) => boolean): number[] {
    return [...this.byNumber].flatMap(([number, kind]) => (isWanted(kind) ? [number] : []))
  }

  /** Those of types that a glob fits; null where there are no globs: all. */
  fitting(globs: readonly string[]): number[] | null {
    if (globs.length === 0) return null
    const isWanted = typeMatcher(globs)
    return this.where(({ type }) => isWanted(type))
  }
}

export function sameKind(a: Kind, b: Kind): boolean {
  return a.type === b.type && a.source === b.source
}
