import { closest, distance } from 'fastest-levenshtein'

/** The candidate that a person probably meant by `word`, or undefined where none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const best = closest(word, candidates)
  const length = Math.max(word.length, best.length)
  // Two letters in the wrong order are a distance of two.
  const allowed = length < 4 ? 1 : Math.max(2, Math.floor(length / 3))
  return distance(word, best) <= allowed ? best : undefined
}
