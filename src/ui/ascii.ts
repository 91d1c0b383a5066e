import { widthOf } from './width.js'

/* Each of our own signs beyond ASCII beside a stand-in of the same width. */
const signs = '–…→─│╭╮╰╯┤├└·µ≠▁▂▃▄▅▆▇█'
const standIns = "-~--|..''||`.u!.:-=+*#@"

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * The same text for a terminal that is not UTF-8, column for column: our signs have stand-ins,
 * other characters beyond ASCII become `?`, as `ls` shows them. Sent as they are, their bytes could
 * be taken for C1 controls there.
 */
export function asciiText(text: string): string {
  return text.replace(/[^\0-\x7f]+/gu, (run) =>
    [...segmenter.segment(run)].map(({ segment }) => standIn(segment)).join(''),
  )
}

function standIn(segment: string): string {
  const at = [...signs].indexOf(segment)
  return standIns[at] ?? '?'.repeat(widthOf(segment))
}
