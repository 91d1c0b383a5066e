import { commandText } from './shell-quote.js'
import type { TextStyle } from './style.js'
import { flowed } from './wrapped.js'

/** `next` and commands to paste: side by side where there is room, never shortened. */
export function nextLines(
  commands: readonly (readonly string[])[],
  { width }: Pick<TextStyle, 'width'>,
): string[] {
  if (commands.length === 0) return []
  const indent = ' '.repeat(6)
  const lines = flowed(commands.map(commandText), { width: width - 6, gap: indent, indent: '' })
  return lines.map((line, i) => (i === 0 ? `next  ${line}` : indent + line))
}
