import { asciiText } from '../ui/ascii.js'
import { safeText } from '../ui/safe-text.js'
import { truncated, widthOf } from '../ui/width.js'

/** How a part of a line looks; never the only sign of what it says. */
export type Tone = 'plain' | 'bold' | 'dim' | 'bad' | 'chosen'

export interface Part {
  readonly text: string
  readonly tone: Tone
}

export type Line = readonly Part[]

export const part = (text: string, tone: Tone = 'plain'): Part => ({ text, tone })

/** A text from outside: harmless, and not longer than a line can be. */
export function outside(text: string, columns = 400): string {
  return safeText(text.slice(0, columns * 2))
}

/** The line in no more columns than there are. */
export function fitted(line: Line, columns: number, isUnicode: boolean): Line {
  const parts: Part[] = []
  let left = columns
  for (const { text, tone } of line) {
    if (left <= 0) break
    const cut = truncated(text, left)
    const shown = isUnicode ? cut : asciiText(cut)
    left -= widthOf(shown)
    parts.push({ text: shown, tone })
  }
  return parts
}

/** Two texts at the ends of a line, as far as there is room for the second. */
export function between(start: Line, end: Line, columns: number): Line {
  const used = lengthOf(start) + lengthOf(end)
  if (used >= columns) return start
  return [...start, part(' '.repeat(columns - used)), ...end]
}

/** A line with blanks at its end, or cut, so that another can stand beside it. */
export function filled(line: Line, columns: number): Line {
  const cut = fitted(line, columns, true)
  return [...cut, part(' '.repeat(Math.max(0, columns - lengthOf(cut))))]
}

export function lengthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0)
}
