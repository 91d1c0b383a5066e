import pc from 'picocolors'
import type { LatencyFigures } from '../stats/result.js'
import { type LatencyShape, risingQuantile } from './latency-shape.js'
import { durationText } from './numbers.js'
import type { TextStyle } from './style.js'
import { padded, widthOf } from './width.js'

const ROWS = 6
/** Columns for the labels of the vertical axis, the axis itself included. */
const MARGIN = 10

interface Tick {
  readonly label: string
  readonly valueMs: number
  /** 1/(1−p), which the horizontal axis is logarithmic in; for the maximum, the samples. */
  readonly rarity: number
}

/**
 * The percentiles as a curve: from one named percentile to the next the axis is logarithmic in
 * 1/(1−p), and the last stretch leads to the maximum. No lines where there are too few samples for
 * a median or too few columns.
 */
export function percentileCurve(
  figures: LatencyFigures,
  shape: LatencyShape,
  style: Pick<TextStyle, 'width' | 'color'>,
): string[] {
  const ticks = ticksOf(figures)
  const [first, last] = [ticks[0], ticks.at(-1)]
  if (!first || !last || ticks.length < 2) return []
  const room = style.width - MARGIN - 8
  const stretch = Math.min(18, Math.floor(room / (ticks.length - 1)))
  if (stretch < 8) return []
  const lowMs = Math.max(0.001, first.valueMs)
  const span = Math.log(Math.max(lowMs, last.valueMs) / lowMs)
  const levels = values(ticks, stretch, shape).map((ms) => {
    const share = span === 0 ? 0 : Math.log(Math.max(lowMs, ms) / lowMs) / span
    return Math.min(ROWS - 1, Math.round(share * (ROWS - 1)))
  })
  const { dim } = pc.createColors(style.color)
  const curve = span < 0.2 ? [] : steps(levels)
  const lines = curve.map((line, i) => {
    const ms = lowMs * Math.exp((span * (ROWS - 1 - i)) / (ROWS - 1))
    return `${dim(`${padded(durationText(ms), MARGIN - 2, 'right')} ┤`)}${line.trimEnd()}`
  })
  const names = underTicks(
    ticks.map(({ label }) => label, stretch),
    stretch,
  )
  const figuresLine = underTicks(
    ticks.map(({ valueMs }) => durationText(valueMs)),
    stretch,
  )
  return [...lines, dim(names), figuresLine]
}

function ticksOf({ count, p50, p90, p99, p999, p9999, max }: LatencyFigures): Tick[] {
  const named: [string, number | null, number][] = [
    ['p50', p50, 2],
    ['p90', p90, 10],
    ['p99', p99, 100],
    ['p99.9', p999, 1_000],
    ['p99.99', p9999, 10_000],
    ['max', p50 === null ? null : max, count],
  ]
  return named.flatMap(([label, valueMs, rarity]) =>
    valueMs === null ? [] : [{ label, valueMs, rarity }],
  )
}

/** A latency in ms for every column. At the ticks it is the figure of the table itself. */
function values(ticks: readonly Tick[], stretch: number, shape: LatencyShape): number[] {
  const quantile = risingQuantile(shape)
  return ticks.flatMap((tick, i) => {
    const next = ticks[i + 1]
    if (!next) return [tick.valueMs]
    return Array.from({ length: stretch }, (_, column) => {
      if (column === 0) return tick.valueMs
      const rarity = tick.rarity * (next.rarity / tick.rarity) ** (column / stretch)
      return Math.min(next.valueMs, Math.max(tick.valueMs, quantile(1 - 1 / rarity) / 1_000))
    })
  })
}

/** Rising levels as a line of steps, top row first. */
function steps(levels: readonly number[]): string[] {
  const rows = Array.from({ length: ROWS }, () => levels.map(() => ' '))
  const put = (level: number, column: number, sign: string) => {
    const row = rows[ROWS - 1 - level]
    if (row) row[column] = sign
  }
  levels.forEach((level, column) => {
    const from = levels[Math.max(0, column - 1)] ?? level
    put(from, column, '╯')
    for (let between = from + 1; between < level; between += 1) put(between, column, '│')
    put(level, column, from === level ? '─' : '╭')
  })
  return rows.map((row) => row.join(''))
}

/** Texts that begin at their ticks. */
function underTicks(texts: readonly string[], stretch: number): string {
  const cells = texts.map((text, i) =>
    i === texts.length - 1 ? text : text + ' '.repeat(Math.max(1, stretch - widthOf(text))),
  )
  return ' '.repeat(MARGIN) + cells.join('')
}
