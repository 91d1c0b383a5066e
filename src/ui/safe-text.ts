import stringWidth from 'string-width'

/** Columns that a text takes in a terminal; colour codes take none. */
export const widthOf = (text: string): number => stringWidth(text)

/* Controls (C0, C1), format characters (bidi overrides and isolates among them), lone surrogates,
 * line separators. Joiners shape letters and emoji, and tags make flags: they stay. */
const unsafe = /(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const pileOfMarks = /(\p{M}{8})\p{M}+/gu

/**
 * Makes a text that came from an event harmless and visible: control characters become their
 * pictures (ESC `␛`, line feed `␊`), other invisible ones `\u{202e}`; piles of combining marks,
 * which would grow over the lines around them, are cut. Every text from an event goes
 * through here before it reaches a terminal.
 */
export function safeText(text: string): string {
  return text.replace(unsafe, visible).replace(pileOfMarks, '$1…')
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`
}

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
