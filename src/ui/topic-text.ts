import pc from 'picocolors'
import type { TextStyle } from './style.js'
import { padded, widthOf } from './width.js'
import { wrapped } from './wrapped.js'

/** A part of a text that explains something: a paragraph, a heading, words and what they mean, or
 * lines as they are, to be copied. */
export type ExplainedPart =
  | string
  | { readonly heading: string }
  | { readonly terms: readonly (readonly [term: string, meaning: string])[] }
  | { readonly verbatim: readonly string[] }

const MAX_WIDTH = 100
/** Beside terms, meanings have at least this much room; else they stand below. */
const LEAST_MEANING = 30

/** Paragraphs, terms and headings, wrapped to the width; without a line end. */
export function topicText(
  parts: readonly ExplainedPart[],
  { width, color }: Pick<TextStyle, 'width' | 'color'>,
): string {
  const columns = Math.min(width, MAX_WIDTH)
  const { bold } = pc.createColors(color)
  const blocks = parts.map((part) => {
    if (typeof part === 'string') return wrapped(part, columns)
    if ('heading' in part) return [bold(part.heading.toUpperCase())]
    if ('verbatim' in part) return part.verbatim.map((line) => `  ${line}`)
    return termLines(part.terms, columns)
  })
  return blocks.map((lines) => lines.join('\n')).join('\n\n')
}

function termLines(terms: readonly (readonly [string, string])[], width: number): string[] {
  const widest = Math.max(...terms.map(([term]) => widthOf(term)))
  const left = widest + 4
  if (width - left < LEAST_MEANING) {
    return terms.flatMap(([term, meaning]) => [
      `  ${term}`,
      ...wrapped(meaning, width - 6).map((line) => `      ${line}`),
    ])
  }
  return terms.flatMap(([term, meaning]) =>
    wrapped(meaning, width - left).map((line, n) =>
      n === 0 ? `  ${padded(term, widest, 'left')}  ${line}` : ' '.repeat(left) + line,
    ),
  )
}
