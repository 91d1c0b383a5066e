import { closest, distance } from 'fastest-levenshtein'

/** The candidate that a person probably meant by `word`, or undefined where none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const best = closest(word, candidates)
  const allowed = Math.max(1, Math.floor(Math.max(word.length, best.length) / 3))
  return distance(word, best) <= allowed ? best : undefined
}
