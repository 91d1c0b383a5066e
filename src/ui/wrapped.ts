import { shortened, widthOf } from './width.js'

/** Lines of at most `width` columns; a word that is longer than a line is shortened. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').map((word) => shortened(word, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= width) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  return [...lines, line]
}

/** Parts side by side, `gap` apart, in as many lines as they need; `indent` begins the others. */
export function flowed(
  parts: readonly string[],
  layout: { readonly width: number; readonly gap: string; readonly indent: string },
): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const line = lines.at(-1)
    const longer = line === undefined ? part : line + layout.gap + part
    if (line === undefined) lines.push(part)
    else if (widthOf(longer) <= layout.width) lines[lines.length - 1] = longer
    else lines.push(layout.indent + part)
  }
  return lines
}
