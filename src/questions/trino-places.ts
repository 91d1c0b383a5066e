import type { BoundValue } from '../engines/engine.js'
import { quoteText } from '../engines/leaf-tree.js'
import { isQuoted, partsOf } from './statements.js'

/** SQL with `?` where a value goes, and the values as expressions of SQL, in order. */
export interface TrinoStatement {
  readonly sql: string
  readonly values: readonly string[]
}

/** The same, and with `?` for each value wherever it goes, for those who are not to see values. */
export interface PlacedStatement extends TrinoStatement {
  readonly shown: string
}

/** Of one value that goes apart from the SQL (Athena, API of StartQueryExecution). */
const MOST_LENGTH = 1_024

/**
 * Puts `?` for each `$name` that has a value, where Athena takes it: in a WHERE clause, and not for
 * a long one (Athena, "Use parameterized queries"). Elsewhere it puts the very expression that
 * would go apart, a literal.
 */
export function withPlaces(
  sql: string,
  values: Readonly<Record<string, BoundValue>>,
): PlacedStatement {
  const found: string[] = []
  const clauses = new Clauses()
  const byName = new Map(Object.entries(values))
  const given = (word: string) => (word.startsWith('$') ? byName.get(word.slice(1)) : undefined)
  const all = partsOf(sql)
  const parts = all.map((part) => {
    if (isQuoted(part)) return part
    return part.replace(/[()]|\$?\w+/g, (word) => {
      const value = given(word)
      if (value === undefined) {
        clauses.pass(word)
        return word
      }
      const expression = expressionOf(value)
      if (!clauses.isWhere || expression.length > MOST_LENGTH) return expression
      found.push(expression)
      return '?'
    })
  })
  const shown = all.map((part) => {
    const place = (word: string) => (given(word) === undefined ? word : '?')
    return isQuoted(part) ? part : part.replace(/\$\w+/g, place)
  })
  return { sql: parts.join(''), values: found, shown: shown.join('') }
}

/** A text of SQL; control characters by their numbers. */
export function trinoText(text: string): string {
  if (!/\p{Cc}/u.test(text)) return quoteText(text)
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replace(/\p{Cc}/gu, (c) => `\\${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `U&${quoteText(escaped)}`
}

const others = new Set(
  (
    'select from on group having order window union except intersect limit offset fetch values ' +
    'with'
  ).split(' '),
)

/** In which clause of the innermost query a word is, as words pass by. */
class Clauses {
  /** Of each parenthesis that is open. */
  private readonly open = [false]
  private readonly last = ['', '']

  get isWhere(): boolean {
    return this.open.at(-1) === true
  }

  pass(written: string): void {
    const word = written.toLowerCase()
    const [before, opened] = this.last
    // That of an aggregate is no clause of the query.
    const isFilter = before === 'filter' && opened === '('
    if (word === '(') this.open.push(this.isWhere)
    else if (word === ')') this.open.pop()
    else if (others.has(word)) this.open.splice(-1, 1, false)
    else if (word === 'where') this.open.splice(-1, 1, !isFilter)
    this.last.shift()
    this.last.push(word)
  }
}

function expressionOf(value: BoundValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return trinoText(value)
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  return `DOUBLE '${value}'`
}
