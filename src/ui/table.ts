import pc from 'picocolors'
import { alignedOnPoint } from './numbers.js'
import type { TextStyle } from './style.js'
import { shortened, widthOf } from './width.js'

export interface Column {
  readonly title: string
  readonly align: 'left' | 'right' | 'point'
  /** Where the table is too wide, its cells are shortened in the middle, to this many columns. */
  readonly shrinkTo?: number
  /** Where that is not enough, the column goes, the lowest number first. */
  readonly luxury?: number
  /** Where shrinking to half of `shrinkTo` is not enough either, the column goes. */
  readonly drop?: number
}

/** `wrong` marks what the findings complain of: with `!`, and with colour where there is colour. */
export interface Cell {
  readonly text: string
  readonly wrong?: boolean
}

interface Drawn extends Column {
  readonly cells: readonly Cell[]
  readonly width: number
  readonly marked: boolean
}

const GAP = 2

/**
 * A table without borders, as lines: header dim (left out where no column has a title), columns two
 * spaces apart. Cells must be safe text. string-width measures, since libraries for tables that
 * measure with older versions of it go wrong on combining marks.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  style: Pick<TextStyle, 'width' | 'color'>,
): string[] {
  const drawn = fitted(
    columns.map((column, i) => draw(column, cellsAt(rows, i))),
    style.width,
  )
  const { dim, red } = pc.createColors(style.color)
  const header = drawn.map((column) => placed(column, column.title, column.title)).join(gap)
  const lines = rows.map((_, row) =>
    drawn.map((column) => {
      const { text = '', wrong = false } = column.cells[row] ?? {}
      const marked = wrong ? `${text} !` : text
      return placed(column, marked, wrong ? red(marked) : marked, wrong)
    }),
  )
  const titled = columns.some(({ title }) => title !== '')
  return [
    ...(titled ? [dim(header.trimEnd())] : []),
    ...lines.map((cells) => cells.join(gap).trimEnd()),
  ]
}

/** {@link tableLines} without the columns that have no text at all. */
export function usedLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  style: Pick<TextStyle, 'width' | 'color'>,
): string[] {
  const isUsed = columns.map((_, n) => rows.some((row) => row[n]?.text !== ''))
  return tableLines(
    columns.filter((_, n) => isUsed[n]),
    rows.map((row) => row.filter((_, n) => isUsed[n])),
    style,
  )
}

const gap = ' '.repeat(GAP)

function cellsAt(rows: readonly (readonly Cell[])[], column: number): Cell[] {
  return rows.map((row) => row[column] ?? { text: '' })
}

function draw(column: Column, cells: readonly Cell[]): Drawn {
  const texts = cells.map(({ text }) => text)
  const aligned = column.align === 'point' ? alignedOnPoint(texts) : texts
  const marked = cells.some(({ wrong }) => wrong)
  const width = Math.max(widthOf(column.title), ...aligned.map(widthOf)) + (marked ? 2 : 0)
  return {
    ...column,
    cells: cells.map((cell, i) => ({ ...cell, text: aligned[i] ?? '' })),
    width,
    marked,
  }
}

/** The columns that there is room for, in the widths that there is room for. */
function fitted(columns: readonly Drawn[], width: number): Drawn[] {
  let kept = columns
  const stages = [
    { scale: 1, rank: ({ luxury }: Drawn) => luxury },
    { scale: 0.5, rank: ({ drop }: Drawn) => drop },
    { scale: 0, rank: () => undefined },
  ]
  for (const { scale, rank } of stages) {
    const going = kept
      .filter((column) => rank(column) !== undefined)
      .sort((a, b) => (rank(a) ?? 0) - (rank(b) ?? 0))
    for (const column of [null, ...going]) {
      kept = kept.filter((other) => other !== column)
      const least = kept.map((other) => leastWidth(other, scale))
      if (scale === 0 || sum(least) + gaps(kept) <= width) return shrunk(kept, least, width)
    }
  }
  return [...kept]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)
const gaps = (columns: readonly unknown[]) => (columns.length - 1) * GAP

function leastWidth({ width, shrinkTo }: Drawn, scale: number): number {
  if (shrinkTo === undefined) return width
  return Math.min(width, Math.max(4, Math.floor(shrinkTo * scale)))
}

function shrunk(columns: readonly Drawn[], least: readonly number[], width: number): Drawn[] {
  let over = sum(columns.map((column) => column.width)) + gaps(columns) - width
  return columns.map((column, i) => {
    const cut = Math.max(0, Math.min(over, column.width - (least[i] ?? 0)))
    over -= cut
    return cut > 0 ? narrowed(column, column.width - cut) : column
  })
}

function narrowed(column: Drawn, width: number): Drawn {
  const room = width - (column.marked ? 2 : 0)
  const cells = column.cells.map((cell) => ({ ...cell, text: shortened(cell.text, room) }))
  return { ...column, cells, width }
}

/** Pads by the width of the plain text. Marks hang in a gutter that the other cells keep free. */
function placed(column: Drawn, plain: string, shown: string, wrong = false): string {
  const gutter = column.marked && !wrong ? 2 : 0
  const spaces = ' '.repeat(Math.max(0, column.width - gutter - widthOf(plain)))
  const end = ' '.repeat(gutter)
  return column.align === 'left' ? shown + spaces + end : spaces + shown + end
}
