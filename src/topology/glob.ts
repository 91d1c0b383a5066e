/**
 * Whether a text is of those that a pattern with `*` and `?` speaks of. In time that grows with the
 * product of their lengths at most, whatever the pattern.
 */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let resume = 0
  let place = 0
  while (place < text.length) {
    if (pattern[at] === '*') {
      star = at++
      resume = place
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[place])) {
      at++
      place++
    } else if (star >= 0) {
      at = star + 1
      place = ++resume
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
