const plain = /^[\w@%+=:,./-]+$/
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u

/** One argument as a POSIX shell reads it back, without characters that a terminal would obey. */
export function shellQuoted(argument: string): string {
  if (plain.test(argument)) return argument
  if (!invisible.test(argument)) return `'${argument.replaceAll("'", "'\\''")}'`
  // bash and zsh know this form; bytes, because `\u` means something else to older ones.
  const escaped = [...argument].map((character) => {
    if (character === '\\' || character === "'") return `\\${character}`
    return invisible.test(character) ? octalBytes(character) : character
  })
  return `$'${escaped.join('')}'`
}

export function commandText(words: readonly string[]): string {
  return words.map(shellQuoted).join(' ')
}

function octalBytes(character: string): string {
  const bytes = [...new TextEncoder().encode(character)]
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
