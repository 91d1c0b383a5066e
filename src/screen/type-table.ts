import { countText, durationText, NONE, percentText } from '../ui/numbers.js'
import { padded, shortened } from '../ui/width.js'
import { type Line, outside, type Part, part } from './line.js'
import type { TypeFigures } from './model.js'
import { hasTail } from './rows.js'

interface Column {
  readonly title: string
  readonly width: number
  text(row: TypeFigures): string
  isBad(row: TypeFigures): boolean
}

const never = () => false
/** A mark takes the place behind a figure, so that figures stay below each other. */
const columns: readonly Column[] = [
  { title: '/s', width: 6, text: ({ rate }) => rateText(rate), isBad: never },
  { title: 'p50', width: 7, text: ({ p50 }) => durationText(p50), isBad: never },
  { title: 'p99', width: 7, text: ({ p99 }) => durationText(p99), isBad: hasTail },
  {
    title: 'dup',
    width: 6,
    text: ({ repeats, events }) => (repeats === 0 ? 'ok' : percentText(repeats / events)),
    isBad: ({ repeats }) => repeats > 0,
  },
  {
    title: 'order',
    width: 6,
    text: ({ reordered }) => (reordered === 0 ? 'ok' : countText(reordered)),
    isBad: ({ reordered }) => reordered > 0,
  },
  {
    title: 'early',
    width: 6,
    text: ({ skewed }) => (skewed === 0 ? 'ok' : countText(skewed)),
    isBad: ({ skewed }) => skewed > 0,
  },
]
const MARK = 1

/** Types with their figures of the last minute or two, as many as fit. */
export function typeTable(
  rows: readonly TypeFigures[],
  { width, lines }: { width: number; lines: number },
): Line[] {
  const shown = columnsFor(width)
  const nameWidth = width - shown.reduce((sum, column) => sum + column.width + MARK, 0)
  const title = [
    part('type'.padEnd(nameWidth), 'dim'),
    ...shown.map((column) =>
      part(column.title.padStart(column.width).padEnd(column.width + MARK), 'dim'),
    ),
  ]
  const fits = rows.length > lines - 1 ? lines - 2 : lines - 1
  const drawn = rows.slice(0, fits).map((row): Line => {
    const name = padded(shortened(outside(row.name), nameWidth - 1), nameWidth, 'left')
    return [part(name), ...shown.map((column) => cell(row, column))]
  })
  const hidden = rows.length - drawn.length
  const more: Line[] = hidden > 0 ? [[part(`… ${countText(hidden)} more types`, 'dim')]] : []
  return [title, ...drawn, ...more]
}

function cell(row: TypeFigures, { width, text, isBad }: Column): Part {
  const wrong = isBad(row)
  const shown = `${padded(text(row), width, 'right')}${wrong ? '!' : ' '}`
  return part(shown, wrong ? 'bad' : 'plain')
}

/** On a narrow screen, the last ones go. */
function columnsFor(width: number): readonly Column[] {
  const least = 14
  let left = width - least
  return columns.filter((column) => {
    left -= column.width + MARK
    return left >= 0
  })
}

export function rateText(rate: number): string {
  if (rate === 0) return '0'
  if (rate < 0.05) return '<0.1'
  return rate < 10 ? rate.toFixed(1) : countText(Math.round(rate)) || NONE
}
