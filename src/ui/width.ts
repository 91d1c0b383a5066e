import stringWidth from 'string-width'

/** Columns that a text takes in a terminal; colour codes take none. */
export const widthOf = (text: string): number => stringWidth(text)

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** At most `width` columns; what is cut off at the end is shown as `…`. */
export function truncated(text: string, width: number): string {
  if (startOf(text, width) === text) return text
  return `${startOf(text, Math.max(0, width - 1))}…`
}

/** At most `width` columns; what is left out of the middle is shown as `…`. */
export function shortened(text: string, width: number): string {
  if (startOf(text, width) === text) return text
  const room = Math.max(0, width - 1)
  const start = Math.floor(room / 2)
  return `${startOf(text, start)}…${endOf(text, room - start)}`
}

function startOf(text: string, width: number): string {
  let used = 0
  for (const { segment, index } of segmenter.segment(text)) {
    used += widthOf(segment)
    if (used > width) return text.slice(0, index)
  }
  return text
}

function endOf(text: string, width: number): string {
  // Long enough for any text of that width that a person wrote, short enough for hostile ones.
  const tail = text.slice(-(8 * width + 64))
  const segments = [...segmenter.segment(tail)].map(({ segment }) => segment).reverse()
  let used = 0
  let kept = ''
  for (const segment of segments.slice(0, -1)) {
    used += widthOf(segment)
    if (used > width) return kept
    kept = segment + kept
  }
  return kept
}

/** A text padded with spaces to `width` columns. */
export function padded(text: string, width: number, side: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)))
  return side === 'left' ? text + spaces : spaces + text
}
