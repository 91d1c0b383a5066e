import type { Difference, Differences, DiffRow, JudgedDifference } from '../stats/diff/result.js'
import type { StatsRow } from '../stats/result.js'
import { countText, durationText, NONE, percentText } from './numbers.js'

/** A figure of both sides and how they differ, as every output shows it. */
export interface DiffFigure {
  /** In the names of flat columns; `unit` goes last there. */
  readonly name: string
  readonly unit?: 'Ms'
  readonly label: string
  /** Whether more of it is worse. */
  readonly isBad: boolean
  values(row: DiffRow): readonly [a: number | null, b: number | null]
  difference(differences: Differences): Difference | JudgedDifference
  text(value: number | null): string
}

const countFigures: readonly DiffFigure[] = [
  {
    name: 'events',
    label: 'events',
    isBad: false,
    // A side without the type has none of it, which is known.
    values: ({ a, b }) => [a?.events ?? 0, b?.events ?? 0],
    difference: ({ events }) => events,
    text: countText,
  },
  {
    name: 'perSecond',
    label: 'events/s',
    isBad: false,
    values: ({ difference: { perSecond } }) => [perSecond.a, perSecond.b],
    difference: ({ perSecond }) => perSecond,
    text: rateText,
  },
  {
    name: 'share',
    label: 'share',
    isBad: false,
    values: ({ difference: { share } }) => [share.a, share.b],
    difference: ({ share }) => share,
    text: percentText,
  },
  {
    name: 'distinct',
    label: 'distinct',
    isBad: false,
    values: sides(({ distinct }) => distinct),
    difference: ({ distinct }) => distinct,
    text: countText,
  },
  {
    name: 'duplicatesRate',
    label: 'duplicates',
    isBad: true,
    values: sides(({ duplicates }) => duplicates.rate),
    difference: ({ duplicates }) => duplicates.rate,
    text: percentText,
  },
  {
    name: 'orderingRatio',
    label: 'reordered',
    isBad: true,
    values: sides(({ ordering }) => ordering.ratio),
    difference: ({ ordering }) => ordering.ratio,
    text: percentText,
  },
]

const latencyNames = [
  ['mean', 'mean'],
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['p9999', 'p99.99'],
  ['max', 'max'],
] as const

/** In the order in which they are shown. */
export const diffFigures: readonly DiffFigure[] = [
  ...countFigures,
  ...latencyNames.map(
    ([name, label]): DiffFigure => ({
      name: `latency${name[0]?.toUpperCase()}${name.slice(1)}`,
      unit: 'Ms',
      label,
      isBad: true,
      values: sides(({ latencyMs }) => latencyMs[name]),
      difference: ({ latencyMs }) => latencyMs[name],
      text: (ms) => durationText(ms, 3),
    }),
  ),
]

function sides(value: (row: StatsRow) => number | null): DiffFigure['values'] {
  return ({ a, b }) => [a && value(a), b && value(b)]
}

/** What is sure of a difference; null where nothing is, or where its error is not known. */
export function sureOf(difference: Difference | JudgedDifference): number | null {
  return 'atLeast' in difference && difference.atLeast !== 0 ? difference.atLeast : null
}

/** `+24%`, `−0.30%`, `×12`: a relative difference. */
export function changeText(relative: number | null): string {
  if (relative === null) return NONE
  if (relative === 0) return '0'
  if (relative >= 9) return `×${rateText(relative + 1)}`
  const text = percentText(Math.abs(relative))
  return text.startsWith('<') ? text : `${relative > 0 ? '+' : '−'}${text}`
}

/** The change of a figure from B to A. */
export function differenceText(figure: DiffFigure, row: DiffRow): string {
  const { relative, absolute } = figure.difference(row.difference)
  return relative === null && absolute !== null ? 'from 0' : changeText(relative)
}

/** Three digits; whole ones are never cut. */
function rateText(value: number | null): string {
  if (value === null) return NONE
  return value >= 100 ? countText(Math.round(value)) : String(Number(value.toPrecision(3)))
}
