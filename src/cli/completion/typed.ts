/** What was typed up to the cursor. */
export interface Typed {
  /** Without quotes; the last is the one to complete, empty after a space. */
  words: string[]
  /** The quote that the last word is in. */
  quote: "'" | '"' | ''
  /** How much of the last word, without quotes, stands before what the shell replaces. */
  kept: number
  /** The last word is one that only the shell can complete: it has a variable, a command, parts in
   * quotes, or is where output goes. */
  isForeign: boolean
}

const operators = /[|&;<>()]/

/**
 * Reads a line as bash does up to the cursor. Nothing in it is expanded.
 *
 * @param breaks COMP_WORDBREAKS: bash replaces only what follows the last of these in a word
 */
export function typedLine(line: string, breaks: string): Typed {
  const typed: Typed = { words: [''], quote: '', kept: 0, isForeign: false }
  let isWord = false
  let isRedirected = false
  const end = () => {
    if (isWord) typed.words.push('')
    if (isWord) isRedirected = false
    Object.assign(typed, { kept: 0, isForeign: isRedirected })
    isWord = false
  }
  const add = (text: string) => {
    const last = typed.words.length - 1
    typed.words[last] = (typed.words[last] ?? '') + text
    isWord = true
    return typed.words[last]?.length ?? 0
  }
  for (let at = 0; at < line.length; at++) {
    const c = line.charAt(at)
    const next = line.charAt(at + 1)
    const { quote } = typed
    if (c === quote) {
      Object.assign(typed, { quote: '', isForeign: true })
    } else if (quote === "'") {
      add(c)
    } else if (c === '\\' && (quote === '' || /["\\$`]/.test(next))) {
      add(next)
      at += 1
    } else if (c === '$' || c === '`') {
      typed.isForeign = true
      add(c)
    } else if (quote !== '') {
      add(c)
    } else if (c === "'" || c === '"') {
      Object.assign(typed, { quote: c, kept: add('') })
    } else if (/\s/.test(c)) {
      end()
    } else if (operators.test(c)) {
      end()
      isRedirected = true
      typed.isForeign = true
    } else {
      const length = add(c)
      // bash leaves an @ to what it replaces.
      if (breaks.includes(c)) typed.kept = c === '@' ? length - 1 : length
    }
  }
  return typed
}

/** What bash is to put in the place of the end of the last word, so that the word is `value`. */
export function bashText(value: string, { quote, kept }: Pick<Typed, 'quote' | 'kept'>): string {
  const rest = value.slice(kept)
  if (quote === "'") return rest.replaceAll("'", "'\\''")
  if (quote === '"') return rest.replace(/["\\$`]/g, '\\$&').replaceAll('!', '"\\!"')
  const home = kept === 0 && value.startsWith('~/') ? '~/' : ''
  return home + rest.slice(home.length).replace(/[^\p{L}\p{N}\p{M}_@%+=:,./-]/gu, '\\$&')
}
