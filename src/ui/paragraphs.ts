import { asciiText } from './ascii.js'
import type { TextStyle } from './style.js'

/** The parts of a text, each of lines, with an empty line between; those without lines are left
 * out. Without a line end. */
export function paragraphs(parts: readonly (readonly string[])[], style: TextStyle): string {
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}
