import { closest, distance } from 'fastest-levenshtein'

/** Of fewer letters nobody knows how they go on. */
const LEAST_BEGUN = 3

/** The candidate that a person probably meant by `word`, or undefined where none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const swapped = candidates.find((candidate) => isSwapped(word, candidate))
  if (swapped !== undefined) return swapped
  const longer = candidates.filter((each) => word.length >= LEAST_BEGUN && each.startsWith(word))
  if (longer.length === 1) return longer[0]
  const best = closest(word, candidates)
  const length = Math.max(word.length, best.length)
  const allowed = length < 4 ? 1 : Math.max(2, Math.floor(length / 3))
  return distance(word, best) <= allowed ? best : undefined
}

/** Two letters in the wrong order are a distance of two, which other words may have too. */
function isSwapped(word: string, candidate: string): boolean {
  if (word.length !== candidate.length) return false
  const at = word.split('').findIndex((letter, n) => letter !== candidate[n])
  const swapped = `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`
  return at >= 0 && swapped === candidate
}
