import { isEscaped } from './json-survey.js'

/* Changes of JSON texts that are made before they are parsed. Each gives the text itself where
 * there is nothing to change. They cost more than parsing and are made only where a quick look asks
 * for it. */

/** Valid JSON with its integers beyond ±(2^53 − 1) in quotes. */
export function withExactIntegers(text: string): string {
  return outsideStrings(text, (outside) => outside.replace(/[\d.eE+-]{16,}/g, exactNumber))
}

/**
 * JSON out of what Python and others write for it, and DuckDB reads: NaN, Infinity, `inf`, with a
 * minus too and in any case, become null, and a comma before a closing bracket goes.
 */
export function withoutLeniencies(text: string): string {
  return outsideStrings(text, (outside) =>
    outside
      .replace(/[^ \t\r\n,:[\]{}]+/g, (word) =>
        /^-?(?:nan|inf|infinity)$/i.test(word) ? 'null' : word,
      )
      .replace(/([[{,:][ \t\r\n]*)?,(?=[ \t\r\n]*[\]}])/g, (comma, before) =>
        before === undefined ? '' : comma,
      ),
  )
}

/** Valid JSON without the entries whose key an earlier one of the same object has. */
export function withFirstKeys(text: string): string {
  const kept: string[] = []
  const open: (Set<string> | null)[] = []
  let keptFrom = 0
  let commaAt = 0
  let droppingAt = 0
  const entryEnds = (at: number) => {
    if (droppingAt !== open.length) return
    keptFrom = at
    droppingAt = 0
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(null)
    else if (character === ',') {
      entryEnds(at)
      commaAt = at
    } else if (character === '}' || character === ']') {
      entryEnds(at)
      open.pop()
    } else if (character === '"') {
      const end = stringEnd(text, at)
      const keys = open.at(-1)
      if (keys && droppingAt === 0 && isKey(text, end)) {
        const key = String(JSON.parse(text.slice(at, end)))
        if (keys.has(key)) {
          kept.push(text.slice(keptFrom, commaAt))
          droppingAt = open.length
        }
        keys.add(key)
      }
      at = end - 1
    }
  }
  kept.push(text.slice(keptFrom))
  return kept.join('')
}

/** Replaces what is outside of strings, part by part. */
function outsideStrings(text: string, edit: (outside: string) => string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at)
    parts.push(edit(text.slice(at, quote < 0 ? text.length : quote)))
    if (quote < 0) break
    at = stringEnd(text, quote)
    parts.push(text.slice(quote, at))
  }
  return parts.join('')
}

/** Whether the numbers of valid JSON are the same when they were read and written once more. */
export function hasExactNumbers(text: string): boolean {
  let isExact = true
  outsideStrings(text, (outside) => {
    for (const [token] of outside.matchAll(/-?\d[\d.eE+-]*/g)) {
      isExact &&= digitsOf(token) === digitsOf(String(Number(token)))
    }
    return outside
  })
  return isExact
}

/** The digits of a number from its first to its last that is not 0. */
function digitsOf(number: string): string {
  return number
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '')
}

/** `e` also stands in true and false, which this leaves as they are. */
function exactNumber(token: string): string {
  if (/[.eE]/.test(token)) return token
  return Number.isSafeInteger(Number(token)) ? token : `"${token}"`
}

/** The index after the closing quote of the string that opens at `open`. */
export function stringEnd(text: string, open: number): number {
  let close = open
  do {
    close = text.indexOf('"', close + 1)
    if (close < 0) return text.length
  } while (isEscaped(text, close))
  return close + 1
}

function isKey(text: string, end: number): boolean {
  const colon = /[ \t\r\n]*:/y
  colon.lastIndex = end
  return colon.test(text)
}
