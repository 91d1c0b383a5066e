import type { Statement } from '../engines/engine.js'
import { quoteText } from '../engines/leaf-tree.js'
import { MAY_BE_PACKED } from '../event/packed.js'

/** Of a value of a statement Athena takes 1,024 characters, quotes among them. */
const MOST_PATTERN = 1_000

/** How values are looked for in documents. */
interface Looking {
  readonly ignoreCase?: boolean
  /** In longer texts, too, and in JSON that is a text. */
  readonly deep?: boolean
}

/**
 * What surely holds, in Trino's SQL, of an event that is about one of the entities or has one of
 * the values, as a text or a number, somewhere in its document; others may meet it, too.
 */
export function couldBeAbout(
  entities: readonly string[],
  texts: readonly string[],
  looking: Looking = {},
): Statement {
  const values: Record<string, string> = {}
  const about = entities.map((entity, n) => {
    values[`entity${n + 1}`] = entity
    return `contains(entities, $entity${n + 1})`
  })
  const mentions = [...new Set(texts)].flatMap((text, n) => {
    const name = `value${n + 1}`
    values[name] = looking.ignoreCase ? text.toLowerCase() : text
    // Values, too: who reads the evidence is not to see letters of it.
    const patterns = otherWritings(text, looking).map((pattern, m) => {
      values[`${name}pattern${m + 1}`] = pattern
      return `regexp_like(document, $${name}pattern${m + 1})`
    })
    return [...couldHold(text, `$${name}`, looking), ...patterns]
  })
  return { sql: [...about, ...mentions].join(' OR '), values }
}

function couldHold(text: string, place: string, looking: Looking): string[] {
  const { ignoreCase, deep } = looking
  const document = ignoreCase ? 'lower(document)' : 'document'
  const holds = [`strpos(${document}, ${place}) > 0`]
  if (deep) holds.push(`regexp_like(document, ${quoteText(MAY_BE_PACKED)})`)
  // What JSON escapes, it may escape in any way.
  if (isEscaped(text)) holds.push(`strpos(document, '\\') > 0`)
  return holds
}

function isEscaped(text: string): boolean {
  return /["\\\p{Cc}]/u.test(text)
}

/** Regular expressions of how else a text may stand there; none is longer than Athena takes. */
function otherWritings(text: string, looking: Looking): string[] {
  if (isEscaped(text)) return []
  const { ignoreCase, deep } = looking
  const written = [...escapesOf(text, ignoreCase === true)]
  if (mayBeNumber(text, looking)) written.push(...otherNumbers(deep === true))
  // Elsewhere letters beyond ASCII have other small ones than here.
  if (ignoreCase) written.push('[^\\x00-\\x7f]', '\\\\u(00[89a-f]|0[1-9a-f]|[1-9a-f])')
  const patterns: string[] = []
  for (const one of written) {
    const last = patterns.at(-1)
    const isFull = last === undefined || last.length + 1 + one.length > MOST_PATTERN
    if (isFull) patterns.push(`(?i)${one}`)
    else patterns.splice(-1, 1, `${last}|${one}`)
  }
  return patterns
}

/** Each character by its number. */
function escapesOf(text: string, ignoreCase: boolean): Set<string> {
  const all = ignoreCase ? text.toLowerCase() + text.toUpperCase() : text
  const escapes = new Set(
    all.split('').map((unit) => `\\\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
  if (text.includes('/')) escapes.add('\\\\/')
  return escapes
}

/** Numbers are compared as they are printed. */
function mayBeNumber(text: string, { ignoreCase, deep }: Looking): boolean {
  const folded = ignoreCase ? text.toLowerCase() : text
  return deep ? /^[-+.\de]+$/i.test(text) : String(Number(folded)) === folded
}

/** Numbers that do not contain what is printed of them: with an exponent, with so many digits that
 * some do not count, and small ones, which are printed with an exponent. */
function otherNumbers(isDeep: boolean): string[] {
  const end = isDeep ? '[,\\]}\\s"\\\\]' : '[,\\]}\\s]'
  return [`[0-9]e[-+]?[0-9]+(${end}|\\z)`, '[0-9.]{17,}', '0\\.000000']
}
