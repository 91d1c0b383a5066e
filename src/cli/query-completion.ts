import type { Question } from '../questions/catalogue.js'
import { openText } from '../questions/statements.js'
import { safeText } from '../ui/safe-text.js'

/** What Tab completes at the prompt of `evt query`. */
export interface PromptWords {
  readonly catalogue: readonly Question[]
  /** Relations and columns. */
  readonly names: readonly string[]
  /** Of events. */
  readonly types: readonly string[]
}

const promptCommands = ['.help', '.list', '.quit']

const sqlWords =
  'select from where group order by having limit count distinct join left on as and or not ' +
  'null is in like case when then else end between with union all desc over partition'

/**
 * What may stand at the end of a line, and the text that it would take the place of: as readline
 * wants it.
 *
 * @param before the lines of the statement before this one
 */
export function promptCompletions(
  before: string,
  line: string,
  { catalogue, names, types }: PromptWords,
): [hits: string[], fragment: string] {
  const inside = openText(`${before}${line}`)
  if (inside !== undefined) {
    // What cannot be shown as it is cannot be typed either.
    const shown = types.filter((type) => safeText(type) === type)
    const texts = shown.map((type) => `${type.replaceAll("'", "''")}'`)
    return inside.includes('\n') ? [[], ''] : beginning(texts, inside)
  }
  const [fragment = ''] = /[\w./-]*$/.exec(line) ?? []
  // A column of a table that has another name: `e.type`.
  const [table = ''] = /^\w+\./.exec(fragment) ?? []
  const columns = names.map((name) => `${table}${name}`)
  if (table !== '') return beginning(columns, fragment)
  const isFirst = before.trim() === '' && line.trimStart() === fragment
  if (isFirst && fragment.startsWith('.')) return beginning(promptCommands, fragment)
  const parameters = isFirst ? [] : parametersOf(line, catalogue)
  const isUpper = /^[A-Z]/.test(fragment)
  const words = sqlWords.split(' ').map((word) => (isUpper ? word.toUpperCase() : word))
  const firsts = isFirst ? catalogue.map(({ name }) => name) : []
  return beginning([...parameters, ...firsts, ...names, ...words], fragment)
}

/** `window=`, after the name of a question that asks for it. */
function parametersOf(line: string, catalogue: readonly Question[]): string[] {
  const [, name] = /^\s*([\w-]+(?:\/[\w-]+)*)\s+(?:\w+=\S*\s+)*\w*$/.exec(line) ?? []
  const question = catalogue.find((each) => each.name === name)
  return question?.parameters.map((parameter) => `${parameter.name}=`) ?? []
}

function beginning(words: readonly string[], fragment: string): [string[], string] {
  const hits = new Set(words.filter((word) => word.startsWith(fragment)))
  return [[...hits].sort(), fragment]
}
