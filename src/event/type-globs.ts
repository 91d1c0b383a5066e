/** Globs over types: `*` is any text, `?` any character. */
export function typeMatcher(globs: readonly string[]): (type: string) => boolean {
  const patterns = globs.map((glob) => {
    const parts = glob.split(/([*?])/).map((part) => {
      if (part === '*') return '.*'
      return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    })
    return new RegExp(`^${parts.join('')}$`, 'su')
  })
  return (type) => patterns.some((pattern) => pattern.test(type))
}
