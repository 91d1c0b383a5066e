import type { DiffResult, DiffRow, DiffTypeRow } from '../stats/diff/result.js'
import { changeText, type DiffFigure, differenceText, diffFigures, sureOf } from './diff-figures.js'
import { countText } from './numbers.js'
import { nameOf } from './stats-table.js'

/** A line of the comparison for people. */
export interface DiffLine {
  /** The type in its first line, else empty. */
  readonly name: string
  readonly label: string
  readonly a: string
  readonly b: string
  readonly change: string
  readonly atLeast: string
  /** More of something bad, and surely so. */
  readonly isWorse: boolean
}

const totalFigures = new Set(['events', 'events/s', 'duplicates', 'reordered', 'p50', 'p99', 'max'])

/** The whole: its main figures, and the others that surely differ. */
export function totalLines({ total }: DiffResult): DiffLine[] {
  const shown = diffFigures.filter(
    (figure) =>
      figure.values(total).some((value) => value !== null) &&
      (totalFigures.has(figure.label) || isSure(figure, total)),
  )
  return named('total', total, shown)
}

/** A type: how many events the one side has that has it, else what surely differs. */
export function typeLines(row: DiffTypeRow): DiffLine[] {
  const name = nameOf(row)
  if (row.only === null) {
    const shown = diffFigures.filter((figure) => isSure(figure, row))
    return named(name, row, shown)
  }
  const [a, b] = [row.a, row.b].map((side) => (side ? countText(side.events) : '–'))
  const change = `only in ${row.only.toUpperCase()}`
  const events = { label: 'events', a: a ?? '', b: b ?? '', change }
  return [{ name, ...events, atLeast: '', isWorse: false }]
}

/** Types that are worth a line, and how many are not. */
export function unusualTypes({ types }: DiffResult): { shown: DiffTypeRow[]; alike: number } {
  const shown = types.filter(({ only, unusual }) => only !== null || unusual !== null)
  return { shown, alike: types.length - shown.length }
}

function isSure(figure: DiffFigure, { difference }: DiffRow): boolean {
  return sureOf(figure.difference(difference)) !== null
}

function named(name: string, row: DiffRow, figures: readonly DiffFigure[]): DiffLine[] {
  return figures.map((figure, i) => {
    const [a, b] = figure.values(row)
    const sure = sureOf(figure.difference(row.difference))
    return {
      name: i === 0 ? name : '',
      label: figure.label,
      a: figure.text(a),
      b: figure.text(b),
      change: differenceText(figure, row),
      atLeast: sure === null ? '' : changeText(sure),
      isWorse: figure.isBad && sure !== null && sure > 0,
    }
  })
}
