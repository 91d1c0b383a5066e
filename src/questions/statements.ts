/** What may hold a semicolon, and what is in between; what is not closed goes on to the end. */
const piece = new RegExp(
  [
    "'(?:[^']|'')*(?:'|$)",
    '"(?:[^"]|"")*(?:"|$)',
    '--[^\\n]*',
    '/\\*[\\s\\S]*?(?:\\*/|$)',
    ';',
    '[^\'"\\-/;]+',
    '[\\s\\S]',
  ].join('|'),
  'g',
)

/** The statements that end with a semicolon, without it, and what comes after the last one. */
export function splitStatements(text: string): { statements: string[]; rest: string } {
  const statements: string[] = []
  let rest = ''
  for (const [part] of text.matchAll(piece)) {
    if (part !== ';') {
      rest += part
      continue
    }
    if (isSaid(rest)) statements.push(rest.trim())
    rest = ''
  }
  return { statements, rest: isSaid(rest) ? rest : '' }
}

/** The text that is not closed at the end of a statement, without its quote; undefined: none. */
export function openText(statement: string): string | undefined {
  const last = [...statement.matchAll(piece)].at(-1)?.[0]
  const [, inside] = /^'((?:[^']|'')*)$/s.exec(last ?? '') ?? []
  return inside
}

function isSaid(statement: string): boolean {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== ''
}

/** The parts of a statement: texts, names in quotes, comments, and what is in between. */
export function partsOf(statement: string): string[] {
  return [...statement.matchAll(piece)].map(([part]) => part)
}

/** Whether a part is no SQL: a text, a name in quotes, a comment. */
export function isQuoted(part: string): boolean {
  return /^(['"]|--|\/\*)/.test(part)
}

/** The statement on one line, without comments. */
export function onOneLine(statement: string): string {
  const parts = partsOf(statement).filter((part) => !/^(--|\/\*)/.test(part))
  return parts
    .map((part) => (isQuoted(part) ? part : part.replace(/\s+/g, ' ')))
    .join('')
    .trim()
}
