import { isSpace, OPEN_OBJECT } from './json-scanner.js'

const COMMA = 44
const COLON = 58
const GUESSED_BYTES = 64 * 1024 // how far a guess looks
const MOST_ALIKE_BYTES = 64

/** Where an object would end, if the next text like its own up to the first colon begins
 * another. */
export function endBeforeLike(bytes: Buffer, start: number): number | undefined {
  const seen = bytes.subarray(start, start + GUESSED_BYTES)
  const colon = seen.indexOf(COLON)
  if (seen[0] !== OPEN_OBJECT || colon < 0 || colon > MOST_ALIKE_BYTES) return undefined
  let end = seen.indexOf(seen.subarray(0, colon + 1), colon)
  if (end < 0) return undefined
  while (isSpace(seen[end - 1] ?? 0) || seen[end - 1] === COMMA) end--
  return start + end
}
