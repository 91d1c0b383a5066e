import { isQuoted, partsOf } from './statements.js'

/** Trino's recursion takes ten steps, and writes each out with all before it. */
const STEPS = 10
const READS_OF_ANCHOR = STEPS + 1
const READS_OF_STEP = (STEPS * (STEPS + 1)) / 2

/** How often a statement reads a table, which it names with its schema, at most: Trino makes a
 * relation of WITH anew wherever it is named. */
export function readingsOf(sql: string, table: string): number {
  const tokens = partsOf(sql).flatMap((part) => {
    if (part.startsWith('"')) return [part.slice(1, -1).toLowerCase()]
    return isQuoted(part) ? [] : (part.toLowerCase().match(/\w+|\S/g) ?? [])
  })
  return sum(new Reader(tokens, table).query(new Map(), false))
}

const ends = new Set(['select', 'where', 'group', 'having', 'order', 'window', 'limit'])
const sets = new Set(['union', 'except', 'intersect'])

class Reader {
  private at = 0
  /** What was named as a relation. */
  private readonly named = new Set<string>()

  constructor(
    private readonly tokens: readonly string[],
    private readonly table: string,
  ) {}

  /** Of each part of a query, up to the bracket that ends it.
   * @param isRelation whether a relation may be named first */
  query(outer: ReadonlyMap<string, number>, isRelation: boolean): number[] {
    const known = this.names(outer)
    const parts = [0]
    let [isFrom, isNext] = [isRelation, isRelation]
    for (; this.at < this.tokens.length && this.tokens[this.at] !== ')'; this.at++) {
      const token = this.tokens[this.at] ?? ''
      let read = 0
      if (token === '(') {
        this.at += 1
        read = sum(this.query(known, isNext))
        isNext = false
      } else if (token === 'from' || token === 'join') [isFrom, isNext] = [true, true]
      else if (token === ',') isNext = isFrom
      else if (sets.has(token)) {
        parts.push(0)
        ;[isFrom, isNext] = [false, false]
      } else if (ends.has(token)) [isFrom, isNext] = [false, false]
      else {
        if (this.isTable()) read = 1
        else if (isNext && this.tokens[this.at + 1] !== '.') {
          read = known.get(token) ?? 0
          this.named.add(token)
        }
        isNext = false
      }
      parts[parts.length - 1] = (parts.at(-1) ?? 0) + read
    }
    return parts
  }

  private isTable(): boolean {
    return this.tokens[this.at] === this.table && this.tokens[this.at - 1] === '.'
  }

  /** What WITH names, where a query begins by it. */
  private names(outer: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    if (this.tokens[this.at] !== 'with') return outer
    const known = new Map(outer)
    const mayRecur = this.tokens[this.at + 1] === 'recursive'
    this.at += mayRecur ? 2 : 1
    for (;;) {
      const name = this.tokens[this.at] ?? ''
      this.at = this.tokens.indexOf('as', this.at) + 2
      this.named.delete(name)
      const [anchor = 0, ...steps] = this.query(new Map(known).set(name, 0), false)
      const read =
        mayRecur && this.named.has(name)
          ? anchor * READS_OF_ANCHOR + sum(steps) * READS_OF_STEP
          : anchor + sum(steps)
      known.set(name, read)
      this.at += 1
      if (this.tokens[this.at] !== ',') return known
      this.at += 1
    }
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}
